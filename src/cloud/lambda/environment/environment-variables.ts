import { delimiter, dirname } from 'node:path';
import type { FunctionVersion } from '../state.ts';

/** What an environment is made with. */
export interface EnvironmentFacts {
  readonly region: string;
  readonly endpoint: string;
  readonly taskRoot: string;
  readonly runtimeDir: string;
  /** Own folder of this environment: home and temporary files. */
  readonly homeDir: string;
  readonly tmpDir: string;
  readonly command: string;
  readonly runtimeApi: string;
  readonly logStream: string;
  readonly writesRecords: boolean;
  /** `node_modules` with the SDK. */
  readonly runtimeModules: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/**
 * The environment of a function's process: what AWS defines and what the function configures, nothing of the developer's own.
 * Differs: `LAMBDA_TASK_ROOT` is a folder of this machine, `HOME` and `TMPDIR` are the environment's own folders (AWS has
 * one `/tmp` for each), `AWS_ENDPOINT_URL` leads to the embedded cloud.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const environmentVariables = (
  version: FunctionVersion,
  facts: EnvironmentFacts,
): Record<string, string> => ({
  PATH: [dirname(facts.command), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  HOME: facts.homeDir,
  TMPDIR: facts.tmpDir,
  NODE_PATH: [facts.runtimeModules, facts.runtimeDir, facts.taskRoot].join(delimiter),
  AWS_ENDPOINT_URL: facts.endpoint,
  // The function's own variables cannot touch what follows: those names are reserved, and refused at the API.
  ...version.environment,
  _HANDLER: version.handler,
  LAMBDA_TASK_ROOT: facts.taskRoot,
  LAMBDA_RUNTIME_DIR: facts.runtimeDir,
  AWS_REGION: facts.region,
  AWS_DEFAULT_REGION: facts.region,
  AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
  AWS_LAMBDA_FUNCTION_NAME: version.functionName,
  AWS_LAMBDA_FUNCTION_VERSION: version.version,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memorySizeMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: version.logging.group,
  AWS_LAMBDA_LOG_STREAM_NAME: facts.logStream,
  AWS_LAMBDA_LOG_FORMAT: version.logging.format,
  ...(version.logging.applicationLevel === undefined
    ? {}
    : { AWS_LAMBDA_LOG_LEVEL: version.logging.applicationLevel }),
  AWS_LAMBDA_RUNTIME_API: facts.runtimeApi,
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_ACCESS_KEY_ID: facts.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: facts.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: facts.credentials.sessionToken,
  // Runtimes of AWS's own write their log as records; custom ones have only their standard streams.
  ...(facts.writesRecords ? { _LAMBDA_TELEMETRY_LOG_FD: '3' } : {}),
  // Our own runtime inherits a connection to the Runtime API: a socket pair wakes a process faster than TCP does.
  ...(facts.writesRecords && process.platform !== 'win32' ? { _SPARTA_RUNTIME_API_FD: '4' } : {}),
});
