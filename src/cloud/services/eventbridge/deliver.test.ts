import {
  CreateEventBusCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archive } from '../../lambda/fixtures/lambda-bench.ts';
import { ailingQueues } from './fixtures/ailing-queues.ts';
import type { BusBench } from './fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from './fixtures/bus-bench.ts';

const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const busArn = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${name}`;
const { services, laid, fall, recover } = ailingQueues();
const inQueue = (name: string) => laid.filter(({ queue }) => queue === name);

let bench: BusBench;
beforeAll(async () => {
  bench = await startBusBench({ services });
});
afterAll(() => bench.stop());

const MINUTE_MS = 60_000;

describe('what a target gets', () => {
  let count = 0;
  /** The lines that one event leaves in a log group. */
  const told = async (target: Partial<Target>, detail: object = {}) => {
    count += 1;
    const name = `shape-${count}`;
    await bench.rule(name, { source: [name] }, { target });
    await bench.put({ Source: name, Detail: JSON.stringify(detail) });
    return bench.lines(name);
  };
  const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) => ({
    InputTransformer: { InputTemplate, InputPathsMap },
  });
  const DETAIL = {
    instance: 'i-01',
    state: 'RUNNING',
    n: 7,
    on: true,
    list: [{ a: 1 }, { a: 'b' }],
    quoted: 'say "hi"',
  };
  const PATHS = {
    instance: '$.detail.instance',
    state: '$.detail.state',
    n: '$.detail.n',
    on: '$.detail.on',
    first: '$.detail.list[0]',
    all: '$.detail.list[*].a',
    gone: '$.detail.nothing',
    quoted: '$.detail.quoted',
    type: '$.detail-type',
  };

  it('is what its Input says', async () => {
    expect(await told({ Input: '{"a": 1}' })).toEqual(['{"a": 1}']);
  });

  // As recorded from AWS by LocalStack's snapshot tests (test_events_inputs.snapshot.json).
  it('is the part at its InputPath, a text in quotation marks', async () => {
    expect(await told({ InputPath: '$.detail.n' }, DETAIL)).toEqual(['7']);
    expect(await told({ InputPath: '$.detail.instance' }, DETAIL)).toEqual(['"i-01"']);
    expect(await told({ InputPath: '$.detail.list[1]' }, DETAIL)).toEqual(['{"a":"b"}']);
  });

  // The first eight are AWS's own examples: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
  it.each([
    ['"instance <instance> is in <state>"', '"instance i-01 is in RUNNING"'],
    ['"instance \\"<instance>\\" is in <state>"', '"instance \\"i-01\\" is in RUNNING"'],
    [
      '{\n  "instance" : <instance>,\n  "state": <state>\n}',
      '{"instance":"i-01","state":"RUNNING"}',
    ],
    [
      '{"instance" : <instance>, "state": "<state>", "status": "instance \\"<instance>\\" is in <state>"}',
      '{"instance":"i-01","state":"RUNNING","status":"instance \\"i-01\\" is in RUNNING"}',
    ],
    [
      '{"instance" : <instance>, "state": [ 9, <state>, true ], "Transformed" : "Yes"}',
      '{"instance":"i-01","state":[9,"RUNNING",true],"Transformed":"Yes"}',
    ],
    ['"<aws.events.rule-name> triggered"', '"shape-N triggered"'],
    [
      '{"ruleArn" : <aws.events.rule-arn>}',
      `{"ruleArn":"arn:aws:events:us-east-1:${ACCOUNT}:rule/shape-N"}`,
    ],
    ['{"at": <aws.events.event.ingestion-time>}', '{"at":"2026-06-01T12:00:00Z"}'],
    ['{"n": <n>, "on": <on>, "text": "<n> <on>"}', '{"n":7,"on":true,"text":"7 true"}'],
    [
      '{"first": <first>, "all": <all>, "text": "<first>"}',
      '{"first":{"a":1},"all":[1,"b"],"text":"{a:1}"}',
    ],
    ['{"gone": <gone>, "text": "<gone>."}', '{"gone":"","text":"."}'],
    ['"a <instance>"\n"b <state>"', '"a i-01"\n"b RUNNING"'],
    ['"1 < 2"', '"1 < 2"'],
  ])('is its template %j, filled', async (template, filled) => {
    const used = Object.fromEntries(
      Object.entries(PATHS).filter(([name]) => template.includes(`<${name}>`)),
    );
    const [line] = await told(transformed(template, used), DETAIL);
    expect(line?.replaceAll(/shape-\d+/g, 'shape-N')).toBe(filled);
  });

  it('can hold the event, with and without its detail', async () => {
    const template = '{"short": <aws.events.event>, "whole": <aws.events.event.json>}';
    const [line = '{}'] = await told(transformed(template), { a: 1 });
    const { short, whole } = JSON.parse(line) as Record<string, Record<string, unknown>>;
    expect(Object.keys(short ?? {})).toEqual([
      'id',
      'account',
      'detailType',
      'time',
      'source',
      'region',
      'resources',
      'version',
    ]);
    expect(whole).toMatchObject({ id: short?.['id'], 'detail-type': 'Ordered', detail: { a: 1 } });
  });

  it('is nothing when the template makes no JSON of it, and the journal says so', async () => {
    expect(
      await told(transformed('{"text": "<quoted>"}', { quoted: PATHS.quoted }), DETAIL),
    ).toEqual([]);
    const [note] = bench.running.cloud.journal
      .entries()
      .filter(({ message = '' }) => message.includes('not valid JSON'));
    expect(note?.message).toContain(`shape-${count}`);
  });

  it('can say the line and the time of a log group', async () => {
    expect(
      await told(
        transformed('{"timestamp": <time>, "message": "it is <state>"}', {
          time: '$.time',
          state: PATHS.state,
        }),
        DETAIL,
      ),
    ).toEqual(['it is RUNNING']);
  });
});

describe('targets', () => {
  it('functions are invoked under their own policy, as the rule', async () => {
    const lambda = bench.client(LambdaClient);
    const role = await bench.role('worker', 'lambda.amazonaws.com', {
      Effect: 'Allow',
      Action: 'logs:*',
      Resource: '*',
    });
    const text = 'export const handler = async (event) => console.log(event.source);';
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'worker',
        Role: role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: archive({ 'index.mjs': text }) },
      }),
    );
    const Arn = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:worker`;
    await bench.rule('to-function', { source: ['fn'] }, { target: { Arn } });
    await bench.put({ Source: 'fn', Detail: '{"before":"the permission"}' });
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'worker',
        StatementId: 'rule',
        Action: 'lambda:InvokeFunction',
        Principal: 'events.amazonaws.com',
        SourceArn: `arn:aws:events:us-east-1:${ACCOUNT}:rule/to-function`,
      }),
    );
    await bench.put({ Source: 'fn' });
    const lines = await bench.lines('/aws/lambda/worker');
    expect(lines.filter((line) => line.includes('\tfn\n') || line.endsWith('\tfn'))).toHaveLength(
      1,
    );
    expect(
      bench.running.cloud.journal
        .entries()
        .some(({ operation, outcome }) => operation === 'Invoke' && outcome === 'denied'),
    ).toBe(true);
  });

  it('queues get their group, topics their message', async () => {
    await bench.rule(
      'to-fifo',
      { source: ['fifo'] },
      { target: { Arn: queueArn('q.fifo'), SqsParameters: { MessageGroupId: 'g' } } },
    );
    const sns = bench.client(SNSClient);
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'news' }));
    const Arn = await bench.role('publisher', 'events.amazonaws.com', {
      Effect: 'Allow',
      Action: 'sns:Publish',
      Resource: TopicArn,
    });
    await bench.rule('to-topic', { source: ['fifo'] }, { target: { Arn: TopicArn, RoleArn: Arn } });
    await bench.put({ Source: 'fifo' });
    expect(inQueue('q.fifo')).toMatchObject([{ groupId: 'g', principal: 'service' }]);
    const published = bench.running.cloud.journal
      .entries()
      .find(({ operation }) => operation === 'Publish');
    expect(published).toMatchObject({
      outcome: 'ok',
      principal: expect.stringContaining('assumed-role/publisher/') as string,
    });
  });

  it('a role is passed on, which needs a permission, and assumed, which needs trust', async () => {
    const RoleArn = await bench.role('stranger', 'lambda.amazonaws.com');
    await bench.rule(
      'to-stranger',
      { source: ['stranger'] },
      { target: { Arn: queueArn('q'), RoleArn, DeadLetterConfig: { Arn: queueArn('untrusted') } } },
    );
    await bench.put({ Source: 'stranger' });
    expect(inQueue('untrusted')).toMatchObject([
      { attributes: { ERROR_CODE: 'FAILED_TO_ASSUME_ROLE', RETRY_ATTEMPTS: '0' } },
    ]);
    const needs = bench.running.cloud.journal
      .entries()
      .findLast(({ operation }) => operation === 'PutTargets')?.needs;
    expect(needs).toMatchObject([
      { action: 'events:PutTargets', conditions: { 'events:TargetArn': [queueArn('q')] } },
      {
        action: 'iam:PassRole',
        resource: RoleArn,
        conditions: { 'iam:PassedToService': 'events.amazonaws.com' },
      },
    ]);
  });

  it('another bus gets the event as it is, under its own policy, too', async () => {
    await bench.events.send(new CreateEventBusCommand({ Name: 'far' }));
    await bench.rule('far', { source: ['near'] }, { bus: 'far' });
    const RoleArn = await bench.role('forwarder', 'events.amazonaws.com', {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: busArn('far'),
    });
    await bench.rule('near', { source: ['near'] }, { target: { Arn: busArn('far'), RoleArn } });
    const [id] = await bench.put({ Source: 'near', Detail: '{"a":1}' });
    expect(await bench.got('far')).toMatchObject([{ id, source: 'near', detail: { a: 1 } }]);
    await bench.events.send(
      new PutPermissionCommand({
        EventBusName: 'far',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Deny',
            Principal: '*',
            Action: 'events:PutEvents',
            Resource: busArn('far'),
            Condition: { StringEquals: { 'events:source': 'near' } },
          },
        }),
      }),
    );
    await bench.put({ Source: 'near' });
    expect(await bench.got('far')).toHaveLength(1);
  });

  it('two buses that send each other what comes in stop at some time', async () => {
    const RoleArn = await bench.role('circle', 'events.amazonaws.com', {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: '*',
    });
    for (const Name of ['ring-a', 'ring-b'])
      await bench.events.send(new CreateEventBusCommand({ Name }));
    for (const [bus, other] of [
      ['ring-a', 'ring-b'],
      ['ring-b', 'ring-a'],
    ] as const)
      await bench.rule(
        `from-${bus}`,
        { source: ['ring'] },
        { bus, target: { Arn: busArn(other), RoleArn } },
      );
    await bench.put({ Source: 'ring', EventBusName: 'ring-a' });
    expect(
      bench.running.cloud.journal
        .entries()
        .some(({ message = '' }) => message.includes('goes no further')),
    ).toBe(true);
  });
});

describe('what fails', () => {
  const aim = (name: string, target: Partial<Target> = {}) =>
    bench.rule(
      name,
      { source: [name] },
      {
        target: {
          Arn: queueArn(name),
          DeadLetterConfig: { Arn: queueArn(`${name}-dead`) },
          ...target,
        },
      },
    );

  it('by the fault of the target is tried again, and comes when it is well', async () => {
    await aim('weak');
    fall('weak', 'InternalError', 500);
    await bench.put({ Source: 'weak' });
    await bench.advance(30 * MINUTE_MS);
    expect(inQueue('weak')).toEqual([]);
    recover('weak');
    await bench.advance(10 * MINUTE_MS);
    expect(inQueue('weak')).toHaveLength(1);
    expect(inQueue('weak-dead')).toEqual([]);
    await bench.advance(24 * 60 * MINUTE_MS);
    expect(inQueue('weak')).toHaveLength(1);
  });

  it('is given up after so many tries, and says so in its dead letter', async () => {
    await aim('tired', { RetryPolicy: { MaximumRetryAttempts: 3 } });
    fall('tired', 'ThrottlingException', 400);
    const [id] = await bench.put({ Source: 'tired' });
    await bench.advance(60 * MINUTE_MS);
    const [letter, ...more] = inQueue('tired-dead');
    expect(more).toEqual([]);
    expect(JSON.parse(letter?.body ?? '')).toMatchObject({ id, source: 'tired' });
    expect(letter?.attributes).toEqual({
      RULE_ARN: `arn:aws:events:us-east-1:${ACCOUNT}:rule/tired`,
      TARGET_ARN: queueArn('tired'),
      ERROR_CODE: 'THROTTLING',
      ERROR_MESSAGE: 'The queue tired is ill.',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: '3',
    });
  });

  it('is given up when it is too old', async () => {
    await aim('old', { RetryPolicy: { MaximumEventAgeInSeconds: 60 } });
    fall('old', 'ServiceUnavailable', 503);
    await bench.put({ Source: 'old' });
    await bench.advance(2 * MINUTE_MS);
    expect(inQueue('old-dead')).toMatchObject([
      {
        attributes: {
          ERROR_CODE: 'INTERNAL_ERROR',
          EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
        },
      },
    ]);
  });

  it.each([
    ['gone', 'QueueDoesNotExist', 400, 'NO_RESOURCE'],
    ['closed', 'InvalidParameterValue', 400, 'INVALID_PARAMETER'],
  ])('for good is not tried again (%s)', async (name, code, status, told) => {
    await aim(name);
    fall(name, code, status);
    await bench.put({ Source: name });
    expect(inQueue(`${name}-dead`)).toMatchObject([
      { attributes: { ERROR_CODE: told, RETRY_ATTEMPTS: '0' } },
    ]);
    expect(inQueue(`${name}-dead`)[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('for want of a permission is not tried again', async () => {
    const group = await bench.group('private');
    await bench.events.send(
      new PutRuleCommand({ Name: 'shut', EventPattern: '{"source":["shut"]}' }),
    );
    await bench.events.send(
      new PutTargetsCommand({
        Rule: 'shut',
        Targets: [
          {
            Id: 't',
            Arn: group,
            RoleArn: await bench.role('powerless', 'events.amazonaws.com'),
            DeadLetterConfig: { Arn: queueArn('shut-dead') },
          },
        ],
      }),
    );
    await bench.put({ Source: 'shut' });
    const note = bench.running.cloud.journal
      .entries()
      .findLast(({ message = '' }) => message.includes('of rule shut'));
    expect(note?.outcome).toBe('denied');
    expect(inQueue('shut-dead')).toMatchObject([
      {
        attributes: {
          ERROR_CODE: 'NO_PERMISSIONS',
          ERROR_MESSAGE: expect.stringContaining('logs:CreateLogStream') as string,
        },
      },
    ]);
  });

  it('fills its 24 hours with its 185 tries, about', async () => {
    await aim('long');
    fall('long', 'InternalError', 500);
    const since = bench.clock.now();
    await bench.put({ Source: 'long' });
    await bench.advance(24 * 60 * MINUTE_MS);
    const [letter] = inQueue('long-dead');
    expect(Number(letter?.attributes['RETRY_ATTEMPTS'])).toBeGreaterThan(150);
    expect(bench.clock.now() - since).toBe(24 * 60 * MINUTE_MS);
  });
});
