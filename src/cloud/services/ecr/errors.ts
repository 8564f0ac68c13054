import { AwsError } from '../../core/aws-error.ts';

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html#API_CreateRepository_Errors */
export const repositoryNotFound = (name: string, registry: string): AwsError =>
  new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registry}'`,
  );
export const repositoryExists = (name: string, registry: string): AwsError =>
  new AwsError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${registry}'`,
  );
export const policyNotFound = (name: string, registry: string): AwsError =>
  new AwsError(
    'RepositoryPolicyNotFoundException',
    `Repository policy does not exist for the repository with name '${name}' in the registry with id '${registry}'`,
  );
export const lifecyclePolicyNotFound = (name: string, registry: string): AwsError =>
  new AwsError(
    'LifecyclePolicyNotFoundException',
    `Lifecycle policy does not exist for the repository with name '${name}' in the registry with id '${registry}'`,
  );
export const imageNotFound = (name: string, registry: string): AwsError =>
  new AwsError(
    'ImageNotFoundException',
    `The image requested does not exist within the repository with name '${name}' in the registry with id '${registry}'`,
  );
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', `Invalid parameter: ${message}`);
