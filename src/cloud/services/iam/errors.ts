import { AwsError } from '../../core/aws-error.ts';

/**
 * Codes and statuses: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html#API_DeleteRole_Errors and its
 * siblings. The reference gives no texts; these are what IAM's API answers, as its clients quote it.
 */
const noSuchEntity = (message: string): AwsError =>
  new AwsError('NoSuchEntity', message, { status: 404 });

const alreadyExists = (message: string): AwsError =>
  new AwsError('EntityAlreadyExists', message, { status: 409 });

const deleteConflict = (message: string): AwsError =>
  new AwsError('DeleteConflict', message, { status: 409 });

const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceeded', message, { status: 409 });

export const roleNotFound = (name: string): AwsError =>
  noSuchEntity(`The role with name ${name} cannot be found.`);
export const userNotFound = (name: string): AwsError =>
  noSuchEntity(`The user with name ${name} cannot be found.`);
/** This and the texts of groups, instance profiles and providers: as recorded from AWS on 2026-02-12 and 2026-02-18 by LocalStack's snapshot tests (tests/aws/services/iam). */
export const groupNotFound = (name: string): AwsError =>
  noSuchEntity(`The group with name ${name} cannot be found.`);
export const instanceProfileNotFound = (name: string): AwsError =>
  noSuchEntity(`Instance Profile ${name} cannot be found.`);
export const roleNotInInstanceProfile = (role: string, profile: string): AwsError =>
  noSuchEntity(`Role ${role} in Instance Profile ${profile} cannot be found.`);
export const oidcProviderNotFound = (arn: string): AwsError =>
  noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
export const oidcProviderNotDeletable = (arn: string): AwsError =>
  noSuchEntity(`OpenId connect Provider ${arn} cannot be found.`);
export const inlinePolicyNotFound = (holder: string, name: string): AwsError =>
  noSuchEntity(`The ${holder} policy with name ${name} cannot be found.`);
export const policyNotFound = (arn: string): AwsError =>
  noSuchEntity(`Policy ${arn} was not found.`);
export const policyNotAttachable = (arn: string): AwsError =>
  noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
export const versionNotFound = (arn: string, version: string): AwsError =>
  noSuchEntity(`Policy ${arn} version ${version} does not exist or is not attachable.`);
export const accessKeyNotFound = (id: string): AwsError =>
  noSuchEntity(`The Access Key with id ${id} cannot be found.`);

export const roleExists = (name: string): AwsError =>
  alreadyExists(`Role with name ${name} already exists.`);
export const userExists = (name: string): AwsError =>
  alreadyExists(`User with name ${name} already exists.`);
export const groupExists = (name: string): AwsError =>
  alreadyExists(`Group with name ${name} already exists.`);
export const instanceProfileExists = (name: string): AwsError =>
  alreadyExists(`Instance Profile ${name} already exists.`);
export const oidcProviderExists = (url: string): AwsError =>
  alreadyExists(`Provider with url ${url} already exists.`);
export const policyExists = (name: string): AwsError =>
  alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);

export const mustDetachPolicies = (): AwsError =>
  deleteConflict('Cannot delete entity, must detach all policies first.');
export const mustDeletePolicies = (): AwsError =>
  deleteConflict('Cannot delete entity, must delete policies first.');
export const mustDeleteAccessKeys = (): AwsError =>
  deleteConflict('Cannot delete entity, must delete access keys first.');
export const mustRemoveUsers = (): AwsError =>
  deleteConflict('Cannot delete entity, must remove users from group first.');
export const mustRemoveRoles = (): AwsError =>
  deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
export const policyIsAttached = (): AwsError =>
  deleteConflict('Cannot delete a policy attached to entities.');
export const policyHasVersions = (): AwsError =>
  deleteConflict(
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  );
export const versionIsDefault = (): AwsError =>
  deleteConflict('Cannot delete the default version of a policy.');

export const quotaExceeded = (quota: string, limit: number): AwsError =>
  limitExceeded(`Cannot exceed quota for ${quota}: ${limit}`);
export const inlinePolicyTooLarge = (holder: string, name: string, limit: number): AwsError =>
  limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${holder} ${name}`);
export const tooManyVersions = (): AwsError =>
  limitExceeded(
    'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  );

export const tooManyTags = (): AwsError =>
  limitExceeded('The number of tags has reached the maximum limit.');

export const invalidInput = (message: string): AwsError => new AwsError('InvalidInput', message);
/** As recorded from AWS on 2023-09-14 by LocalStack's snapshot tests (tests/aws/services/iam). */
export const invalidArn = (arn: string): AwsError => invalidInput(`ARN ${arn} is not valid.`);
export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);
export const awsManaged = (): AwsError =>
  new AwsError('AccessDenied', 'Cannot modify a policy that is managed by AWS.', { status: 403 });
