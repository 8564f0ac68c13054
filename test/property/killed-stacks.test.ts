import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { story } from '../../src/cloud/cloudformation/fixtures/stacks.ts';
import type { Random } from '../../src/cloud/core/random.ts';
import { createSeededRandom } from '../../src/cloud/core/random.ts';
import type { RunningCloud } from '../../src/cloud/index.ts';
import { startCloud } from '../../src/cloud/index.ts';

// A random stack is created, updated to another and deleted, while its cloud's state is copied at random moments, as a
// kill at that moment would leave it. A cloud that starts on such a copy must bring the operation to an end of AWS's.
// `SPARTA_SEED=n` replays one run.
const RUNS = 24;
const KILLS = 3;
const only = process.env['SPARTA_SEED'];
const seeds = only === undefined ? Array.from({ length: RUNS }, (_, seed) => seed) : [Number(only)];
const IDS = ['A', 'B', 'C', 'D', 'E'];

type Template = { readonly Resources: Readonly<Record<string, object>> };

const pick = (random: Random, count: number) => Math.floor(random.fraction() * count);

const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

/** One of four types; a version in a name makes a replacement. */
const resourceOf = (id: string, random: Random): object => {
  const version = pick(random, 2);
  const depth = pick(random, 3) + 1;
  return (
    [
      { Type: 'AWS::SNS::Topic', Properties: { DisplayName: `topic ${depth}` } },
      {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: `/killed/${id}-${version}`, RetentionInDays: depth },
      },
      {
        Type: 'AWS::SSM::Parameter',
        Properties: { Type: 'String', Name: `/killed/${id}-${version}`, Value: `${depth}` },
      },
      {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: TRUST, Description: `role ${depth}` },
      },
    ][IDS.indexOf(id) % 4] ?? {}
  );
};

const randomTemplate = (random: Random): Template => {
  const found: Record<string, object> = {};
  for (const id of IDS) {
    if (random.fraction() < 0.3) continue;
    const DependsOn = Object.keys(found).filter(() => random.fraction() < 0.4);
    found[id] = { ...resourceOf(id, random), DependsOn };
  }
  return { Resources: Object.keys(found).length > 0 ? found : { A: resourceOf('A', random) } };
};

const connect = ({ url }: RunningCloud) => {
  const settings = {
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const cfn = new CloudFormationClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const iam = new IAMClient(settings);
  const sns = new SNSClient(settings);
  const ssm = new SSMClient(settings);
  return {
    cfn,
    logs,
    stack: async () => {
      const { Stacks = [] } = await cfn.send(new DescribeStacksCommand({}));
      return Stacks[0];
    },
    /** Deleted ones too. */
    stacks: async () => (await cfn.send(new ListStacksCommand({}))).StackSummaries ?? [],
    /** Physical ids of everything that there is. */
    everything: async (): Promise<readonly string[]> => {
      const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
      const { Parameters = [] } = await ssm.send(
        new GetParametersByPathCommand({ Path: '/killed' }),
      );
      const { Roles = [] } = await iam.send(new ListRolesCommand({}));
      return [
        ...Topics.map(({ TopicArn = '' }) => TopicArn),
        ...logGroups.map(({ logGroupName = '' }) => logGroupName),
        ...Parameters.map(({ Name = '' }) => Name),
        ...Roles.map(({ RoleName = '' }) => RoleName),
      ].sort();
    },
  };
};
type Connection = ReturnType<typeof connect>;

/** At rest; and what there is, is what the stack says it has, nothing more and nothing less. */
const expectWhole = async (
  { cfn, stack, everything }: Connection,
  templates: readonly Template[],
  foreign: readonly string[],
): Promise<string> => {
  const now = await stack();
  if (now === undefined) {
    expect(await everything()).toEqual([...foreign].sort());
    return 'none';
  }
  const StackName = now.StackName ?? '';
  const { StackResources = [] } = await cfn.send(new DescribeStackResourcesCommand({ StackName }));
  const living = StackResources.filter(
    ({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE',
  );
  const own = living.flatMap(({ PhysicalResourceId = '', LogicalResourceId = '' }) => {
    const left = foreign.includes(PhysicalResourceId) || PhysicalResourceId === LogicalResourceId;
    return left ? [] : [PhysicalResourceId];
  });
  expect(await everything()).toEqual([...own, ...foreign].sort());
  if (now.StackStatus === 'ROLLBACK_COMPLETE') {
    expect(own).toEqual([]);
    return 'ROLLBACK_COMPLETE';
  }
  expect(now.StackStatus).toMatch(/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/);
  const { TemplateBody = '' } = await cfn.send(new GetTemplateCommand({ StackName }));
  const template = JSON.parse(TemplateBody) as Template;
  expect(templates).toContainEqual(template);
  expect(new Set(living.map(({ LogicalResourceId }) => LogicalResourceId))).toEqual(
    new Set(Object.keys(template.Resources)),
  );
  return now.StackStatus ?? '';
};

/** What there is to know of a run that failed. */
const told = async (
  { cfn, stacks }: Connection,
  seed: number,
  first: Template,
  second: Template,
  error: unknown,
): Promise<string> => {
  const lines = [`SPARTA_SEED=${seed} replays this.`, String(error)];
  lines.push(JSON.stringify(first), JSON.stringify(second));
  for (const { StackId } of await stacks()) {
    const { StackEvents = [] } = await cfn.send(
      new DescribeStackEventsCommand({ StackName: StackId }),
    );
    lines.push(...story(StackEvents.toReversed()));
  }
  return lines.join('\n');
};

const run = async (seed: number, folder: string): Promise<readonly string[]> => {
  const random = createSeededRandom(seed);
  const [first, second] = [randomTemplate(random), randomTemplate(random)];
  const state = join(folder, 'state');
  const cloud = await startCloud({ stateDir: state });
  const own = connect(cloud);
  const ends: string[] = [];
  const copies: string[] = [];
  const killAtSomeMoments = async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (let ticks = pick(random, 12); ticks > 0; ticks -= 1) await tick();
      const copy = join(folder, `copy-${copies.length}`);
      cpSync(state, copy, { recursive: true });
      copies.push(copy);
    }
    await cloud.cloud.settle();
  };
  const foreign: string[] = [];
  // What is taken already fails what wants it, half of the time.
  for (const id of ['B']) {
    if (random.fraction() < 0.5) continue;
    const logGroupName = `/killed/${id}-1`;
    await own.logs.send(new CreateLogGroupCommand({ logGroupName }));
    foreign.push(logGroupName);
  }
  const request = (template: Template) => ({
    StackName: 'killed',
    TemplateBody: JSON.stringify(template),
    Capabilities: ['CAPABILITY_IAM' as const],
  });
  try {
    await own.cfn.send(new CreateStackCommand(request(first)));
    await killAtSomeMoments();
    if ((await own.stack())?.StackStatus === 'CREATE_COMPLETE') {
      await own.cfn.send(new UpdateStackCommand(request(second))).catch((error: unknown) => {
        expect(String(error)).toContain('No updates are to be performed.');
      });
      await killAtSomeMoments();
    }
    await own.cfn.send(new DeleteStackCommand({ StackName: 'killed' }));
    await killAtSomeMoments();
    expect(await own.everything()).toEqual([...foreign].sort());
  } catch (error) {
    throw new Error(await told(own, seed, first, second, error), { cause: error });
  } finally {
    await cloud.stop();
  }
  for (const copy of copies) {
    const again = await startCloud({ stateDir: copy });
    try {
      await again.cloud.settle();
      const connection = connect(again);
      ends.push(await expectWhole(connection, [first, second], foreign));
      await connection.cfn.send(new DeleteStackCommand({ StackName: 'killed' }));
      await again.cloud.settle();
      expect(await connection.everything()).toEqual([...foreign].sort());
    } catch (error) {
      throw new Error(await told(connect(again), seed, first, second, error), { cause: error });
    } finally {
      await again.stop();
    }
  }
  return ends;
};

it('a cloud that was killed at any moment ends its stack’s operation, and nothing leaks', async () => {
  const ends = new Set<string>();
  for (const seed of seeds) {
    const folder = mkdtempSync(join(tmpdir(), 'sparta-killed-'));
    try {
      for (const end of await run(seed, folder)) ends.add(end);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (only === undefined)
    expect([...ends].sort()).toEqual([
      'CREATE_COMPLETE',
      'ROLLBACK_COMPLETE',
      'UPDATE_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'none',
    ]);
});
