/** The AWS CLI's command that deletes what no stack has any more; undefined where one command does not. */
export const deleteByHand = (resourceType: string, physicalId: string): string | undefined => {
  const words = COMMANDS[resourceType];
  return words === undefined
    ? undefined
    : `aws ${words.replace('NAME', /^[\w./:@-]+$/.test(physicalId) ? physicalId : `'${physicalId}'`)}`;
};

// https://docs.aws.amazon.com/cli/latest/reference/
const COMMANDS: Readonly<Record<string, string>> = {
  'AWS::Cognito::UserPool': 'cognito-idp delete-user-pool --user-pool-id NAME',
  'AWS::DynamoDB::Table': 'dynamodb delete-table --table-name NAME',
  'AWS::ECR::Repository': 'ecr delete-repository --force --repository-name NAME',
  'AWS::EFS::FileSystem': 'efs delete-file-system --file-system-id NAME',
  'AWS::Events::Archive': 'events delete-archive --archive-name NAME',
  'AWS::KMS::Key': 'kms schedule-key-deletion --key-id NAME',
  'AWS::Kinesis::Stream': 'kinesis delete-stream --stream-name NAME',
  'AWS::Logs::LogGroup': 'logs delete-log-group --log-group-name NAME',
  'AWS::S3::Bucket': 's3 rb --force s3://NAME',
  'AWS::SQS::Queue': 'sqs delete-queue --queue-url NAME',
  'AWS::SSM::Parameter': 'ssm delete-parameter --name NAME',
  'AWS::SecretsManager::Secret': 'secretsmanager delete-secret --secret-id NAME',
};
