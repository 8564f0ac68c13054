import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid.html#apis-apiid-responses */
export const notFound = (kind: string, id: string): AwsError =>
  new AwsError('NotFoundException', `Invalid ${kind} identifier specified ${id}`, { status: 404 });
export const badRequest = (message: string): AwsError =>
  new AwsError('BadRequestException', message, { status: 400 });
export const conflict = (message: string): AwsError =>
  new AwsError('ConflictException', message, { status: 409 });
