import type { BlobRef } from '../core/blobs.ts';
import type { ServiceContext, StateTools } from '../core/define-service.ts';
import type { Table } from '../core/store.ts';
import type { Fleet } from './environment/fleet.ts';
import type { FunctionHost } from './environment/function-host.ts';
import type { Witness } from './environment/witness.ts';
import type { MappingRecord, Poller, ShardProgress } from './event-sources/index.ts';

/** How a function's log is written. */
export interface LoggingSettings {
  readonly format: 'Text' | 'JSON';
  readonly group: string;
  /** JSON format only. */
  readonly applicationLevel?: string;
  /** JSON format only. */
  readonly systemLevel?: string;
}

/** Code and configuration of one version, `$LATEST` included. Never changed: an update is a new record. */
export interface FunctionVersion {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  readonly ephemeralStorageMb: number;
  readonly architecture: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly hasEnvironment: boolean;
  readonly logging: LoggingSettings;
  readonly deadLetterArn?: string;
  readonly tracingMode: string;
  readonly kmsKeyArn?: string;
  /** Kept and shown; the function runs in no network of its own. */
  readonly vpc?: {
    readonly subnetIds: readonly string[];
    readonly securityGroupIds: readonly string[];
  };
  readonly code: BlobRef;
  /** Base64. */
  readonly codeSha256: string;
  readonly revisionId: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** What all versions of a function share. */
export interface FunctionRecord {
  readonly name: string;
  readonly nextVersion: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedConcurrency?: number;
  readonly recursiveLoop?: string;
}

export interface AliasRecord {
  readonly functionName: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Another version and its share of invocations, 0 to 1. */
  readonly routing?: { readonly version: string; readonly weight: number };
  readonly revisionId: string;
}

/** One statement of a function's policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: '*' | { readonly Service: string } | { readonly AWS: string };
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The policy of a function, a version or an alias. */
export interface PolicyRecord {
  readonly statements: readonly PolicyStatement[];
  readonly revisionId: string;
  /** As JSON, kept since it is read with every call. */
  readonly document: string;
}

/** How asynchronous invocations are treated. */
export interface EventInvokeRecord {
  readonly functionName: string;
  readonly qualifier: string;
  readonly maximumRetryAttempts?: number;
  readonly maximumEventAgeSeconds?: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly modifiedAt: number;
}

/** An asynchronous invocation that is not done. */
export interface QueuedEvent {
  readonly id: string;
  readonly functionName: string;
  readonly qualifier: string;
  readonly invokedArn: string;
  readonly requestId: string;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  /** Not before this. */
  readonly dueAt: number;
  /** Times that the function failed. */
  readonly failures: number;
  /** Times that there was no room for it. */
  readonly throttles: number;
  /** Journal id of the call that brought it. */
  readonly cause: number;
}

export interface LambdaState {
  readonly functions: Table<FunctionRecord>;
  /** By `name:version`. */
  readonly versions: Table<FunctionVersion>;
  /** By `name:alias`. */
  readonly aliases: Table<AliasRecord>;
  /** By `name` or `name:qualifier`. */
  readonly policies: Table<PolicyRecord>;
  /** By `name:qualifier`. */
  readonly eventInvokeConfigs: Table<EventInvokeRecord>;
  readonly events: Table<QueuedEvent>;
  /** Code that is being taken in, by its hash: functions that are made at once share it. */
  readonly heldCode: Map<string, { readonly code: BlobRef | Promise<BlobRef>; holds: number }>;
  /** By UUID. */
  readonly eventSourceMappings: Table<MappingRecord>;
  /** By `UUID/shard`. */
  readonly shardProgress: Table<ShardProgress>;
  /** What feeds functions at this moment, by UUID of the mapping. */
  readonly pollers: Map<string, Poller>;
  readonly accountId: string;
  readonly region: string;
  /** Runs functions in this process, where it has their code. */
  readonly host?: FunctionHost;
  /** Watches what functions do. */
  readonly witness?: Witness;
  /** The running environments; made with the first invocation. */
  fleet?: Fleet;
  /** What goes on outside of any call. */
  base?: ServiceContext<LambdaState>;
  /** The cloud has ended: nothing is started any more. */
  stopped?: boolean;
}

export const createLambdaState = (tools: StateTools): LambdaState => ({
  functions: tools.table('functions'),
  versions: tools.table('versions'),
  aliases: tools.table('aliases'),
  heldCode: new Map(),
  policies: tools.table('policies'),
  eventInvokeConfigs: tools.table('event-invoke-configs'),
  events: tools.table('events'),
  eventSourceMappings: tools.table('event-source-mappings'),
  shardProgress: tools.table('shard-progress'),
  pollers: new Map(),
  accountId: tools.accountId,
  region: tools.region,
});

/** Versions of a function, `$LATEST` first, then as they were published. */
export const versionsOf = (state: LambdaState, name: string): readonly FunctionVersion[] =>
  [...state.versions.values()]
    .filter(({ functionName }) => functionName === name)
    .sort((a, b) => rank(a.version) - rank(b.version));

const rank = (version: string): number => (version === '$LATEST' ? 0 : Number(version));

export const aliasesOf = (state: LambdaState, name: string): readonly AliasRecord[] =>
  [...state.aliases.values()]
    .filter(({ functionName }) => functionName === name)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
