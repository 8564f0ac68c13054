import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import type { CreateFunctionCommandInput, InvokeCommandInput } from '@aws-sdk/client-lambda';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import type { RunningCloud, StartCloudOptions } from '../index.ts';
import { startCloud } from '../index.ts';

/** Clients of a cloud, and a role that functions may use. */
export interface LambdaClients {
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly cloudwatch: CloudWatchClient;
  readonly iam: IAMClient;
  readonly role: string;
  create(
    name: string,
    files: Readonly<Record<string, string>>,
    more?: Partial<CreateFunctionCommandInput>,
  ): Promise<void>;
  invoke(name: string, event?: unknown, more?: Partial<InvokeCommandInput>): Promise<Invoked>;
}

/** What an invocation answered, read. */
export interface Invoked {
  readonly payload: unknown;
  readonly error: string | undefined;
  readonly log: string;
  readonly status: number | undefined;
  readonly version: string | undefined;
}

/** A trust policy that lets a service assume the role. */
export const trusting = (service: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });

export const allowing = (...Action: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
  });

/** An archive of these files. */
export const archive = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])), {
    level: 6,
  });

/** A cloud of this process, with its clients. */
export interface LambdaBench extends RunningCloud, LambdaClients {}

export const startLambdaBench = async (options: StartCloudOptions = {}): Promise<LambdaBench> => {
  const cloud = await startCloud(options);
  return { ...cloud, ...(await connectLambdaBench(cloud.url)) };
};

/** Clients of a cloud that runs already. */
export const connectLambdaBench = async (url: string): Promise<LambdaClients> => {
  const settings = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const lambda = new LambdaClient(settings);
  const iam = new IAMClient(settings);
  const role = 'arn:aws:iam::000000000000:role/function-role';
  try {
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'function-role',
        AssumeRolePolicyDocument: trusting('lambda.amazonaws.com'),
      }),
    );
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: 'function-role',
        PolicyName: 'logs',
        PolicyDocument: allowing('logs:*', 'sns:Publish', 'lambda:InvokeFunction'),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'EntityAlreadyExistsException') throw error;
  }
  return {
    lambda,
    iam,
    logs: new CloudWatchLogsClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    role,
    create: async (name, files, more = {}) => {
      await lambda.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: role,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: archive(files) },
          ...more,
        }),
      );
    },
    invoke: async (name, event, more = {}) => {
      const answer = await lambda.send(
        new InvokeCommand({
          FunctionName: name,
          ...(event === undefined ? {} : { Payload: strToU8(JSON.stringify(event)) }),
          LogType: 'Tail',
          ...more,
        }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      return {
        payload: text === '' ? undefined : JSON.parse(text),
        error: answer.FunctionError,
        log: Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'),
        status: answer.StatusCode,
        version: answer.ExecutedVersion,
      };
    },
  };
};
