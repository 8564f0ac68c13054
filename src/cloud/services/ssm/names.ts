import { AwsError } from '../../core/aws-error.ts';
import type { Need } from '../../core/define-service.ts';
import { levelLimit, parameterNotFound, parameterVersionNotFound, validation } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Parameter, ParameterVersion, SsmState } from './state.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** A name begins its ARN's last part with or without a slash of its own. */
export const arnOf = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:ssm:${region}:${accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html */
export const needOn = (action: string, place: Place, name: string): Need => ({
  action: `ssm:${action}`,
  resource: arnOf(place, plainName(name)),
});

/** The name in an ARN, `name:3` or `name:label`. */
export const plainName = (given: string): string => readName(given).name;

/** A name as a request gives it: itself or an ARN, and a version or label behind a colon. */
export const readName = (given: string): { readonly name: string; readonly selector?: string } => {
  const inArn = /^arn:[^:]+:ssm:[^:]*:\d*:parameter(\/.+)$/.exec(given)?.[1];
  const text = inArn ?? given;
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  return colon < 0 ? { name } : { name, selector: text.slice(colon + 1) };
};

/** In an ARN a name without a hierarchy has a slash before it that is not its own. */
export const find = ({ parameters }: SsmState, name: string): Parameter | undefined =>
  parameters.get(name) ?? (/^\/[^/]+$/.test(name) ? parameters.get(name.slice(1)) : undefined);

/** @throws {ParameterNotFound} */
export const requireParameter = (state: SsmState, name: string): Parameter => {
  const found = find(state, name);
  if (found === undefined) throw parameterNotFound();
  return found;
};

/** The newest version. */
export const newest = (parameter: Parameter): ParameterVersion =>
  parameter.versions.at(-1) as ParameterVersion;

/** @throws {ParameterVersionNotFound} when nothing has that number or label */
export const versionOf = (parameter: Parameter, selector: string | undefined): ParameterVersion => {
  if (selector === undefined) return newest(parameter);
  const found = parameter.versions.find(
    ({ version, labels }) => String(version) === selector || labels.includes(selector),
  );
  if (found === undefined) throw parameterVersionNotFound(parameter.name, selector);
  return found;
};

/**
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html, "Requirements and constraints for parameter names"
 * @throws {ValidationException}
 */
export const checkName = (name: string): void => {
  if (name.length > LIMITS.nameCharacters)
    throw validation(
      `Parameter name has ${name.length} characters; at most ${LIMITS.nameCharacters} are allowed.`,
    );
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name))
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (/^\/?aws/i.test(name))
    throw new AwsError('AccessDeniedException', `No access to reserved parameter name: ${name}.`);
  if (/^\/?ssm/i.test(name))
    throw validation(
      'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_',
    );
  if (name.includes('/') && !name.startsWith('/'))
    throw validation('Parameter name must be a fully qualified name.');
  if (name.split('/').length - 1 > LIMITS.levels) throw levelLimit(LIMITS.levels);
};
