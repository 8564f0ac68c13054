import type { ResourceProvider } from '../../core/resource-provider.ts';
import { alias } from './alias.ts';
import { eventInvokeConfig } from './event-invoke-config.ts';
import { eventSourceMapping } from './event-source-mapping.ts';
import { lambdaFunction } from './function.ts';
import { permission } from './permission.ts';
import { version } from './version.ts';

/** CloudFormation's types of Lambda. */
export const resources: readonly ResourceProvider[] = [
  lambdaFunction,
  permission,
  version,
  alias,
  eventInvokeConfig,
  eventSourceMapping,
];
