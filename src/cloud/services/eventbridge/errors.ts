import { AwsError } from '../../core/aws-error.ts';

/** Codes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html; texts as recorded from AWS by LocalStack's snapshot tests (tests/aws/services/events). */
export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message);
export const notFound = (message: string): AwsError =>
  new AwsError('ResourceNotFoundException', message);
export const alreadyExists = (what: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', `${what} already exists.`);
export const limitExceeded = (): AwsError =>
  new AwsError(
    'LimitExceededException',
    'The requested resource exceeds the maximum number allowed.',
  );
export const busNotFound = (name: string): AwsError =>
  notFound(`Event bus ${name} does not exist.`);
export const ruleNotFound = (name: string, bus: string): AwsError =>
  notFound(`Rule ${name} does not exist on EventBus ${bus}.`);
export const archiveNotFound = (name: string): AwsError =>
  notFound(`Archive ${name} does not exist.`);
export const replayNotFound = (name: string): AwsError =>
  notFound(`Replay ${name} does not exist.`);
export const statementNotFound = (): AwsError =>
  notFound('Statement with the provided id does not exist.');
/** Text as recorded from AWS (test/recordings/event-patterns). */
export const invalidPattern = (reason: string): AwsError =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
export const managedRule = (name: string): AwsError =>
  new AwsError(
    'ManagedRuleException',
    `Rule ${name} is managed by an AWS service and can only be modified if force is true.`,
  );
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/CommonErrors.html; the text is our own. */
export const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');
