export type { ClientOf } from './clients.ts';
export type { ProvisionedStack } from './provision-app.ts';
export type { TestCloudOptions } from './start-cloud.ts';
export { startCloud } from './start-cloud.ts';
export type { CloudSettings, Journal, TestCloud } from './test-cloud.ts';
export type { TestingErrorCode } from './testing-error.ts';
export { TestingError } from './testing-error.ts';
