import { AwsError } from '../core/aws-error.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html; the texts are those of the service. */
export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);
export const stackDoesNotExist = (name: string): AwsError =>
  validationError(`Stack with id ${name} does not exist`);
export const stackNotFound = (name: string): AwsError =>
  validationError(`Stack [${name}] does not exist`);
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html#API_CreateStack_Errors */
export const alreadyExists = (what: string): AwsError =>
  new AwsError('AlreadyExistsException', `${what} already exists`);
export const insufficientCapabilities = (missing: string): AwsError =>
  new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${missing}]`);
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html#API_DescribeChangeSet_Errors */
export const changeSetNotFound = (name: string): AwsError =>
  new AwsError('ChangeSetNotFoundException', `ChangeSet [${name}] does not exist`, { status: 404 });
export const invalidChangeSetStatus = (message: string): AwsError =>
  new AwsError('InvalidChangeSetStatusException', message);
