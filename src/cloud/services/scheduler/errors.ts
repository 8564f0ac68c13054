import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html#API_CreateSchedule_Errors */
export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message);
export const scheduleNotFound = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, { status: 404 });
export const groupNotFound = (name: string): AwsError =>
  new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, {
    status: 404,
  });
export const conflict = (what: string): AwsError =>
  new AwsError('ConflictException', `${what} already exists.`, { status: 409 });
export const quotaExceeded = (what: string): AwsError =>
  new AwsError('ServiceQuotaExceededException', what, { status: 402 });
/** As measured against AWS on 2026-09-07 by the rules of cdk_preflight. */
export const defaultGroup = (): AwsError =>
  validation('This operation cannot be performed on schedule group default.');
