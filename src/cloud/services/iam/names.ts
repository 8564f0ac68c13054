import { invalidArn, validationError } from './errors.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html#API_CreateRole_RequestParameters */
const NAME = /^[\w+=,.@-]+$/;
const PATH = /^\/(?:[\u0021-\u007e]+\/)?$/;

/** The value of a required member. Calls from inside the cloud do not pass through the protocol's own check. */
export const required = (value: string | undefined, member: string): string => {
  if (value === undefined)
    throw validationError(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
};

/** @throws {ValidationError} when it is no name of IAM */
export const checkName = (value: string | undefined, member: string, maxLength: number): string => {
  const name = required(value, member);
  if (name.length < 1 || name.length > maxLength)
    throw validationError(
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${name.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${maxLength}`}`,
    );
  if (!NAME.test(name))
    throw validationError(
      `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  return name;
};

/** @throws {ValidationError} when it is no path of IAM */
export const checkPath = (path = '/'): string => {
  if (!PATH.test(path) || path.length > 512)
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    );
  return path;
};

/** IAM is global: no region. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
export const iamArn = (
  accountId: string,
  kind: 'role' | 'user' | 'group' | 'policy' | 'instance-profile',
  pathAndName: string,
): string => `arn:aws:iam::${accountId}:${kind}${pathAndName}`;

const POLICY_ARN = /^arn:[^:]+:iam::(?:\d{12}|aws):policy\/.+$/;

/** @throws {InvalidInput} when it is no ARN of a policy */
export const checkPolicyArn = (value: string | undefined): string => {
  const arn = required(value, 'policyArn');
  if (!POLICY_ARN.test(arn)) throw invalidArn(arn);
  return arn;
};
