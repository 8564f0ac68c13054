import { validationError } from '../errors.ts';
import type { Work } from './work.ts';

/** Parts of an ARN, whose colons part nothing here. */
const ARN_PARTS = 7;

interface SecretReference {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly stage: string;
  readonly version: string;
}

/** `name-or-arn:SecretString:json-key:version-stage:version-id`, all but the first as may be. */
const readReference = (body: string): SecretReference => {
  const parts = body.split(':');
  const idParts = body.startsWith('arn:') ? ARN_PARTS : 1;
  const [kind = '', key = '', stage = '', version = '', ...more] = parts.slice(idParts);
  if (more.length > 0)
    throw validationError(
      `Incorrect format is used in the following Secrets Manager dynamic reference: [${body}]`,
    );
  return { id: parts.slice(0, idParts).join(':'), kind, key, stage, version };
};

/**
 * The value of a secret, or of one key of it, as who deploys may read it.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 * @throws {AwsError} what Secrets Manager answers, and when there is no such key
 */
export const secretReferenced = async (
  body: string,
  { context, principal, cause }: Work,
): Promise<string> => {
  const { id, kind, key, stage, version } = readReference(body);
  if (kind !== '' && kind !== 'SecretString')
    throw validationError(
      `The Secrets Manager dynamic reference [${body}] asks for ${kind}; only SecretString can be referenced.`,
    );
  if (stage !== '' && version !== '')
    throw validationError(
      `The Secrets Manager dynamic reference [${body}] has a version stage and a version id; only one of them may be given.`,
    );
  const { SecretString } = (await context.call({
    service: 'secrets-manager',
    operation: 'GetSecretValue',
    input: {
      SecretId: id,
      ...(stage === '' ? {} : { VersionStage: stage }),
      ...(version === '' ? {} : { VersionId: version }),
    },
    principal,
    cause,
  })) as { readonly SecretString?: string };
  if (SecretString === undefined)
    throw validationError(
      `The secret ${id} has no SecretString; binary ones can not be referenced.`,
    );
  return key === '' ? SecretString : memberOf(SecretString, key);
};

const memberOf = (text: string, key: string): string => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw validationError('Could not parse SecretString JSON');
  }
  const value =
    typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, key)
      ? (parsed as Readonly<Record<string, unknown>>)[key]
      : undefined;
  if (value === undefined)
    throw validationError('Could not find a value associated with JSONKey in SecretString');
  return typeof value === 'string' ? value : JSON.stringify(value);
};
