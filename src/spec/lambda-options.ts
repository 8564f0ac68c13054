import type { AsyncInvocation } from './async-invocation.ts';
import type { Value } from './value.ts';

/** A file system that is mounted into a function. */
export interface FileSystemMount {
  /** ARN of an EFS access point. The function's own role may then mount it and write to it. */
  readonly arn: Value<string>;
  /** Path under `/mnt/`. */
  readonly localMountPath: string;
}

/** The network that a function is put into. */
export interface VpcOptions {
  /** Ids of subnets. */
  readonly subnetIds: readonly Value<string>[];
  /** Ids of security groups. */
  readonly securityGroupIds: readonly Value<string>[];
  /** Whether IPv6 goes out where the subnets have both. @defaultValue false */
  readonly ipv6?: boolean;
}

/** Levels of Lambda's own log format. */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';

/** Where and how a function logs. */
export interface LoggingOptions {
  /** Lambda's log format. @defaultValue 'JSON' */
  readonly format?: 'JSON' | 'Text';
  /** Least level of what the function writes. Needs the format JSON. @defaultValue 'INFO' */
  readonly level?: LogLevel;
  /** Least level of what Lambda itself writes. Needs the format JSON. @defaultValue 'INFO' */
  readonly systemLevel?: 'DEBUG' | 'INFO' | 'WARN';
  /** How long the log is kept, in days: one of those that CloudWatch Logs takes. @defaultValue 30 */
  readonly retentionDays?: number;
  /** Whether the log may be lost with its function: then nothing asks before it goes. @defaultValue false */
  readonly replaceable?: boolean;
  /** An existing log group's name instead of one of the function's own. */
  readonly logGroup?: Value<string>;
}

/** The Node runtimes that Lambda has today. */
export type NodeRuntime = 'nodejs22.x' | 'nodejs24.x';

/**
 * Every setting that a function of Lambda has.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
 */
export interface FunctionSettings {
  /** What it is for, up to 256 characters. */
  readonly description?: string;
  /** MiB, 128 to 10,240. CPU grows with it. @defaultValue 128 */
  readonly memorySize?: number;
  /** Seconds, 1 to 900. @defaultValue 3 */
  readonly timeout?: number;
  /** Lambda's processor. @defaultValue 'arm64' */
  readonly architecture?: 'arm64' | 'x86_64';
  /** Version of Node. @defaultValue 'nodejs24.x' */
  readonly runtime?: NodeRuntime;
  /** Environment variables; up to 4 KB together with Sparta's own. */
  readonly environment?: Readonly<Record<string, Value<string>>>;
  /** Size of `/tmp` in MiB, 512 to 10,240. @defaultValue 512 */
  readonly ephemeralStorageSize?: number;
  /** Physical name. Left out, CloudFormation makes one, and a change that replaces the function can succeed. */
  readonly functionName?: string;
  /** ARN of an existing role instead of one of the function's own; its permissions are then yours to state. */
  readonly role?: Value<string>;
  /** ARN of a policy that its own role may not go beyond. @defaultValue the service's */
  readonly permissionsBoundary?: Value<string>;
  /** Most environments at once, kept for this function; 0 stops it. */
  readonly reservedConcurrency?: number;
  /** ARNs of up to five layers. */
  readonly layers?: readonly Value<string>[];
  /** Puts the function into a network. */
  readonly vpc?: VpcOptions;
  /** X-Ray. @defaultValue 'PassThrough' */
  readonly tracing?: 'Active' | 'PassThrough';
  /** How events are treated that it is invoked with asynchronously, and where their records go. */
  readonly asyncInvocation?: AsyncInvocation;
  /** ARN of a queue or topic for events that failed for good; `asyncInvocation.onFailure` tells more of them. */
  readonly deadLetterArn?: Value<string>;
  /** Mounted file systems; needs `vpc`. */
  readonly fileSystems?: readonly FileSystemMount[];
  /** ARN of the key that encrypts the environment variables. */
  readonly kmsKeyArn?: Value<string>;
  /** Snapshots of published versions after their start. */
  readonly snapStart?: 'PublishedVersions' | 'None';
  /** Log format, levels and retention. */
  readonly logging?: LoggingOptions;
  /** How runtime updates come; `arn` names the version for `Manual`. */
  readonly runtimeManagement?:
    | { readonly updateOn: 'Auto' | 'FunctionUpdate' }
    | { readonly updateOn: 'Manual'; readonly arn: string };
  /** Whether a loop through the same function is ended by Lambda. @defaultValue 'Terminate' */
  readonly recursiveLoop?: 'Allow' | 'Terminate';
  /** ARN of the configuration that checks the code's signature. */
  readonly codeSigningConfigArn?: Value<string>;
  /** Environments of one tenant only. */
  readonly tenancy?: { readonly isolation: 'PER_TENANT' };
  /** Durable execution: how long one may run in all, in seconds, and how many days its history is kept. */
  readonly durable?: { readonly executionTimeout: number; readonly retentionDays?: number };
  /** ARN of a capacity provider whose instances run the function. */
  readonly capacityProviderArn?: Value<string>;
  /** Tags of the function. */
  readonly tags?: Readonly<Record<string, string>>;
}
