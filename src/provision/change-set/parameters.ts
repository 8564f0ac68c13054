import type { Parameter } from '@aws-sdk/client-cloudformation';
import { DeployError } from '../errors.ts';

/** The parts of a template that the deployer reads; the rest is CloudFormation's business. */
export interface TemplateFacts {
  readonly Resources?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Transform?: unknown;
}

/** The template's parameter for the bucket that holds the archive. */
export const BUCKET_PARAMETER = 'ArtifactBucket';
/** The template's parameter for the archive's key. */
export const KEY_PARAMETER = 'ArtifactKey';

/**
 * Values for the template's parameters: what is given, what the stack has, what the template defaults to, in this order.
 *
 * @throws {PARAMETER_UNKNOWN} when a value is given for a parameter that the template does not have
 * @throws {PARAMETER_MISSING} when a parameter has none of the three
 */
export const resolveParameters = (
  template: TemplateFacts,
  given: Readonly<Record<string, string>>,
  deployed: Readonly<Record<string, string>>,
): readonly Parameter[] => {
  const declared = template.Parameters ?? {};
  const names = Object.keys(declared);
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new DeployError(
      'PARAMETER_UNKNOWN',
      `The template has no parameter ${unknown.join(', ')}; it has ${names.join(', ') || 'none'}.`,
      { hint: 'Correct the name in --parameter; names are case-sensitive.' },
    );
  const missing = names.filter(
    (name) =>
      given[name] === undefined &&
      deployed[name] === undefined &&
      declared[name]?.['Default'] === undefined,
  );
  if (missing.length > 0)
    throw new DeployError(
      'PARAMETER_MISSING',
      `The template's parameter ${missing.join(', ')} has no default, and no value was given.`,
      { hint: `Pass ${missing.map((name) => `--parameter ${name}=VALUE`).join(' ')}.` },
    );
  return names.flatMap((name): Parameter[] => {
    const value = given[name];
    if (value !== undefined) return [{ ParameterKey: name, ParameterValue: value }];
    // As `aws cloudformation deploy` does: a value once given stays until another is given.
    if (deployed[name] !== undefined) return [{ ParameterKey: name, UsePreviousValue: true }];
    return [];
  });
};
