import type { CloudFormationOptions } from './cloudformation/index.ts';
import { createCloudFormation } from './cloudformation/index.ts';
import type { ServiceDefinition } from './core/define-service.ts';
import { lambda } from './lambda/index.ts';
import { apigatewayv2 } from './services/apigatewayv2/index.ts';
import { cloudwatch } from './services/cloudwatch/index.ts';
import { cloudwatchLogs } from './services/cloudwatch-logs/index.ts';
import { ecr } from './services/ecr/index.ts';
import { iam } from './services/iam/index.ts';
import { kms } from './services/kms/index.ts';
import { s3 } from './services/s3/index.ts';
import { secretsManager } from './services/secrets-manager/index.ts';
import { sns } from './services/sns/index.ts';
import { ssm } from './services/ssm/index.ts';
import { sts } from './services/sts/index.ts';

/** Every service that may provide resource types: one line each. */
const PROVIDERS: readonly ServiceDefinition[] = [
  apigatewayv2,
  cloudwatch,
  cloudwatchLogs,
  ecr,
  iam,
  kms,
  lambda,
  s3,
  secretsManager,
  sns,
  ssm,
  sts,
];

/** Every service of the embedded cloud. */
export const createServices = (
  options: CloudFormationOptions = {},
): readonly ServiceDefinition[] => [
  ...PROVIDERS,
  createCloudFormation(
    PROVIDERS.flatMap(({ resources = [] }) => resources),
    options,
  ),
];

/** The same, a resource type without behaviour failing its stack. */
export const SERVICES = createServices();
