import { readdirSync, readFileSync } from 'node:fs';
import {
  CreateEventBusCommand,
  CreateConnectionCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemovePermissionCommand,
  RemoveTargetsCommand,
  TagResourceCommand,
  type Target,
  TestEventPatternCommand,
  UntagResourceCommand,
  UpdateEventBusCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developer } from '../../core/cloud.ts';
import type { BusBench } from './fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from './fixtures/bus-bench.ts';

let bench: BusBench;
beforeAll(async () => {
  bench = await startBusBench();
});
afterAll(() => bench.stop());

const busArn = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${name}`;
const ruleArn = (path: string) => `arn:aws:events:us-east-1:${ACCOUNT}:rule/${path}`;
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;
const createBus = (Name: string) => bench.events.send(new CreateEventBusCommand({ Name }));
const describeBus = (Name?: string) =>
  bench.events.send(new DescribeEventBusCommand(Name === undefined ? {} : { Name }));
const putRule = (
  Name: string,
  more: Partial<ConstructorParameters<typeof PutRuleCommand>[0]> = {},
) => bench.events.send(new PutRuleCommand({ Name, EventPattern: '{"source":["shop"]}', ...more }));
const refusal = (name: string, message: string) => ({ name, message });

// Answers as recorded from AWS by LocalStack's snapshot tests (tests/aws/services/events), unless said otherwise.
describe('buses', () => {
  it('are made, told, changed and deleted', async () => {
    const made = await bench.events.send(
      new CreateEventBusCommand({
        Name: 'orders',
        Description: 'of the shop',
        DeadLetterConfig: { Arn: queueArn('dead') },
        Tags: [{ Key: 'team', Value: 'a' }],
      }),
    );
    expect(made).toMatchObject({ EventBusArn: busArn('orders'), Description: 'of the shop' });
    const at = new Date(bench.clock.now());
    expect(await describeBus('orders')).toMatchObject({
      Name: 'orders',
      Arn: busArn('orders'),
      DeadLetterConfig: { Arn: queueArn('dead') },
      CreationTime: at,
      LastModifiedTime: at,
    });
    await bench.events.send(new UpdateEventBusCommand({ Name: 'orders', Description: '' }));
    expect((await describeBus(busArn('orders'))).Description).toBeUndefined();
    expect((await describeBus()).Arn).toBe(busArn('default'));
    const { EventBuses } = await bench.events.send(
      new ListEventBusesCommand({ NamePrefix: 'ord' }),
    );
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['orders']);
    await expect(createBus('orders')).rejects.toMatchObject(
      refusal('ResourceAlreadyExistsException', 'Event bus orders already exists.'),
    );
    await bench.events.send(new DeleteEventBusCommand({ Name: 'orders' }));
    await expect(describeBus('orders')).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 'Event bus orders does not exist.'),
    );
    await expect(
      bench.events.send(new DeleteEventBusCommand({ Name: 'default' })),
    ).rejects.toMatchObject(refusal('ValidationException', 'Cannot delete event bus default.'));
  });

  it('come in pages', async () => {
    for (const n of [1, 2, 3]) await createBus(`page-${n}`);
    const one = await bench.events.send(
      new ListEventBusesCommand({ NamePrefix: 'page-', Limit: 2 }),
    );
    expect(one.EventBuses?.map(({ Name }) => Name)).toEqual(['page-1', 'page-2']);
    const two = await bench.events.send(
      new ListEventBusesCommand({ NamePrefix: 'page-', Limit: 2, NextToken: one.NextToken }),
    );
    expect(two.EventBuses?.map(({ Name }) => Name)).toEqual(['page-3']);
    expect(two.NextToken).toBeUndefined();
  });

  it('take permissions by statements or whole, and give them back', async () => {
    await createBus('open');
    const allow = (StatementId: string, Principal: string) =>
      bench.events.send(
        new PutPermissionCommand({
          EventBusName: 'open',
          StatementId,
          Principal,
          Action: 'events:PutEvents',
        }),
      );
    await allow('one', '111122223333');
    await allow('all', '*');
    const told = async () => JSON.parse((await describeBus('open')).Policy ?? '{}') as unknown;
    const statement = (Sid: string, Principal: unknown) => ({
      Sid,
      Effect: 'Allow',
      Principal,
      Action: 'events:PutEvents',
      Resource: busArn('open'),
    });
    expect(await told()).toEqual({
      Version: '2012-10-17',
      Statement: [
        statement('one', { AWS: 'arn:aws:iam::111122223333:root' }),
        statement('all', '*'),
      ],
    });
    const remove = (more: object) =>
      bench.events.send(new RemovePermissionCommand({ EventBusName: 'open', ...more }));
    await remove({ StatementId: 'one' });
    expect(await told()).toMatchObject({ Statement: [{ Sid: 'all' }] });
    await expect(remove({ StatementId: 'one' })).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 'Statement with the provided id does not exist.'),
    );
    await remove({ RemoveAllPermissions: true });
    expect((await describeBus('open')).Policy).toBeUndefined();
    await expect(
      bench.events.send(new PutPermissionCommand({ EventBusName: 'open', Principal: '*' })),
    ).rejects.toMatchObject(refusal('ValidationException', 'Parameter Action must be specified.'));
    const whole = JSON.stringify({ Version: '2012-10-17', Statement: [statement('x', '*')] });
    await bench.events.send(new PutPermissionCommand({ EventBusName: 'open', Policy: whole }));
    expect((await describeBus('open')).Policy).toBe(whole);
  });

  it('refuse what no bus can be', async () => {
    await expect(createBus('a b')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(createBus('aws.partner/x')).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(
      bench.events.send(new CreateEventBusCommand({ Name: 'loud', LogConfig: { Level: 'TRACE' } })),
    ).rejects.toThrow('LogConfig');
    await expect(
      bench.events.send(
        new CreateConnectionCommand({
          Name: 'c',
          AuthorizationType: 'API_KEY',
          AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } },
        }),
      ),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('CreateConnection') as string,
    });
  });
});

describe('rules', () => {
  it('are put, told, switched and deleted', async () => {
    await createBus('own');
    expect((await putRule('first', { EventBusName: 'own', Description: 'd' })).RuleArn).toBe(
      ruleArn('own/first'),
    );
    const where = { EventBusName: 'own', Name: 'first' };
    const told = () => bench.events.send(new DescribeRuleCommand(where));
    expect(await told()).toMatchObject({
      Name: 'first',
      Arn: ruleArn('own/first'),
      EventPattern: '{"source":["shop"]}',
      State: 'ENABLED',
      EventBusName: 'own',
      CreatedBy: ACCOUNT,
    });
    await bench.events.send(new DisableRuleCommand(where));
    expect((await told()).State).toBe('DISABLED');
    await bench.events.send(new EnableRuleCommand(where));
    expect((await told()).State).toBe('ENABLED');
    // What a second PutRule leaves out is gone.
    await putRule('first', { EventBusName: 'own' });
    expect((await told()).Description).toBeUndefined();
    const { Rules = [] } = await bench.events.send(
      new ListRulesCommand({ EventBusName: 'own', NamePrefix: 'fi' }),
    );
    expect(Rules).toEqual([
      {
        Name: 'first',
        Arn: ruleArn('own/first'),
        EventPattern: '{"source":["shop"]}',
        State: 'ENABLED',
        EventBusName: 'own',
      },
    ]);
    await expect(
      bench.events.send(new DeleteEventBusCommand({ Name: 'own' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    await bench.events.send(new DeleteRuleCommand(where));
    await bench.events.send(new DeleteRuleCommand(where));
    await bench.events.send(new DeleteEventBusCommand({ Name: 'own' }));
  });

  it.each([
    [
      { Name: 'no way' },
      "1 validation error detected: Value 'no way' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    ],
    [
      { EventPattern: undefined },
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    ],
    [
      { EventPattern: `{"source":["${'x'.repeat(2048)}"]}` },
      'Parameter EventPattern for rule bad exceeds limit of 2048.',
    ],
    [{ ScheduleExpression: 'rate(1 minutes)' }, 'Parameter ScheduleExpression is not valid.'],
    [{ ScheduleExpression: 'rate(10 minute)' }, 'Parameter ScheduleExpression is not valid.'],
    [{ ScheduleExpression: 'cron(0 1 * * * *)' }, 'Parameter ScheduleExpression is not valid.'],
    [
      { ScheduleExpression: 'at(2026-01-01T00:00:00)' },
      'Parameter ScheduleExpression is not valid.',
    ],
    [
      { ScheduleExpression: 'rate(1 minute)', EventBusName: 'page-1' },
      'ScheduleExpression is supported only on the default event bus.',
    ],
  ])('%j is refused', async (input, message) => {
    await expect(putRule('bad', input as object)).rejects.toMatchObject(
      refusal('ValidationException', message),
    );
  });

  it('tell what is wrong with a pattern', async () => {
    await expect(putRule('bad', { EventPattern: '{"source":[]}' })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      message: expect.stringMatching(
        /^Event pattern is not valid\. Reason: Empty arrays are not allowed\n at/,
      ) as string,
    });
    await expect(putRule('bad', { EventBusName: 'nowhere' })).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 'Event bus nowhere does not exist.'),
    );
    await expect(
      bench.events.send(new DescribeRuleCommand({ Name: 'nowhere' })),
    ).rejects.toMatchObject(
      refusal('ResourceNotFoundException', 'Rule nowhere does not exist on EventBus default.'),
    );
  });

  it('have tags, as buses do', async () => {
    await putRule('tagged', { Tags: [{ Key: 'a', Value: '1' }] });
    const ResourceARN = ruleArn('tagged');
    const tags = async () =>
      (await bench.events.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
    await bench.events.send(
      new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] }),
    );
    // Putting it again leaves them.
    await putRule('tagged', { Tags: [{ Key: 'c', Value: '3' }] });
    expect(await tags()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    await bench.events.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['a'] }));
    expect(await tags()).toEqual([{ Key: 'b', Value: '2' }]);
    await expect(
      bench.events.send(new ListTagsForResourceCommand({ ResourceARN: ruleArn('none') })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('targets', () => {
  const put = (...Targets: Target[]) =>
    bench.events.send(new PutTargetsCommand({ Rule: 'aimed', Targets }));
  const Arn = `arn:aws:sns:us-east-1:${ACCOUNT}:news`;
  beforeAll(() => putRule('aimed'));

  it('are put, listed and removed', async () => {
    expect(await put({ Id: 'a', Arn }, { Id: 'b', Arn: queueArn('q') })).toMatchObject({
      FailedEntryCount: 0,
      FailedEntries: [],
    });
    await put({ Id: 'a', Arn, Input: '"x"' });
    const listed = async () =>
      (await bench.events.send(new ListTargetsByRuleCommand({ Rule: 'aimed' }))).Targets;
    expect(await listed()).toEqual([
      { Id: 'a', Arn, Input: '"x"' },
      { Id: 'b', Arn: queueArn('q') },
    ]);
    expect(
      (await bench.events.send(new ListRuleNamesByTargetCommand({ TargetArn: Arn }))).RuleNames,
    ).toEqual(['aimed']);
    await expect(bench.events.send(new DeleteRuleCommand({ Name: 'aimed' }))).rejects.toMatchObject(
      refusal('ValidationException', "Rule can't be deleted since it has targets."),
    );
    await expect(put(...['c', 'd', 'e', 'f'].map((Id) => ({ Id, Arn })))).rejects.toMatchObject(
      refusal(
        'LimitExceededException',
        'The requested resource exceeds the maximum number allowed.',
      ),
    );
    await bench.events.send(new RemoveTargetsCommand({ Rule: 'aimed', Ids: ['a', 'b'] }));
    expect(await listed()).toEqual([]);
  });

  it.each<[Partial<Target>, string]>([
    [
      { Id: '!@#' },
      "1 validation error detected: Value '!@#' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
    ],
    [
      { RetryPolicy: { MaximumRetryAttempts: 186 } },
      "1 validation error detected: Value '186' at 'targets.1.member.retryPolicy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 185",
    ],
    [
      { Arn: 'mail' },
      'Parameter mail is not valid. Reason: Provided Arn is not in correct format.',
    ],
    [
      { Arn: `arn:aws:rds:us-east-1:${ACCOUNT}:db:x` },
      'rds is not a supported service for a target.',
    ],
    [
      { Arn: `arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s` },
      `RoleArn is required for target arn:aws:kinesis:us-east-1:${ACCOUNT}:stream/s.`,
    ],
    [{ Arn: busArn('page-1') }, `RoleArn is required for target ${busArn('page-1')}.`],
    [{ Arn: queueArn('q.fifo') }, 'Parameter(s) SqsParameters must be specified for target: t.'],
    [
      { EcsParameters: { TaskDefinitionArn: 'x' } },
      'Parameter(s) EcsParameters not supported for target: t.',
    ],
    [
      { Input: '"x"', InputPath: '$' },
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    ],
    [{ Input: 'hello' }, 'JSON syntax error in input for target t.'],
    [{ InputPath: 'detail' }, 'InputPath for target t is invalid.'],
    [{ InputPath: "$.detail['x']" }, 'InputPath for target t is invalid.'],
    [
      { InputTransformer: { InputTemplate: '"<notdefinedkey>"' } },
      'InputTemplate for target t contains invalid placeholder notdefinedkey.',
    ],
    [
      { InputTransformer: { InputTemplate: '"<aws.events.event.json>"' } },
      'InputTemplate for target t contains placeholder aws.events.event.json valid only for JSON template.',
    ],
    [{ InputTransformer: { InputTemplate: 'bare words' } }, 'Invalid InputTemplate for target t'],
    [
      { InputTransformer: { InputPathsMap: { 'aws.events.rule-name': '$' }, InputTemplate: '""' } },
      '1 validation error detected',
    ],
    [{ DeadLetterConfig: { Arn } }, 'sns is not supported as a dead letter resource.'],
    [
      { DeadLetterConfig: { Arn: queueArn('d.fifo') } },
      'SQS FIFO is not supported by Dead Letter Queues.',
    ],
  ])('%j is refused', async (target, message) => {
    const refused = put({ Id: 't', Arn, ...target });
    await expect(refused).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:x`,
    `arn:aws:events:us-east-1:${ACCOUNT}:api-destination/x/1`,
    'arn:aws:sns:us-east-1:111122223333:theirs',
  ])('%s is refused by name', async (arn) => {
    await expect(put({ Id: 't', Arn: arn })).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(arn) as string,
    });
  });
});

describe('what is put', () => {
  it('comes to the rules that it fits, whole', async () => {
    await bench.rule('all', { source: ['shop'] });
    await bench.rule('some', {
      'detail-type': ['Ordered'],
      detail: { total: [{ numeric: ['>', 10] }] },
    });
    const [first, second] = await bench.put(
      { Detail: '{"total": 12345678901234567890}', Resources: ['arn:x'], Time: new Date(0) },
      { Detail: '{"total": 1}' },
    );
    const lines = await bench.lines('all');
    expect(lines[0]).toBe(
      `{"version":"0","id":"${first}","detail-type":"Ordered","source":"shop","account":"${ACCOUNT}","time":"1970-01-01T00:00:00Z","region":"us-east-1","resources":["arn:x"],"detail":{"total": 12345678901234567890}}`,
    );
    expect((await bench.got('all')).map(({ id }) => id)).toEqual([first, second]);
    expect((await bench.got('all'))[1]).toMatchObject({ time: '2026-06-01T12:00:00Z' });
    // A numeric pattern compares up to 5e9; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    expect((await bench.got('some')).length).toBeLessThanOrEqual(1);
    await bench.events.send(new DisableRuleCommand({ Name: 'all' }));
    await bench.put({});
    expect(await bench.lines('all')).toHaveLength(2);
  });

  it('fails entry by entry', async () => {
    expect(
      await bench.put(
        { Source: '' },
        { DetailType: '' },
        { Detail: '' },
        { Detail: '[]' },
        { Detail: '"text"' },
        { Detail: '{' },
        { Source: 'aws.s3' },
        { EventBusName: 'not-there' },
      ),
    ).toEqual([
      'InvalidArgument: Parameter Source is not valid. Reason: Source is a required argument.',
      'InvalidArgument: Parameter DetailType is not valid. Reason: DetailType is a required argument.',
      'InvalidArgument: Parameter Detail is not valid. Reason: Detail is a required argument.',
      'MalformedDetail: Detail is malformed.',
      'MalformedDetail: Detail is malformed.',
      'MalformedDetail: Detail is malformed.',
      'NotAuthorizedForSourceException: Not authorized for the source.',
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ]);
  });

  it('is refused when it is too much', async () => {
    await expect(bench.put({ Detail: `{"a":"${'x'.repeat(1_048_576)}"}` })).rejects.toMatchObject(
      refusal('ValidationException', 'Total size of the entries in the request is over the limit.'),
    );
    await expect(bench.put(...Array.from({ length: 11 }, () => ({})))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        /^1 validation error detected: Value '\[PutEventsRequestEntry\(time=null, source=shop, resources=null, detailType=Ordered, detail=\{\}, eventBusName=null, traceHeader=null, kmsKeyIdentifier=null, internalMetadata=null\), .*\]' at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10$/,
      ) as string,
    });
    // The SDK signs what goes to a global endpoint with an algorithm of its own, so this goes in behind it.
    const { cloud } = bench.running;
    await expect(
      cloud.dispatch({
        service: 'eventbridge',
        operation: 'PutEvents',
        input: { Entries: [{}], EndpointId: 'a.b' },
        principal: developer(cloud),
        accountId: ACCOUNT,
        region: 'us-east-1',
        requestId: 'r',
      }),
    ).rejects.toThrow('EndpointId');
  });
});

describe('TestEventPattern', () => {
  const RECORDED = new URL('../../../../test/recordings/event-patterns/', import.meta.url);
  const EVENT = {
    id: '1',
    'detail-type': 't',
    source: 's',
    account: ACCOUNT,
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
  };
  const test = (EventPattern: string, event: object) =>
    bench.events.send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) }));

  it('answers as AWS has answered', async () => {
    for (const file of readdirSync(RECORDED).filter((name) => /^[a-z]\w+\.json5$/.test(name))) {
      const { Event, EventPattern } = JSON.parse(
        readFileSync(new URL(file, RECORDED), 'utf8').replace(
          /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|,(?=\s*[}\]])/g,
          (_, text?: string) => text ?? '',
        ),
      ) as { readonly Event: object; readonly EventPattern: object };
      const answer = test(JSON.stringify(EventPattern), Event);
      if (file.includes('_EXC'))
        await expect(answer, file).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
      else expect((await answer).Result, file).toBe(!file.includes('_NEG'));
    }
  });

  it('wants a whole event', async () => {
    expect((await test('{"source":["s"]}', EVENT)).Result).toBe(true);
    await expect(test('{"source":["s"]}', { source: 's' })).rejects.toMatchObject(
      refusal('ValidationException', 'Parameter Event is not valid.'),
    );
  });
});
