import { AwsError } from '../../core/aws-error.ts';
import type { Context } from './context.ts';

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
const handlerCode = (error: AwsError): string => {
  if (error.denied) return 'AccessDenied';
  if (/AlreadyExists|AlreadyOwnedByYou/.test(error.code)) return 'AlreadyExists';
  if (/Conflict|InUse/.test(error.code)) return 'ResourceConflict';
  if (/NotFound|NoSuch/.test(error.code)) return 'NotFound';
  if (/Throttl|TooManyRequests/.test(error.code)) return 'Throttling';
  if (/LimitExceeded/.test(error.code)) return 'ServiceLimitExceeded';
  return error.status >= 500 && error.code !== 'NotImplemented'
    ? 'ServiceInternalError'
    : 'InvalidRequest';
};

/** Failures of the engine's own, which have no service behind them. */
const OWN = new Set(['ValidationError', 'ResourceFailure']);

/** A failure that is told as it is. */
export const resourceFailure = (message: string): AwsError =>
  new AwsError('ResourceFailure', message);

/** Why a resource failed, in the words of CloudFormation's handlers; a denial says which grant it lacks. */
export const failureReason = (error: unknown, type: string, { random }: Context): string => {
  if (!(error instanceof AwsError))
    return `Internal failure of the embedded cloud: ${error instanceof Error ? error.message : String(error)}`;
  if (OWN.has(error.code)) return error.message;
  const service = type.split('::')[1] ?? type;
  const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  return `Resource handler returned message: "${message} (Service: ${service}, Status Code: ${error.status}, Request ID: ${random.uuid()})" (RequestToken: ${random.uuid()}, HandlerErrorCode: ${handlerCode(error)})`;
};
