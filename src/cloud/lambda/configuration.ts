import type * as Lambda from '@aws-sdk/client-lambda';
import { notSupported } from '../core/aws-error.ts';
import type { Need, OperationContext } from '../core/define-service.ts';
import { constraints } from './constraints.ts';
import { assumeFunctionRole } from './environment/function-session.ts';
import { isRunnable, programOf } from './environment/runtimes.ts';
import { invalidParameterValue, validation } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { FunctionVersion, LambdaState, LoggingSettings } from './state.ts';

type Context = OperationContext<LambdaState>;

/** What CreateFunction and UpdateFunctionConfiguration have in common. */
export type ConfigurationInput = Omit<Lambda.UpdateFunctionConfigurationRequest, 'FunctionName'>;

/** Settings of a version without its code. */
export type Configuration = Omit<
  FunctionVersion,
  'functionName' | 'version' | 'code' | 'codeSha256' | 'revisionId' | 'modifiedAt' | 'architecture'
>;

const ROLE = /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_VARIABLES: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;

/** @throws {ValidationException} with all that is out of range */
export const checkRanges = (input: ConfigurationInput): void => {
  const { memoryMb, timeoutSeconds, ephemeralStorageMb } = LIMITS;
  constraints()
    .pattern(
      'role',
      input.Role,
      ROLE,
      'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
    )
    .length('handler', input.Handler, 0, 128)
    .pattern('handler', input.Handler, /^\S*$/, '[^\\s]+')
    .length('description', input.Description, 0, 256)
    .range('timeout', input.Timeout, timeoutSeconds.min, Number.MAX_SAFE_INTEGER)
    .range('memorySize', input.MemorySize, memoryMb.min, memoryMb.max)
    .range(
      'ephemeralStorage.size',
      input.EphemeralStorage?.Size,
      ephemeralStorageMb.min,
      ephemeralStorageMb.max,
    )
    .oneOf('tracingConfig.mode', input.TracingConfig?.Mode, ['Active', 'PassThrough'])
    .oneOf('loggingConfig.logFormat', input.LoggingConfig?.LogFormat, ['JSON', 'Text'])
    .oneOf(
      'loggingConfig.applicationLogLevel',
      input.LoggingConfig?.ApplicationLogLevel,
      LOG_LEVELS,
    )
    .oneOf('loggingConfig.systemLogLevel', input.LoggingConfig?.SystemLogLevel, [
      'DEBUG',
      'INFO',
      'WARN',
    ])
    .pattern(
      'loggingConfig.logGroup',
      input.LoggingConfig?.LogGroup,
      /^[.\-_/#A-Za-z0-9]{1,512}$/,
      '[\\.\\-_/#A-Za-z0-9]+',
    )
    .check();
  if ((input.Timeout ?? 0) > timeoutSeconds.max)
    throw invalidParameterValue(
      `1 validation error detected: Value '${input.Timeout}' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to ${timeoutSeconds.max}`,
    );
};

/** What AWS has and the embedded cloud has not is refused, never ignored. */
export const refuseUnsupported = (input: ConfigurationInput): void => {
  if ((input.Layers ?? []).length > 0) throw notSupported('A function with layers');
  if ((input.FileSystemConfigs ?? []).length > 0)
    throw notSupported('A function with a file system');
  if (input.ImageConfig !== undefined) throw notSupported('A function from a container image');
  if (input.SnapStart?.ApplyOn === 'PublishedVersions') throw notSupported('SnapStart for Node.js');
  const { CapacityProviderConfig, DurableConfig } = input;
  if (CapacityProviderConfig !== undefined) throw notSupported('A function on managed instances');
  if (DurableConfig !== undefined) throw notSupported('A durable function');
};

/** @throws {InvalidParameterValueException} in AWS's words; {@link notSupported} for runtimes of other languages */
export const checkRuntime = (runtime: string): void => {
  if (/^(nodejs|provided|python|java|dotnet|ruby|go)[\w.]*$/.test(runtime)) {
    if (!isRunnable(runtime)) throw notSupported(`The runtime ${runtime}`);
    // Says at once when this machine has not got the Node of the runtime.
    programOf({ runtime }, '');
    return;
  }
  throw invalidParameterValue(
    `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [nodejs26.x, nodejs24.x, nodejs22.x, nodejs20.x, python3.14, python3.13, python3.12, python3.11, python3.10, provided.al2023, provided.al2] or be a valid ARN`,
  );
};

const readEnvironment = (
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const names = Object.keys(variables);
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0)
    throw invalidParameterValue(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  if (names.some((name) => !/^[a-zA-Z]\w+$/.test(name)))
    throw validation(
      `1 validation error detected: Value '{${names.map((name) => `${name}=${variables[name]}`).join(', ')}}' at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]`,
    );
  const text = JSON.stringify(variables);
  if (Buffer.byteLength(text) > LIMITS.environmentBytes)
    throw invalidParameterValue(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${text}`,
    );
  return { ...variables };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html */
const readLogging = (
  functionName: string,
  given: Lambda.LoggingConfig | undefined,
  before: LoggingSettings | undefined,
): LoggingSettings => {
  const group = given?.LogGroup ?? before?.group ?? `/aws/lambda/${functionName}`;
  const format = given?.LogFormat ?? before?.format ?? 'Text';
  if (format === 'Text') {
    if (given?.ApplicationLogLevel !== undefined || given?.SystemLogLevel !== undefined)
      throw invalidParameterValue(
        'To use ApplicationLogLevel or SystemLogLevel, set LogFormat to JSON.',
      );
    return { format, group };
  }
  return {
    format,
    group,
    applicationLevel: given?.ApplicationLogLevel ?? before?.applicationLevel ?? 'INFO',
    systemLevel: given?.SystemLogLevel ?? before?.systemLevel ?? 'INFO',
  };
};

/** Differs: a function in a VPC reaches what every other does. */
const readVpc = (given: Lambda.VpcConfig | undefined, before: Configuration['vpc']) => {
  if (given === undefined) return before === undefined ? {} : { vpc: before };
  const subnetIds = given.SubnetIds ?? [];
  const securityGroupIds = given.SecurityGroupIds ?? [];
  return subnetIds.length + securityGroupIds.length === 0
    ? {}
    : { vpc: { subnetIds, securityGroupIds } };
};

/** A configuration out of an input, on top of the one before. */
export const readConfiguration = (
  functionName: string,
  input: ConfigurationInput,
  before?: Configuration,
): Configuration => {
  checkRanges(input);
  refuseUnsupported(input);
  if (input.Runtime !== undefined) checkRuntime(input.Runtime);
  const variables = input.Environment?.Variables;
  const deadLetterArn = input.DeadLetterConfig?.TargetArn ?? before?.deadLetterArn ?? '';
  if (deadLetterArn !== '' && !/^arn:aws[\w-]*:(sqs|sns):/.test(deadLetterArn))
    throw invalidParameterValue(
      `The provided DeadLetterConfig target is not a queue or a topic: ${deadLetterArn}`,
    );
  const kmsKeyArn = input.KMSKeyArn ?? before?.kmsKeyArn ?? '';
  return {
    runtime: input.Runtime ?? before?.runtime ?? '',
    handler: input.Handler ?? before?.handler ?? '',
    role: input.Role ?? before?.role ?? '',
    description: input.Description ?? before?.description ?? '',
    timeoutSeconds: input.Timeout ?? before?.timeoutSeconds ?? LIMITS.timeoutSeconds.default,
    memorySizeMb: input.MemorySize ?? before?.memorySizeMb ?? LIMITS.memoryMb.default,
    ephemeralStorageMb:
      input.EphemeralStorage?.Size ??
      before?.ephemeralStorageMb ??
      LIMITS.ephemeralStorageMb.default,
    environment: variables === undefined ? (before?.environment ?? {}) : readEnvironment(variables),
    hasEnvironment: input.Environment !== undefined || before?.hasEnvironment === true,
    logging: readLogging(functionName, input.LoggingConfig, before?.logging),
    tracingMode: input.TracingConfig?.Mode ?? before?.tracingMode ?? 'PassThrough',
    ...(deadLetterArn === '' ? {} : { deadLetterArn }),
    ...(kmsKeyArn === '' ? {} : { kmsKeyArn }),
    ...readVpc(input.VpcConfig, before?.vpc),
  };
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html: giving a role to Lambda */
export const passRole = (role: string): Need => ({
  action: 'iam:PassRole',
  resource: role,
  conditions: { 'iam:PassedToService': 'lambda.amazonaws.com' },
});

/**
 * Lambda tries the role, as it will for every environment.
 * @throws {InvalidParameterValueException} when there is no such role, or its trust policy does not let Lambda in
 */
export const assertAssumable = async (
  role: string,
  functionName: string,
  context: Context,
): Promise<void> => {
  const { credential } = await assumeFunctionRole(context, { role, functionName });
  context.credentials.remove(credential.accessKeyId);
};
