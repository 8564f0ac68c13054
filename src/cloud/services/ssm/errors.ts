import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors */
export const validation = (message: string): AwsError =>
  new AwsError('ValidationException', message);
export const parameterNotFound = (): AwsError => new AwsError('ParameterNotFound', '');
export const parameterVersionNotFound = (name: string, version: string): AwsError =>
  new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
export const alreadyExists = (): AwsError =>
  new AwsError(
    'ParameterAlreadyExists',
    'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
  );
export const patternMismatch = (name: string, pattern: string): AwsError =>
  new AwsError(
    'ParameterPatternMismatchException',
    `Parameter value, cannot be validated against allowedPattern: ${pattern} of ${name}`,
  );
export const invalidPattern = (pattern: string): AwsError =>
  new AwsError('InvalidAllowedPatternException', `${pattern} is no regular expression.`);
export const typeMismatch = (name: string): AwsError =>
  new AwsError(
    'HierarchyTypeMismatchException',
    `The parameter ${name} has another type. A parameter's type can not be changed: create a new one.`,
  );
export const levelLimit = (levels: number): AwsError =>
  new AwsError(
    'HierarchyLevelLimitExceededException',
    `A hierarchy can have at most ${levels} levels.`,
  );
export const labelLimit = (labels: number): AwsError =>
  new AwsError(
    'ParameterVersionLabelLimitExceeded',
    `A parameter version can have at most ${labels} labels.`,
  );
export const invalidKeyId = (message: string): AwsError => new AwsError('InvalidKeyId', message);
export const invalidResourceId = (): AwsError =>
  new AwsError('InvalidResourceId', 'The resource ID is not valid.');
export const invalidResourceType = (): AwsError =>
  new AwsError('InvalidResourceType', 'The resource type is not valid. It has to be Parameter.');
export const invalidToken = (): AwsError =>
  new AwsError('InvalidNextToken', 'The specified token is not valid.');
export const invalidFilter = (message: string): AwsError =>
  new AwsError('InvalidFilterKey', message);
