import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html#API_PutMetricData_Errors */
export const invalidParameterValue = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message);
export const invalidCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombinationException', message);
export const missingParameter = (message: string): AwsError =>
  new AwsError('MissingRequiredParameterException', message);
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html#API_SetAlarmState_Errors */
export const alarmNotFound = (): AwsError =>
  new AwsError('ResourceNotFound', 'The alarm does not exist.', { status: 404 });
export const validation = (message: string): AwsError => new AwsError('ValidationError', message);
