import { AwsError } from '../core/aws-error.ts';

// The texts are what CloudFormation answers; its API reference names codes only. Most of them are quoted in
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html and in issues of its clients.

/** CloudFormation has one code for nearly everything that is wrong with a request. */
export const validationError = (message: string): AwsError =>
  new AwsError('ValidationError', message);

export const formatError = (message: string): AwsError =>
  validationError(`Template format error: ${message}`);

export const templateError = (message: string): AwsError =>
  validationError(`Template error: ${message}`);

export const stackWithIdDoesNotExist = (name: string): AwsError =>
  validationError(`Stack with id ${name} does not exist`);

export const stackDoesNotExist = (name: string): AwsError =>
  validationError(`Stack [${name}] does not exist`);

export const stackAlreadyExists = (name: string): AwsError =>
  new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);

export const stackBusy = (stackId: string, status: string): AwsError =>
  validationError(`Stack:${stackId} is in ${status} state and can not be updated.`);

export const noUpdates = (): AwsError => validationError('No updates are to be performed.');

export const insufficientCapabilities = (capabilities: readonly string[]): AwsError =>
  new AwsError(
    'InsufficientCapabilitiesException',
    `Requires capabilities : [${capabilities.join(', ')}]`,
  );

export const changeSetDoesNotExist = (name: string): AwsError =>
  new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, { status: 404 });

export const invalidChangeSetStatus = (id: string, status: string): AwsError =>
  new AwsError(
    'InvalidChangeSetStatus',
    `ChangeSet [${id}] cannot be executed in its current status of [${status}]`,
  );

/** What AWS has and the embedded CloudFormation has not: an error of the request, before anything is created. */
export const notHere = (what: string): AwsError =>
  validationError(
    `${what} is not supported by the embedded CloudFormation. Deploy to AWS to use it, or leave it out locally, with a condition for instance.`,
  );
