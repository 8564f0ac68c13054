/**
 * Actions that a type's handlers call only for certain properties. AWS's schemas list them for every resource of the
 * type; a resource that states none of these properties needs none of them.
 * What each is for is told by the pages of the actions:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export const BY_PROPERTY: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS::ApiGatewayV2::Api': {
    'Body BodyS3Location': ['s3:GetObject'],
  },
  'AWS::ApiGatewayV2::Integration': { CredentialsArn: ['iam:PassRole'] },
  'AWS::CloudFormation::Stack': { RoleARN: ['iam:PassRole'] },
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html: an import reads the bucket and writes a log
  'AWS::DynamoDB::Table': {
    'ContributorInsightsSpecification GlobalSecondaryIndexes.ContributorInsightsSpecification': [
      'dynamodb:UpdateContributorInsights',
      'iam:CreateServiceLinkedRole',
    ],
    ImportSourceSpecification: [
      'dynamodb:DescribeImport',
      'dynamodb:ImportTable',
      'logs:CreateLogGroup',
      'logs:CreateLogStream',
      'logs:DescribeLogGroups',
      'logs:DescribeLogStreams',
      'logs:PutLogEvents',
      'logs:PutRetentionPolicy',
      's3:GetObject',
      's3:ListBucket',
    ],
    KinesisStreamSpecification: [
      'dynamodb:DisableKinesisStreamingDestination',
      'dynamodb:EnableKinesisStreamingDestination',
      'dynamodb:UpdateKinesisStreamingDestination',
      'iam:CreateServiceLinkedRole',
      'kinesis:DescribeStream',
      'kinesis:PutRecords',
    ],
    PointInTimeRecoverySpecification: ['dynamodb:UpdateContinuousBackups'],
    'ResourcePolicy StreamSpecification.ResourcePolicy': [
      'dynamodb:DeleteResourcePolicy',
      'dynamodb:PutResourcePolicy',
    ],
    SSESpecification: [
      'kms:CreateGrant',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:ListAliases',
      'kms:RevokeGrant',
    ],
    TimeToLiveSpecification: ['dynamodb:UpdateTimeToLive'],
  },
  'AWS::Events::Archive': {
    KmsKeyIdentifier: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
  },
  'AWS::Events::EventBus': {
    KmsKeyIdentifier: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    Policy: ['events:PutPermission', 'events:RemovePermission'],
  },
  'AWS::Events::Rule': { 'RoleArn Targets.RoleArn': ['iam:PassRole'] },
  'AWS::IAM::ManagedPolicy': {
    Groups: ['iam:AttachGroupPolicy', 'iam:DetachGroupPolicy'],
    Roles: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
    Users: ['iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
  },
  'AWS::IAM::Policy': {
    Groups: ['iam:DeleteGroupPolicy', 'iam:GetGroupPolicy', 'iam:PutGroupPolicy'],
    Roles: ['iam:DeleteRolePolicy', 'iam:GetRolePolicy', 'iam:PutRolePolicy'],
    Users: ['iam:DeleteUserPolicy', 'iam:GetUserPolicy', 'iam:PutUserPolicy'],
  },
  'AWS::IAM::Role': {
    ManagedPolicyArns: ['iam:AttachRolePolicy', 'iam:DetachRolePolicy'],
    PermissionsBoundary: ['iam:DeleteRolePermissionsBoundary', 'iam:PutRolePermissionsBoundary'],
    Policies: ['iam:DeleteRolePolicy', 'iam:PutRolePolicy'],
  },
  'AWS::Kinesis::Stream': {
    DesiredShardLevelMetrics: [
      'kinesis:DisableEnhancedMonitoring',
      'kinesis:EnableEnhancedMonitoring',
    ],
    MaxRecordSizeInKiB: ['kinesis:UpdateMaxRecordSize'],
    RetentionPeriodHours: [
      'kinesis:DecreaseStreamRetentionPeriod',
      'kinesis:IncreaseStreamRetentionPeriod',
    ],
    ShardCount: ['kinesis:UpdateShardCount'],
    StreamEncryption: ['kinesis:StartStreamEncryption', 'kinesis:StopStreamEncryption'],
    StreamModeDetails: ['kinesis:UpdateStreamMode'],
  },
  'AWS::Lambda::EventSourceMapping': {
    KmsKeyArn: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
  },
  'AWS::Lambda::Function': {
    CapacityProviderConfig: ['lambda:PassCapacityProvider'],
    CodeSigningConfigArn: [
      'lambda:DeleteFunctionCodeSigningConfig',
      'lambda:GetCodeSigningConfig',
      'lambda:PutFunctionCodeSigningConfig',
    ],
    'Code.S3ObjectVersion': ['s3:GetObjectVersion'],
    FileSystemConfigs: ['elasticfilesystem:DescribeMountTargets', 's3files:ListMountTargets'],
    FunctionScalingConfig: ['lambda:PutFunctionScalingConfig'],
    KmsKeyArn: [
      'kms:CreateGrant',
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
    ],
    Layers: ['lambda:GetLayerVersion'],
    PublishToLatestPublished: ['lambda:PublishVersion'],
    RecursiveLoop: ['lambda:PutFunctionRecursionConfig'],
    ReservedConcurrentExecutions: [
      'lambda:DeleteFunctionConcurrency',
      'lambda:PutFunctionConcurrency',
    ],
    RuntimeManagementConfig: ['lambda:AssociateRuntimeAlias', 'lambda:PutRuntimeManagementConfig'],
    VpcConfig: [
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
    ],
  },
  'AWS::Logs::LogGroup': {
    BearerTokenAuthenticationEnabled: ['logs:PutBearerTokenAuthentication'],
    DataProtectionPolicy: ['logs:DeleteDataProtectionPolicy', 'logs:PutDataProtectionPolicy'],
    DeletionProtectionEnabled: ['logs:PutLogGroupDeletionProtection'],
    FieldIndexPolicies: ['logs:DeleteIndexPolicy', 'logs:PutIndexPolicy'],
    KmsKeyId: ['logs:AssociateKmsKey', 'logs:DisassociateKmsKey'],
    // A group of the class DELIVERY takes what is delivered elsewhere.
    LogGroupClass: ['firehose:TagDeliveryStream', 'logs:CreateLogDelivery'],
    ResourcePolicyDocument: ['logs:DeleteResourcePolicy', 'logs:PutResourcePolicy'],
    RetentionInDays: ['logs:DeleteRetentionPolicy', 'logs:PutRetentionPolicy'],
  },
  'AWS::Logs::SubscriptionFilter': { RoleArn: ['iam:PassRole'] },
  'AWS::S3::Bucket': {
    AbacStatus: ['s3:PutBucketAbac'],
    AccelerateConfiguration: ['s3:PutAccelerateConfiguration'],
    AccessControl: ['s3:PutBucketAcl', 's3:PutObjectAcl'],
    AnalyticsConfigurations: ['s3:PutAnalyticsConfiguration'],
    BucketEncryption: ['s3:PutEncryptionConfiguration'],
    CorsConfiguration: ['s3:PutBucketCORS'],
    IntelligentTieringConfigurations: ['s3:PutIntelligentTieringConfiguration'],
    InventoryConfigurations: ['s3:PutInventoryConfiguration'],
    LifecycleConfiguration: ['s3:PutLifecycleConfiguration'],
    LoggingConfiguration: ['s3:PutBucketLogging'],
    'MetadataConfiguration MetadataTableConfiguration': [
      's3:CreateBucketMetadataTableConfiguration',
      's3:DeleteBucketMetadataTableConfiguration',
      's3:GetBucketMetadataTableConfiguration',
      's3:UpdateBucketMetadataAnnotationTableConfiguration',
      's3:UpdateBucketMetadataInventoryTableConfiguration',
      's3:UpdateBucketMetadataJournalTableConfiguration',
      's3tables:CreateNamespace',
      's3tables:CreateTable',
      's3tables:CreateTableBucket',
      's3tables:GetTable',
      's3tables:GetTableMetadataLocation',
      's3tables:PutTableBucketPolicy',
      's3tables:PutTableEncryption',
      's3tables:PutTablePolicy',
      's3tables:UpdateTableMetadataLocation',
    ],
    MetricsConfigurations: ['s3:PutMetricsConfiguration'],
    NotificationConfiguration: ['s3:PutBucketNotification'],
    'ObjectLockConfiguration ObjectLockEnabled': [
      's3:PutBucketObjectLockConfiguration',
      's3:PutObjectLockConfiguration',
    ],
    OwnershipControls: ['s3:PutBucketOwnershipControls'],
    PublicAccessBlockConfiguration: ['s3:PutBucketPublicAccessBlock'],
    ReplicationConfiguration: ['iam:PassRole', 's3:PutReplicationConfiguration'],
    VersioningConfiguration: ['s3:PutBucketVersioning'],
    WebsiteConfiguration: ['s3:DeleteBucketWebsite', 's3:PutBucketWebsite'],
  },
  'AWS::SecretsManager::Secret': {
    GenerateSecretString: ['secretsmanager:GetRandomPassword'],
    ReplicaRegions: [
      'secretsmanager:RemoveRegionsFromReplication',
      'secretsmanager:ReplicateSecretToRegions',
    ],
  },
  'AWS::SNS::Subscription': { SubscriptionRoleArn: ['iam:GetRole', 'iam:PassRole'] },
  'AWS::SNS::Topic': {
    DataProtectionPolicy: ['sns:PutDataProtectionPolicy'],
    DeliveryStatusLogging: ['iam:GetRole', 'iam:PassRole'],
    Subscription: ['sns:Subscribe', 'sns:Unsubscribe'],
  },
};

const REPLICAS =
  'a replica of another region needs it, and AWS::DynamoDB::Table has none; AWS::DynamoDB::GlobalTable has';

/** What the schemas list and no call of such a handler needs; each would be a right to lose or read data. */
export const OVERSTATED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html
  'AWS::DynamoDB::Table': Object.fromEntries(
    [
      'AssociateTableReplica',
      'BatchWriteItem',
      'CreateTableReplica',
      'DeleteItem',
      'GetItem',
      'PutItem',
      'Query',
      'Scan',
      'UpdateItem',
    ].map((action) => [`dynamodb:${action}`, REPLICAS]),
  ),
  'AWS::S3::Bucket': {
    's3:DeleteObject': 'a bucket is created without an object, and deleted only when it has none',
  },
  'AWS::SecretsManager::Secret': {
    'secretsmanager:GetSecretValue':
      "SecretString is write-only in the type's schema, so no handler tells it",
  },
};

/** What the handlers call and the schemas do not list: seen on the embedded cloud, and told by the page beside it. */
export const UNLISTED: Readonly<
  Record<string, readonly { readonly property?: string; readonly actions: readonly string[] }[]>
> = {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html: who lets API Gateway
  // deliver its access log to a log group
  'AWS::ApiGatewayV2::Stage': [
    {
      property: 'AccessLogSettings',
      actions: [
        'logs:CreateLogDelivery',
        'logs:DescribeResourcePolicies',
        'logs:PutResourcePolicy',
      ],
    },
  ],
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html: a custom resource is a
  // call of its function, or a message to its topic
  'AWS::CloudFormation::CustomResource': [{ actions: ['lambda:InvokeFunction', 'sns:Publish'] }],
  // The parent stack changes and deletes what it created.
  'AWS::CloudFormation::Stack': [
    { actions: ['cloudformation:DeleteStack', 'cloudformation:UpdateStack'] },
  ],
};
