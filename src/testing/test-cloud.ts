import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Cloud, DisorderChoice, DisorderOptions } from '../cloud/index.ts';
import type { HttpApiDeclaration } from '../sources/http-api/spec.ts';
import type { Grant } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ResourceDeclaration } from '../spec/resource.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Referable } from '../spec/value.ts';
import type { ClientOf } from './clients.ts';
import type { Delivery, DeliveryFilter } from './deliveries.ts';
import type { Denial } from './denials.ts';
import type { Path } from './expect-path.ts';
import type { Invocation } from './invocations.ts';
import type { LogLine } from './logs.ts';
import type { MetricQuery, MetricValues } from './metrics.ts';
import type { ProvisionedStack } from './provision-app.ts';

/** What happened in a cloud, newest last. */
export type Journal = ReturnType<Cloud['journal']['entries']>;

/** A function, whichever way it is declared. */
export type AnyFunction = FunctionDeclaration | ResourceDeclaration<'AWS::Lambda::Function'>;

/** What the AWS SDK's clients are made with to reach a cloud: `new SQSClient(cloud.settings)`. */
export interface CloudSettings {
  /** The cloud's region. */
  readonly region: string;
  /** Base URL; it need not listen. */
  readonly endpoint: string;
  /** The developer's keys. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Buckets stand in paths, since one endpoint has no name for each. */
  readonly forcePathStyle: true;
  /** The way to the cloud, in memory. */
  readonly requestHandler: NodeHttpHandler;
  /** Where the cloud is out of order: retries that do not wait. Left out elsewhere. */
  readonly retryStrategy?: NonNullable<S3ClientConfig['retryStrategy']>;
}

/** In what a fork differs from the cloud that it is made of. */
export interface ForkOptions {
  /** What goes out of order in it. @defaultValue as in the cloud that it is made of */
  readonly disorder?: number | DisorderOptions;
}

/** An AWS in the process of a test, on its own time. */
export interface TestCloud {
  /** For clients of the AWS SDK. */
  readonly settings: CloudSettings;
  /** Where it listens; undefined unless a port was asked for. */
  readonly url: string | undefined;
  /** The cloud's time. */
  now(): Date;
  /**
   * Brings a service into the cloud, or up to date in it.
   *
   * @throws {FrameworkError} when its declarations are wrong
   * @throws {DeployError} when its stack cannot be made
   */
  provision(service: ServiceDeclaration): Promise<ProvisionedStack>;
  /**
   * A client of a declaration, bound and typed, with everything that any grant on it gives; or the client of one grant.
   *
   * @throws {NOT_PROVISIONED} when it belongs to no service that is provisioned
   */
  use<const Declaration extends Referable | Grant>(declaration: Declaration): ClientOf<Declaration>;
  /**
   * What CloudFormation's `Ref` answers for a declaration, for clients of the SDK: a bucket's name, a queue's URL, a topic's ARN.
   *
   * @throws {NOT_PROVISIONED} when it is in no stack
   */
  physicalName(declaration: Referable): string;
  /**
   * Calls a function and waits for its result.
   *
   * @throws {FunctionInvocationError} when it failed
   */
  invoke<Event, Result>(fn: FunctionDeclaration<Event, Result>, event: Event): Promise<Result>;
  /** Sends a request to an API of a provisioned service. */
  fetch(api: HttpApiDeclaration, path: string, init?: RequestInit): Promise<Response>;
  /** Runs everything that is due, and what that makes due, until nothing is left. Time stands still. */
  settle(): Promise<void>;
  /**
   * Moves time, and does on the way what falls due, in order: retries, schedules, timeouts, alarms. What a moment makes due is done before
   * time goes on.
   *
   * @param duration - `15 minutes`, `1 hour 30 minutes`; a number is milliseconds.
   * @throws {DURATION} for what is no stretch of time
   * @throws {REAL_CLOCK} when the cloud's time is the machine's
   */
  advance(duration: string | number): Promise<void>;
  /**
   * A cloud of its own that holds what this one holds now. What happens in one, the other does not see.
   *
   * @param options - What is to be other than here.
   * @throws {REAL_CLOCK} when the cloud's time is the machine's
   */
  fork(options?: ForkOptions): Promise<TestCloud>;
  /** What went out of order so far, first to last. */
  disorder(): readonly DisorderChoice[];
  /** What happened: calls, who made them, what they needed, what caused them, and what was dropped. */
  journal(): Journal;
  /**
   * Asserts, step by step, that what came to `first` led on: `cloud.expectPath(api).to(queue).to(worker)`. A step is a declaration of a
   * provisioned service. A function is reached when it runs because of what came before; a queue, a topic, a bus or a stream by what
   * is sent to it, anything else by a call that succeeds.
   *
   * Nothing is waited for: `await cloud.settle()` before it.
   *
   * @throws {AssertionError} when nothing came to `first`; `to` when the path ends before its step. The message tells what happened
   * instead, and the grant that was missing.
   * @throws {NOT_PROVISIONED} for what is in no stack
   */
  expectPath(first: Referable): Path;
  /**
   * What was handed over, by whom to whom, by when it was first tried: messages, events, batches, invocations. What provisioning did
   * is left out.
   *
   * @throws {NOT_PROVISIONED} for what is in no stack
   */
  deliveries(wanted?: DeliveryFilter): readonly Delivery[];
  /** The calls that IAM denied, with the reason and the grant that would allow them, oldest first. */
  denials(): readonly Denial[];
  /**
   * The runs of a function that have ended, with what it was given and what it answered, oldest first.
   *
   * @throws {NOT_PROVISIONED} when it is in no stack
   */
  invocations(fn: AnyFunction): readonly Invocation[];
  /**
   * What a function logged, line by line, oldest first; what Lambda itself says is left out. Runs what is due, as `settle` does.
   *
   * @throws {NOT_PROVISIONED} when it is in no stack
   */
  logs(fn: AnyFunction): Promise<readonly LogLine[]>;
  /**
   * The values of a metric: `await cloud.metrics(fn.errors)`. Runs what is due, as `settle` does.
   *
   * @throws {NOT_PROVISIONED} when what it measures is in no stack
   * @throws {NO_VALUE} for a name that only CloudFormation can tell
   */
  metrics(metric: MetricQuery): Promise<MetricValues>;
  /** Ends it. */
  stop(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
