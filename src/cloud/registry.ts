import type { CloudFormationOptions } from './cloudformation/index.ts';
import { createCloudFormation } from './cloudformation/index.ts';
import type { ServiceDefinition } from './core/define-service.ts';
import type { LambdaOptions } from './lambda/index.ts';
import { createLambda } from './lambda/index.ts';
import { apigatewayv2 } from './services/apigatewayv2/index.ts';
import { cloudwatch } from './services/cloudwatch/index.ts';
import { cloudwatchLogs } from './services/cloudwatch-logs/index.ts';
import { createDynamodb, dynamodbStreams } from './services/dynamodb/index.ts';
import type { DynamodbOptions } from './services/dynamodb/index.ts';
import { ecr } from './services/ecr/index.ts';
import { eventbridge } from './services/eventbridge/index.ts';
import { iam } from './services/iam/index.ts';
import type { KinesisOptions } from './services/kinesis/index.ts';
import { createKinesis } from './services/kinesis/index.ts';
import { kms } from './services/kms/index.ts';
import { s3 } from './services/s3/index.ts';
import { scheduler } from './services/scheduler/index.ts';
import { secretsManager } from './services/secrets-manager/index.ts';
import { sns } from './services/sns/index.ts';
import { sqs } from './services/sqs/index.ts';
import { ssm } from './services/ssm/index.ts';
import { sts } from './services/sts/index.ts';

/** Every service that may provide resource types: one line each. */
const createProviders = (
  options: DynamodbOptions & LambdaOptions & KinesisOptions,
): readonly ServiceDefinition[] => [
  apigatewayv2,
  cloudwatch,
  cloudwatchLogs,
  createDynamodb(options),
  dynamodbStreams,
  ecr,
  eventbridge,
  iam,
  createKinesis(options),
  kms,
  createLambda(options),
  s3,
  scheduler,
  secretsManager,
  sns,
  sqs,
  ssm,
  sts,
];

/** Every service of the embedded cloud. */
export const createServices = (
  options: CloudFormationOptions & DynamodbOptions & KinesisOptions & LambdaOptions = {},
): readonly ServiceDefinition[] => {
  const providers = createProviders(options);
  const types = providers.flatMap(({ resources = [] }) => resources);
  return [...providers, createCloudFormation(types, options)];
};

/** The same, a resource type without behaviour failing its stack. */
export const SERVICES = createServices();
