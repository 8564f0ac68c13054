import { AwsError } from '../core/aws-error.ts';
import type { Random } from '../core/random.ts';

/** https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html */
const handlerCode = (error: AwsError): string => {
  if (error.denied) return 'AccessDenied';
  if (/AlreadyExists|Conflict|AlreadyOwnedByYou|EntityAlreadyExists/.test(error.code))
    return 'AlreadyExists';
  if (/NotFound|NoSuch/.test(error.code)) return 'NotFound';
  if (/Throttl|TooManyRequests/.test(error.code)) return 'Throttling';
  if (/LimitExceeded/.test(error.code)) return 'ServiceLimitExceeded';
  if (error.status >= 500)
    return error.code === 'NotImplemented' ? 'InvalidRequest' : 'ServiceInternalError';
  return 'InvalidRequest';
};

/** Why a resource failed, in the words of CloudFormation's handlers. */
export const failureReason = (error: unknown, type: string, random: Random): string => {
  if (!(error instanceof AwsError))
    return `Internal failure of the embedded cloud: ${error instanceof Error ? error.message : String(error)}`;
  if (error.code === 'ValidationError') return error.message;
  const service = type.split('::')[1] ?? type;
  return `Resource handler returned message: "${error.message} (Service: ${service}, Status Code: ${error.status}, Request ID: ${random.uuid()})" (RequestToken: ${random.uuid()}, HandlerErrorCode: ${handlerCode(error)})`;
};
