/**
 * Services by their principal, as `kms:ViaService` names them before the region: those that call KMS for their callers.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#viaService-services
 */
export const VIA_NAMES: Readonly<Record<string, string>> = {
  'dynamodb.amazonaws.com': 'dynamodb',
  'ecr.amazonaws.com': 'ecr',
  'kinesis.amazonaws.com': 'kinesis',
  'lambda.amazonaws.com': 'lambda',
  'logs.amazonaws.com': 'logs',
  's3.amazonaws.com': 's3',
  'secretsmanager.amazonaws.com': 'secretsmanager',
  'sns.amazonaws.com': 'sns',
  'sqs.amazonaws.com': 'sqs',
  'ssm.amazonaws.com': 'ssm',
};

/**
 * Aliases of the keys that AWS makes for its services on first use, and whose they are.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key
 */
export const MANAGED_ALIASES: Readonly<Record<string, string>> = {
  'alias/aws/dynamodb': 'dynamodb',
  'alias/aws/ecr': 'ecr',
  'alias/aws/kinesis': 'kinesis',
  'alias/aws/lambda': 'lambda',
  'alias/aws/s3': 's3',
  'alias/aws/secretsmanager': 'secretsmanager',
  'alias/aws/sns': 'sns',
  'alias/aws/sqs': 'sqs',
  'alias/aws/ssm': 'ssm',
};
