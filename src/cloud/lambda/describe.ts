import type * as Lambda from '@aws-sdk/client-lambda';
import { programOf } from './environment/runtimes.ts';
import { functionArn, versionArn } from './names.ts';
import type { AliasRecord, EventInvokeRecord, FunctionVersion, LambdaState } from './state.ts';

/** `2024-03-27T09:14:35.123+0000` */
export const lastModified = (ms: number): string =>
  new Date(ms).toISOString().replace('Z', '+0000');

const runtimeVersionArn = (state: LambdaState, runtime: string): string | undefined => {
  try {
    return `arn:aws:lambda:${state.region}::runtime:${programOf({ runtime }, '').digest}`;
  } catch {
    return undefined;
  }
};

/** A version as the API shows it, once it is active. */
export const describeVersion = (
  state: LambdaState,
  version: FunctionVersion,
): Lambda.FunctionConfiguration => {
  const { logging } = version;
  const runtimeArn = runtimeVersionArn(state, version.runtime);
  return {
    FunctionName: version.functionName,
    FunctionArn: versionArn(state, version),
    Runtime: version.runtime as Lambda.Runtime,
    Role: version.role,
    Handler: version.handler,
    CodeSize: version.code.sizeBytes,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memorySizeMb,
    LastModified: lastModified(version.modifiedAt),
    CodeSha256: version.codeSha256,
    Version: version.version,
    TracingConfig: { Mode: version.tracingMode as Lambda.TracingMode },
    RevisionId: version.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [version.architecture as Lambda.Architecture],
    EphemeralStorage: { Size: version.ephemeralStorageMb },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: logging.format,
      LogGroup: logging.group,
      ...(logging.applicationLevel === undefined
        ? {}
        : { ApplicationLogLevel: logging.applicationLevel as Lambda.ApplicationLogLevel }),
      ...(logging.systemLevel === undefined
        ? {}
        : { SystemLogLevel: logging.systemLevel as Lambda.SystemLogLevel }),
    },
    ...(runtimeArn === undefined
      ? {}
      : { RuntimeVersionConfig: { RuntimeVersionArn: runtimeArn } }),
    ...(version.hasEnvironment ? { Environment: { Variables: { ...version.environment } } } : {}),
    ...(version.deadLetterArn === undefined
      ? {}
      : { DeadLetterConfig: { TargetArn: version.deadLetterArn } }),
    ...(version.vpc === undefined
      ? {}
      : {
          VpcConfig: {
            SubnetIds: [...version.vpc.subnetIds],
            SecurityGroupIds: [...version.vpc.securityGroupIds],
            VpcId: '',
          },
        }),
    ...(version.kmsKeyArn === undefined ? {} : { KMSKeyArn: version.kmsKeyArn }),
  };
};

/** What a change answers: the version is not yet in use then. Recorded texts of AWS. */
export const describeChanging = (
  state: LambdaState,
  version: FunctionVersion,
  change: 'create' | 'update',
): Lambda.FunctionConfiguration => {
  const { LastUpdateStatus: _status, ...shown } = describeVersion(state, version);
  return change === 'create'
    ? {
        ...shown,
        State: 'Pending',
        StateReason: 'The function is being created.',
        StateReasonCode: 'Creating',
      }
    : {
        ...shown,
        LastUpdateStatus: 'InProgress',
        LastUpdateStatusReason: 'The function is being created.',
        LastUpdateStatusReasonCode: 'Creating' as Lambda.LastUpdateStatusReasonCode,
      };
};

export const describeAlias = (
  state: LambdaState,
  alias: AliasRecord,
): Lambda.AliasConfiguration => ({
  AliasArn: functionArn(state, alias.functionName, alias.name),
  Name: alias.name,
  FunctionVersion: alias.version,
  Description: alias.description,
  RevisionId: alias.revisionId,
  ...(alias.routing === undefined
    ? {}
    : {
        RoutingConfig: {
          AdditionalVersionWeights: { [alias.routing.version]: alias.routing.weight },
        },
      }),
});

export const describeEventInvoke = (
  state: LambdaState,
  record: EventInvokeRecord,
): Lambda.FunctionEventInvokeConfig => ({
  LastModified: new Date(record.modifiedAt),
  FunctionArn: functionArn(state, record.functionName, record.qualifier),
  DestinationConfig: {
    OnSuccess: record.onSuccess === undefined ? {} : { Destination: record.onSuccess },
    OnFailure: record.onFailure === undefined ? {} : { Destination: record.onFailure },
  },
  ...(record.maximumRetryAttempts === undefined
    ? {}
    : { MaximumRetryAttempts: record.maximumRetryAttempts }),
  ...(record.maximumEventAgeSeconds === undefined
    ? {}
    : { MaximumEventAgeInSeconds: record.maximumEventAgeSeconds }),
});

/** Lists leave out what is told of one function only. */
export const listed = (
  state: LambdaState,
  version: FunctionVersion,
): Lambda.FunctionConfiguration => {
  const {
    State: _state,
    LastUpdateStatus: _status,
    RuntimeVersionConfig: _runtime,
    ...shown
  } = describeVersion(state, version);
  return shown;
};
