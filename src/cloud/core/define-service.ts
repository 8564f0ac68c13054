import type { CompiledPolicy } from '../../iam/index.ts';
import type { Arrivals } from './arrivals.ts';
import type { AwsError } from './aws-error.ts';
import type { BlobStore } from './blobs.ts';
import type { Clock } from './clock.ts';
import type { Disorder } from './disorder.ts';
import type { Cause, Journal } from './journal.ts';
import type { CredentialRegistry, Principal } from './principals.ts';
import type { Random } from './random.ts';
import type { Table } from './store.ts';
import type { ResourceProvider } from './resource-provider.ts';
import type { DataPlane } from './data-plane.ts';

/**
 * One permission that a call needs: what AWS's service authorisation reference lists for the operation.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export interface Need {
  /** `s3:GetObject` */
  readonly action: string;
  /** ARN of what it is done to, or `*` where the action knows no resource. */
  readonly resource: string;
  /** Condition keys of this call beside the global ones, such as `s3:prefix`. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The resource's own policy (JSON). Left out, it is asked of the service's {@link ServiceDefinition.resourcePolicy}.
   */
  readonly resourcePolicy?: string;
  /** Whose the resource is. @defaultValue the account of the call */
  readonly resourceAccount?: string;
}

/** Facts of the HTTP request, for services that answer by them. Internal calls have none. */
export interface WireFacts {
  readonly method: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly path: string;
  readonly sourceIp: string;
  readonly presigned: boolean;
  /** Trailing headers of an aws-chunked body; filled once the body has been read. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** What a service may do while nobody waits for an answer. */
export interface ServiceContext<State> {
  readonly state: State;
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Decides what goes out of order; undefined where all is in order. */
  readonly disorder: Disorder | undefined;
  readonly blobs: BlobStore;
  /** Who waits at a source is told of what arrives there. */
  readonly arrivals: Arrivals;
  readonly journal: Journal;
  readonly credentials: CredentialRegistry;
  /** Journal id of the running call behind a set of temporary keys, by access key id. Lambda keeps it. */
  readonly causes: Map<string, number>;
  /** `http://127.0.0.1:4566`, without a slash at the end. */
  readonly endpoint: string;
  /** The way out to other machines: the cloud's own, so that a test can stand in for them. */
  readonly fetch: typeof fetch;
  /** Policies of the organization that bound the account; left out where it is in none. IAM simulates with them. */
  readonly serviceControl?: readonly CompiledPolicy[] | undefined;
  /** Folder for this service's own files (unpacked archives, sockets); made on first use, removed or kept with the state. */
  scratchDir(): string;
  /**
   * Calls an operation of any service, under a principal, as a client would: authorised, journalled.
   * @throws {AwsError} what the operation answers
   */
  call(request: InternalCall): Promise<unknown>;
  /** Runs `task` after the answer has gone. The cloud is not settled before it ends; what it changed is committed then. */
  background(name: string, task: () => Promise<void>): void;
  /** Commits what was changed outside of a request. {@link background} does so by itself. */
  commit(): void;
}

/** A call from inside the cloud. */
export interface InternalCall {
  /** Id of the service, such as `lambda`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** @defaultValue the principal of the call that is being served */
  readonly principal?: Principal;
  /** @defaultValue the region of the call that is being served */
  readonly region?: string;
  /** Journal ids of what caused this. @defaultValue the call that is being served */
  readonly cause?: Cause | undefined;
  /** ARN of what the service acts for, where the principal does not say it. @defaultValue the principal's `aws:SourceArn` */
  readonly source?: string;
}

/** What an operation gets beside its input. */
export interface OperationContext<State> extends ServiceContext<State> {
  readonly principal: Principal;
  readonly requestId: string;
  /** Journal id of this call. */
  readonly callId: number;
  /**
   * Service principal of the service that made this call, in its own name or its caller's; a call from outside has none.
   * Fills `kms:ViaService`.
   */
  readonly via?: string | undefined;
  readonly wire?: WireFacts | undefined;
  /** Aborts when the client has gone away. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Checks a need that is known only inside the operation, such as `iam:PassRole`.
   * @param as - Who the caller turned out to be, where no signature says it. @defaultValue the call's principal
   * @throws {AwsError} when it is denied
   */
  authorise(needs: Need | readonly Need[], as?: Principal): void;
  /** Adds to the entry of the journal that this call will be. */
  annotate(more: CallNotes): void;
}

/** What only an operation knows of its own call. */
export interface CallNotes {
  /** Journal ids of what caused it beside the caller: the sends of what is received. */
  readonly causes?: readonly number[];
  /** Messages, events or records that it was about; 0 of what only tried whether it might. */
  readonly items?: number;
}

/** An operation: what it needs, and what it does. */
export interface Operation<State, Input, Output> {
  /** What the caller must be allowed. An empty list is a statement too: AWS checks nothing (`sts:GetCallerIdentity`). */
  needs(input: Input, context: OperationContext<State>): Need | readonly Need[];
  handle(input: Input, context: OperationContext<State>): Output | Promise<Output>;
}

/** Operations by AWS's name, each with its own input and output; erased here so that they fit one registry. */
export type OperationTable<State> = Readonly<Record<string, Operation<State, never, unknown>>>;

/** Policies that decide what a principal may do. Documents are JSON. */
export interface IdentityPolicies {
  readonly identity: readonly { readonly name: string; readonly document: string }[];
  readonly boundary?: { readonly name: string; readonly document: string };
  /** Tags of the user or role: `aws:PrincipalTag/…`. */
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** Where a service's state is one: everywhere, once per account, once per account and region. */
export type StateScope = 'global' | 'account' | 'region';

/** What {@link ServiceDefinition.createState} builds its state from. */
export interface StateTools {
  /** A table of this service and scope. */
  table<R>(name: string): Table<R>;
  readonly accountId: string;
  readonly region: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** How a service answers browsers from another origin. */
export interface CorsRules<State> {
  /** The answer to an OPTIONS request: status, headers and an XML or empty body. */
  preflight(
    request: WireFacts,
    state: State,
  ): {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** Headers to add to the answer of a real request that has an Origin. */
  headers(request: WireFacts, state: State): Readonly<Record<string, string>>;
}

/** A service of the embedded cloud: everything that shared code needs to know of it. */
export interface ServiceDefinition<State = unknown> {
  /** Folder, model file and registry key: the SDK package's name without `client-`. */
  readonly id: string;
  /** Name in the credential scope of a signature. Several services may share one; the path or target decides. */
  readonly signingName: string;
  /** Service principal. `lambda.amazonaws.com` */
  readonly principal: string;
  readonly scope: StateScope;
  /** The region of every call of a service that is one for the world: `aws:RequestedRegion`. */
  readonly globalRegion?: string;
  /**
   * Id of the service whose state this one works on, where AWS puts two APIs before one thing; `createState` is the same.
   * @defaultValue its own
   */
  readonly stateOf?: string;
  createState(tools: StateTools): State;
  readonly operations: OperationTable<State>;
  /**
   * The account whose resource a call names by its ARN, for calls that may come from other accounts: its state serves them,
   * and both accounts must allow it. @defaultValue the account of the caller
   */
  accountOf?(operation: string, input: unknown): string | undefined;
  /** The policy attached to the resource with this ARN, as JSON. */
  resourcePolicy?(arn: string, state: State): string | undefined;
  /** Condition keys that follow from the resource with this ARN, such as its tags, for needs of any service. */
  resourceKeys?(arn: string, state: State): Readonly<Record<string, string>> | undefined;
  /** IAM only: the policies of a user or role session. */
  identityPolicies?(principal: Principal, state: State): IdentityPolicies;
  /** CloudFormation types that this service provides. */
  readonly resources?: readonly ResourceProvider[];
  /** Endpoints that are no modelled operation, such as a deployed API's own URL. */
  readonly dataPlane?: DataPlane<State>;
  /** What it answers a call that comes when there are too many; undefined for one that it answers anyway. */
  throttled?(operation: string): AwsError | undefined;
  /** Fills in what a request says outside of its body, such as the queue that is the request's path. */
  completeInput?(input: Record<string, unknown>, request: WireFacts): void;
  /** First part of the paths of this service where several share a signing name (`v2` for API Gateway's HTTP APIs). */
  readonly pathPrefix?: string;
  /**
   * Whether requests without a signature are looked at: services with public resources, or the operations that take none.
   * @defaultValue false
   */
  readonly allowsAnonymous?: boolean | readonly string[];
  /** Browsers' cross-origin requests, for services whose resources have CORS rules of their own. */
  readonly cors?: CorsRules<State>;
  /** Largest body of a request whose body is not a stream, in bytes. @defaultValue 10 MiB */
  readonly maxBodyBytes?: number;
  /** Loads the modules that its first use would load: whoever replays wants the first use to be like every other. */
  preload?(): Promise<unknown>;
  /** Takes up what an earlier run left undone. Called once for every state that exists when the cloud starts. */
  start?(context: ServiceContext<State>): void;
  /** Ends processes and open files. */
  stop?(context: ServiceContext<State>): Promise<void> | void;
  /** Code for requests whose input breaks the model's constraints. @defaultValue 'ValidationException' */
  readonly validationCode?: string;
  /** The code of a denied call. @defaultValue 'AccessDeniedException' for JSON protocols, 'AccessDenied' otherwise */
  readonly accessDeniedCode?: string;
  /** Whether its denials put the resource in quotation marks, as S3's do. @defaultValue false */
  readonly quotesDeniedResource?: boolean;
}

/** Checks a definition's shape and keeps its state's type inside it. */
export const defineService = <State>(definition: ServiceDefinition<State>): ServiceDefinition =>
  definition as unknown as ServiceDefinition;

/** Names the types of an operation written in place: `operation<State, In, Out>({ needs, handle })`. */
export const operation = <State, Input, Output>(
  definition: Operation<State, Input, Output>,
): Operation<State, never, unknown> => definition as Operation<State, never, unknown>;
