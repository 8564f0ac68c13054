import { AwsError } from '../../core/aws-error.ts';
import type { AttributeValue, Item } from './values/index.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

export const invalidParameter = (problem: string): AwsError =>
  invalid(`One or more parameter values were invalid: ${problem}`);

/** The data plane's word for a table that is not there. */
export const resourceNotFound = (what?: string): AwsError =>
  new AwsError(
    'ResourceNotFoundException',
    what === undefined ? 'Requested resource not found' : `Requested resource not found: ${what}`,
  );
export const tableNotFound = (name: string): AwsError =>
  resourceNotFound(`Table: ${name} not found`);
export const tableExists = (name: string): AwsError =>
  new AwsError('ResourceInUseException', `Table already exists: ${name}`);
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection */
export const deletionProtected = (): AwsError =>
  invalid(
    'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
  );
export const indexNotFound = (name: string): AwsError =>
  invalid(`The table does not have the specified index: ${name}`);
/**
 * A key of another type than its table wants, or one that an update would change. The operations on one item are refused for it; a
 * transaction is cancelled, with this as a reason.
 * Recorded 2026: https://github.com/paritysuite/dynamodb-conformance/blob/main/tests/tier3/error-messages/transactWriteItems.test.ts
 */
export class KeyRefusal extends AwsError {
  constructor(message: string) {
    super('ValidationException', message);
  }
}

const MISMATCH = 'The provided key element does not match the schema';
export const keyTypeMismatch = (): KeyRefusal => new KeyRefusal(MISMATCH);
export const keyMismatch = (): AwsError => invalid(MISMATCH);

/** @param item - Told where ReturnValuesOnConditionCheckFailure asks for it */
export const conditionFailed = (item?: Item): AwsError =>
  new AwsError('ConditionalCheckFailedException', 'The conditional request failed', {
    fields: item === undefined ? {} : { Item: item },
  });

export const limitExceeded = (message: string): AwsError =>
  new AwsError('LimitExceededException', message);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html#Programming.Errors.MessagesAndCodes */
export const throughputExceeded = (): AwsError =>
  new AwsError(
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  );

/** Why one action of a transaction did not come to pass. */
export interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Readonly<Record<string, AttributeValue>>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors */
export const transactionCanceled = (reasons: readonly CancellationReason[]): AwsError => {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return new AwsError('TransactionCanceledException', message, {
    fields: { CancellationReasons: reasons },
  });
};

export const tokenMismatch = (): AwsError =>
  new AwsError(
    'IdempotentParameterMismatchException',
    'An error occurred (IdempotentParameterMismatchException): The request uses the same client token as a previous, but non-identical request.',
  );

export const duplicateItem = (): AwsError =>
  new AwsError('DuplicateItemException', 'Duplicate primary key exists in table');
