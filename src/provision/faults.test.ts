import { spawn } from 'node:child_process';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { RunningCloud } from '../cloud/index.ts';
import { startCloud } from '../cloud/index.ts';
import type { Fault, PassingCall } from './fixtures/fault-proxy.ts';
import { startFaultProxy } from './fixtures/fault-proxy.ts';
import { DeployError, examineStack, healStack, openTarget, provision } from './index.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const STACK = 'Faulty';
const command = (verb: string) => `node app.ts ${verb}`;
const signal = new AbortController().signal;

/** One version of a program: its template, and what its archive holds. */
interface Version {
  readonly template: object;
  readonly archive: string;
}
const versionOf = (archive: string, topics: readonly string[]): Version => ({
  archive,
  template: {
    Parameters: { ArtifactBucket: { Type: 'String' }, ArtifactKey: { Type: 'String' } },
    Resources: Object.fromEntries(
      topics.map((name) => [
        name,
        {
          Type: 'AWS::SNS::Topic',
          Properties: { DisplayName: { 'Fn::Sub': `${archive} \${ArtifactKey}` } },
        },
      ]),
    ),
  },
});
const FIRST = versionOf('first', ['One', 'Two']);
const SECOND = versionOf('second', ['One', 'Three']);

const deploy = (endpoint: string, { template, archive }: Version) =>
  provision(openTarget({ endpoint, region: 'us-east-1', credentials: CREDENTIALS }), {
    stackName: STACK,
    templateBody: JSON.stringify(template),
    template,
    archive: Promise.resolve({
      key: `${STACK}/${archive}.zip`,
      bytes: async () => Buffer.from(archive),
      sizeBytes: archive.length,
      contentType: 'application/zip',
    }),
    drift: 'warn',
    onProgress: () => undefined,
    signal,
    command,
  });

/** As a person would: another operation that runs is waited for, and then it is tried again. */
const deployUntilDone = async (endpoint: string, version: Version): Promise<void> => {
  try {
    await deploy(endpoint, version);
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'STACK_BUSY') throw error;
    const target = openTarget({ endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    const diagnosis = await examineStack(target, STACK, { command, signal });
    if (diagnosis.health === 'busy')
      await healStack(target, diagnosis, 'wait', { command, signal, onProgress: () => undefined });
    await deployUntilDone(endpoint, version);
  }
};

/** The stack is what the version says, and nothing of any attempt is left over. */
const expectRight = async ({ url, cloud }: RunningCloud, { template, archive }: Version) => {
  await cloud.settle();
  const settings = { endpoint: url, region: 'us-east-1', credentials: CREDENTIALS };
  const cfn = new CloudFormationClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const { Stacks } = await cfn.send(new DescribeStacksCommand({ StackName: STACK }));
  expect(Stacks?.[0]?.StackStatus).toMatch(/^(CREATE|UPDATE)_COMPLETE$/);
  const { StackResources = [] } = await cfn.send(
    new DescribeStackResourcesCommand({ StackName: STACK }),
  );
  expect(StackResources.map((one) => String(one.LogicalResourceId)).sort()).toEqual(
    Object.keys((template as { readonly Resources: object }).Resources).sort(),
  );
  const { Summaries = [] } = await cfn.send(new ListChangeSetsCommand({ StackName: STACK }));
  expect(Summaries.filter(({ ExecutionStatus }) => ExecutionStatus !== 'EXECUTE_COMPLETE')).toEqual(
    [],
  );
  const { StackSummaries = [] } = await cfn.send(new ListStacksCommand({}));
  expect(
    StackSummaries.filter(({ StackStatus = '' }) => StackStatus !== 'DELETE_COMPLETE')
      .map(({ StackName, StackStatus }) => `${StackName} ${StackStatus}`)
      .filter((line) => !/ (CREATE|UPDATE)_COMPLETE$/.test(line)),
  ).toEqual([]);
  const parameters = new Map(
    (Stacks?.[0]?.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue]),
  );
  const Bucket = parameters.get('ArtifactBucket');
  expect(parameters.get('ArtifactKey')).toBe(`${STACK}/${archive}.zip`);
  const stored = await s3.send(
    new GetObjectCommand({ Bucket, Key: parameters.get('ArtifactKey') }),
  );
  expect(await stored.Body?.transformToString()).toBe(archive);
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(Uploads).toEqual([]);
  for (const client of [cfn, s3]) client.destroy();
};

/** What stands before, and what is deployed then. */
const SCENARIOS = [
  { name: 'the first deployment of an account', before: undefined, version: FIRST },
  { name: 'an update', before: FIRST, version: SECOND },
  { name: 'a deployment without a change', before: FIRST, version: FIRST },
];

/** Lets a deployment meet a fault at its first call, then at its second, until it has no such call. */
const atEveryCall = async (
  { before, version }: (typeof SCENARIOS)[number],
  attempt: (cloud: RunningCloud, k: number) => Promise<PassingCall | undefined>,
): Promise<readonly string[]> => {
  const met: string[] = [];
  for (let k = 1; ; k += 1) {
    const cloud = await startCloud();
    try {
      if (before !== undefined) await deploy(cloud.url, before);
      const call = await attempt(cloud, k);
      await expectRight(cloud, version);
      if (call === undefined) return met;
      met.push(call.action.replace(/ .*/, ''));
    } finally {
      await cloud.stop();
    }
  }
};

const PASSING: readonly (readonly [name: string, fault: Fault])[] = [
  ['throttling', { kind: 'throttle' }],
  ['a failure of the service', { kind: 'fail' }],
  ['a connection that is cut', { kind: 'cut' }],
  ['an answer that is cut in its middle', { kind: 'half-answer' }],
  ['an answer that is lost after the cloud acted', { kind: 'lose-answer' }],
];

describe.each(SCENARIOS)('$name', { timeout: 240_000 }, (scenario) => {
  it.each(PASSING)('gets over %s at every call', async (_name, fault) => {
    const met = await atEveryCall(scenario, async (cloud, k) => {
      let hit: PassingCall | undefined;
      const proxy = await startFaultProxy(cloud.url, (call) => {
        if (call.number !== k) return undefined;
        hit = call;
        return fault;
      });
      try {
        await deploy(proxy.url, scenario.version);
      } finally {
        await proxy.close();
      }
      return hit;
    });
    expect(met).toContain('CreateChangeSet');
    expect(met.length).toBeGreaterThan(6);
  });

  it('ends right the second time, when it was killed at any call', async () => {
    const met = await atEveryCall(scenario, async (cloud, k) => {
      const hit = await killedAt(cloud, scenario.version, k);
      if (hit !== undefined) await deployUntilDone(cloud.url, scenario.version);
      return hit;
    });
    expect(met).toContain('CreateChangeSet');
    if (scenario.version !== scenario.before) expect(met).toContain('ExecuteChangeSet');
  });
});

/** Deploys in a process that is killed once the cloud has acted on its k-th call; undefined when it had none. */
const killedAt = async (
  cloud: RunningCloud,
  { template, archive }: Version,
  k: number,
): Promise<PassingCall | undefined> => {
  let hit: PassingCall | undefined;
  const acted = Promise.withResolvers<void>();
  const proxy = await startFaultProxy(cloud.url, (call) => {
    if (call.number < k) return undefined;
    hit ??= call;
    return { kind: 'hold-answer', onActed: acted.resolve };
  });
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'fixtures/deployer.ts'),
      proxy.url,
      STACK,
      JSON.stringify(template),
      archive,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: process.env['PATH'] } },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([acted.promise, exited]);
  child.kill('SIGKILL');
  await exited;
  await proxy.close();
  return hit;
};
