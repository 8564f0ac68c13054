import type { Agent } from 'node:http';
import { roleCredentials } from './assume-role.ts';
import type { ClientSettings, Credentials } from './client-settings.ts';
import { DeployError } from '../errors.ts';
import type { CloudFormationApi } from './cloudformation-api.ts';
import type { LambdaApi } from './lambda-api.ts';
import type { Machine } from './machine.ts';
import type { S3Api } from './s3-api.ts';
import type { Stores } from './stores-api.ts';

/** Where to deploy. What is left out is found as the AWS SDK finds it: environment, profile, machine. */
export interface TargetOptions {
  readonly region?: string;
  /** A profile of `~/.aws/config`. */
  readonly profile?: string;
  /** Base URL that serves every AWS service. @defaultValue `AWS_ENDPOINT_URL`, else AWS itself */
  readonly endpoint?: string;
  readonly credentials?: Credentials;
  /** A role to do it as: ARN, or the name of one in the caller's account. */
  readonly role?: string;
  /** The way to the endpoint. @defaultValue the network */
  readonly httpAgent?: Agent;
  /** @defaultValue this one */
  readonly machine?: Machine;
  /** @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An AWS account and region behind an endpoint, reached through lazily loaded clients. */
export interface Target {
  readonly options: TargetOptions;
  /** The endpoint in use, or undefined for AWS's own. */
  readonly endpoint: string | undefined;
  cloudFormation(): Promise<CloudFormationApi>;
  s3(): Promise<S3Api>;
  /** The other services that hold data. */
  stores(): Promise<Stores>;
  lambda(): Promise<LambdaApi>;
}

/** A black-holed address must fail in a sentence, not in the kernel's two minutes. */
const CONNECTION_TIMEOUT_MS = 5_000;
const SOCKET_TIMEOUT_MS = 60_000;

/**
 * Names a target; nothing is loaded or called yet.
 *
 * @throws {ENDPOINT_INVALID} when the endpoint is not an http(s) URL
 * @example
 * ```ts
 * const target = openTarget({ region: 'eu-west-1', profile: 'staging' });
 * ```
 */
export const openTarget = (options: TargetOptions = {}): Target => {
  const env = options.env ?? process.env;
  const endpoint = options.endpoint ?? (env['AWS_ENDPOINT_URL'] || undefined);
  if (endpoint !== undefined) assertEndpoint(endpoint, options.endpoint === undefined);
  // The AWS CLI reads AWS_DEFAULT_REGION, the JavaScript SDK does not; a user has one or the other.
  const region = options.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined);
  const own: ClientSettings = {
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      ...(options.httpAgent === undefined ? {} : { httpAgent: options.httpAgent }),
    },
  };
  const settings: ClientSettings =
    options.role === undefined ? own : { ...own, credentials: roleCredentials(own, options.role) };
  let cloudFormation: Promise<CloudFormationApi> | undefined;
  let s3: Promise<S3Api> | undefined;
  let stores: Promise<Stores> | undefined;
  let lambda: Promise<LambdaApi> | undefined;
  return {
    options,
    endpoint,
    cloudFormation: () => {
      cloudFormation ??= import('./cloudformation-api.ts').then((m) =>
        m.openCloudFormation(settings, options.machine),
      );
      return cloudFormation;
    },
    s3: () => {
      s3 ??= import('./s3-api.ts').then((m) => m.openS3(settings));
      return s3;
    },
    stores: () => {
      stores ??= import('./stores-api.ts').then((m) => m.openStores(settings));
      return stores;
    },
    lambda: () => {
      lambda ??= import('./lambda-api.ts').then((m) => m.openLambda(settings));
      return lambda;
    },
  };
};

const assertEndpoint = (endpoint: string, fromEnvironment: boolean) => {
  const where = fromEnvironment ? 'AWS_ENDPOINT_URL' : 'The endpoint';
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return;
  throw new DeployError(
    'ENDPOINT_INVALID',
    `${where} is ${JSON.stringify(endpoint)}, which is not an http:// or https:// URL.`,
    {
      hint: fromEnvironment
        ? 'Set it to something like http://127.0.0.1:4566, or unset it to use AWS.'
        : 'Use something like http://127.0.0.1:4566.',
    },
  );
};

/** The target in words, for messages: an endpoint, or AWS in a region. */
export const targetName = (target: Target): string => {
  if (target.endpoint !== undefined) return target.endpoint;
  const env = target.options.env ?? process.env;
  const region = target.options.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  return region === undefined ? 'AWS' : `AWS in ${region}`;
};
