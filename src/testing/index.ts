export type { DisorderChoice, DisorderOptions, DisorderPoint } from '../cloud/index.ts';
export type { ClientOf } from './clients.ts';
export type { Delivery, DeliveryFilter } from './deliveries.ts';
export type { Denial } from './denials.ts';
export type { Path } from './expect-path.ts';
export type { Invocation, InvocationError } from './invocations.ts';
export type { LogLine } from './logs.ts';
export type { Datapoint, MetricQuery, MetricValues } from './metrics.ts';
export type { ProvisionedStack } from './provision-app.ts';
export type { TestCloudOptions } from './start-cloud.ts';
export { startCloud } from './start-cloud.ts';
export type {
  AnyFunction,
  CloudSettings,
  ForkOptions,
  Journal,
  TestCloud,
} from './test-cloud.ts';
export type { TestingErrorCode } from './testing-error.ts';
export { TestingError } from './testing-error.ts';
export type { DisorderedTest, DisorderReport, UnderDisorderOptions } from './under-disorder.ts';
export { underDisorder } from './under-disorder.ts';
export { DisorderError } from './disorder-error.ts';
