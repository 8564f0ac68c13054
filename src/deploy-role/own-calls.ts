/**
 * What the deployer calls itself on the service's stack, one for each operation of its client.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
 */
export const STACK_CALLS: readonly string[] = [
  'CancelUpdateStack',
  'ContinueUpdateRollback',
  'CreateChangeSet',
  'DeleteChangeSet',
  'DeleteStack',
  'DescribeChangeSet',
  'DescribeEvents',
  'DescribeStackDriftDetectionStatus',
  'DescribeStackEvents',
  'DescribeStackResourceDrifts',
  'DescribeStacks',
  'DetectStackDrift',
  'ExecuteChangeSet',
  'GetTemplate',
  'ListChangeSets',
  'ListImports',
  'ListStackResources',
  'RollbackStack',
];

/**
 * What it can call and no deployment needs, which is for another identity: `doctor` takes termination protection off, `--rename` moves
 * resources, and `delete` looks among all stacks for what earlier ones left behind.
 */
export const WITHHELD_CALLS: readonly string[] = [
  'CreateStackRefactor',
  'DescribeStackRefactor',
  'ExecuteStackRefactor',
  'ListStacks',
  'UpdateTerminationProtection',
];

/** What it calls on the stack of the artifact bucket, which it makes where there is none. */
export const ARTIFACT_STACK_CALLS: readonly string[] = [
  'CreateStack',
  'DescribeStackEvents',
  'DescribeStacks',
];

/** What it does to archives, templates and the record of in-place changes, which lie under the service's name. */
export const ARCHIVE_CALLS: readonly string[] = ['s3:GetObject', 's3:PutObject'];

/** What `provision --inplace` calls on functions, beside what CloudFormation's handler calls too. */
export const IN_PLACE_CALLS: readonly string[] = ['lambda:GetFunctionConfiguration'];
