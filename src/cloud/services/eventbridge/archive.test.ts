import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  ListArchivesCommand,
  ListReplaysCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusBench } from './fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from './fixtures/bus-bench.ts';

const arn = (resource: string) => `arn:aws:events:us-east-1:${ACCOUNT}:${resource}`;
const DAY_MS = 86_400_000;

let bench: BusBench;
beforeAll(async () => {
  bench = await startBusBench();
  await bench.events.send(new CreateEventBusCommand({ Name: 'kept' }));
});
afterAll(() => bench.stop());

const create = (ArchiveName: string, more: object = {}) =>
  bench.events.send(
    new CreateArchiveCommand({ ArchiveName, EventSourceArn: arn('event-bus/kept'), ...more }),
  );
const told = (ArchiveName: string) =>
  bench.events.send(new DescribeArchiveCommand({ ArchiveName }));
const put = (n: number, Source = 'shop') =>
  bench.put({ Source, EventBusName: 'kept', Detail: JSON.stringify({ n }) });
const replay = (ReplayName: string, more: object = {}) =>
  bench.events.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: arn('archive/all'),
      EventStartTime: new Date(0),
      EventEndTime: new Date(bench.clock.now() + DAY_MS),
      Destination: { Arn: arn('event-bus/kept') },
      ...more,
    }),
  );

// Answers as recorded from AWS by LocalStack's snapshot tests (test_archive_and_replay.snapshot.json).
it('keeps what fits, and says how much', async () => {
  expect(await create('all', { RetentionDays: 2, Description: 'd' })).toMatchObject({
    ArchiveArn: arn('archive/all'),
    State: 'ENABLED',
  });
  await create('some', { EventPattern: '{"source":["other"]}' });
  await put(1);
  await put(2, 'other');
  expect(await told('all')).toMatchObject({
    ArchiveName: 'all',
    EventSourceArn: arn('event-bus/kept'),
    Description: 'd',
    RetentionDays: 2,
    EventCount: 2,
    State: 'ENABLED',
  });
  expect((await told('some')).EventCount).toBe(1);
  const { Archives } = await bench.events.send(new ListArchivesCommand({ NamePrefix: 'so' }));
  expect(Archives?.map(({ ArchiveName, EventCount }) => [ArchiveName, EventCount])).toEqual([
    ['some', 1],
  ]);
});

it('fills by a rule that AWS manages, which nobody changes without force', async () => {
  const rule = { Name: 'Events-Archive-all', EventBusName: 'kept' };
  const found = await bench.events.send(new DescribeRuleCommand(rule));
  expect(found.ManagedBy).toBe('prod.vhs.events.aws.internal');
  expect(found.EventPattern).toBe('{"replay-name":[{"exists":false}]}');
  await expect(bench.events.send(new DeleteRuleCommand(rule))).rejects.toMatchObject({
    name: 'ManagedRuleException',
  });
});

it('sends again what it kept, under the name of the replay, to the rules that are named', async () => {
  await bench.rule('heard', { source: ['shop', 'other'] }, { bus: 'kept' });
  await bench.rule('deaf', { source: ['shop', 'other'] }, { bus: 'kept' });
  const started = await replay('again', {
    Destination: { Arn: arn('event-bus/kept'), FilterArns: [arn('rule/kept/heard')] },
    Description: 'once more',
  });
  expect(started).toMatchObject({ ReplayArn: arn('replay/again'), State: 'STARTING' });
  await bench.advance(1000);
  expect(await bench.got('heard')).toMatchObject([
    { 'replay-name': 'again', source: 'shop', detail: { n: 1 } },
    { 'replay-name': 'again', source: 'other', detail: { n: 2 } },
  ]);
  expect((await bench.lines('heard'))[0]).toMatch(
    /"region":"us-east-1","replay-name":"again","resources":\[\],"detail":/,
  );
  expect(await bench.lines('deaf')).toEqual([]);
  expect(await bench.events.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject(
    {
      ReplayName: 'again',
      Description: 'once more',
      State: 'COMPLETED',
      EventSourceArn: arn('archive/all'),
      Destination: { FilterArns: [arn('rule/kept/heard')] },
      EventLastReplayedTime: new Date(bench.clock.now() - 1000),
    },
  );
  // What was replayed is not kept once more.
  expect((await told('all')).EventCount).toBe(2);
});

it('sends again what came in between two times', async () => {
  await bench.advance(60_000);
  const from = new Date(bench.clock.now());
  await put(3);
  await bench.advance(60_000);
  await put(4);
  await replay('between', {
    EventStartTime: from,
    EventEndTime: new Date(from.getTime() + 1000),
    Destination: { Arn: arn('event-bus/kept'), FilterArns: [arn('rule/kept/heard')] },
  });
  await bench.advance(1000);
  const heard = await bench.got('heard');
  expect(heard.filter((event) => event['replay-name'] === 'between')).toMatchObject([
    { detail: { n: 3 } },
  ]);
});

it('is cancelled before it has begun', async () => {
  await replay('never');
  const ReplayName = 'never';
  expect(await bench.events.send(new CancelReplayCommand({ ReplayName }))).toMatchObject({
    State: 'CANCELLING',
  });
  await bench.advance(1000);
  expect((await bench.events.send(new DescribeReplayCommand({ ReplayName }))).State).toBe(
    'CANCELLED',
  );
  await expect(bench.events.send(new CancelReplayCommand({ ReplayName }))).rejects.toMatchObject({
    name: 'IllegalStatusException',
  });
  const { Replays } = await bench.events.send(new ListReplaysCommand({ State: 'CANCELLED' }));
  expect(Replays?.map((one) => one.ReplayName)).toEqual(['never']);
});

it('forgets what is past its retention, and all of it when it goes', async () => {
  await bench.advance(2 * DAY_MS + 1);
  expect((await told('all')).EventCount).toBe(0);
  expect((await told('some')).EventCount).toBe(1);
  await bench.events.send(new UpdateArchiveCommand({ ArchiveName: 'some', RetentionDays: 1 }));
  expect(await told('some')).toMatchObject({ EventCount: 0, RetentionDays: 1 });
  await bench.events.send(new DeleteArchiveCommand({ ArchiveName: 'some' }));
  await expect(told('some')).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Archive some does not exist.',
  });
  await expect(
    bench.events.send(
      new DescribeRuleCommand({ Name: 'Events-Archive-some', EventBusName: 'kept' }),
    ),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it.each<[string, object, string, string]>([
  [
    'x',
    { EventSourceArn: arn('archive/none') },
    'ValidationException',
    'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.',
  ],
  [
    'x',
    { Destination: { Arn: arn('event-bus/none') } },
    'ResourceNotFoundException',
    'Event bus none does not exist.',
  ],
  [
    'x',
    { Destination: { Arn: arn('event-bus/default') } },
    'ValidationException',
    'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
  ],
  [
    'x',
    { EventEndTime: new Date(0) },
    'ValidationException',
    'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
  ],
  ['again', {}, 'ResourceAlreadyExistsException', 'Replay again already exists.'],
])('refuses the replay %s with %j', async (name, more, code, message) => {
  await expect(replay(name, more)).rejects.toMatchObject({ name: code, message });
});

it.each<[string, object, string, string]>([
  ['all', {}, 'ResourceAlreadyExistsException', 'Archive all already exists.'],
  [
    'x',
    { EventSourceArn: arn('event-bus/none') },
    'ResourceNotFoundException',
    'Event bus none does not exist.',
  ],
  [
    'x',
    { EventPattern: '{"source":[]}' },
    'InvalidEventPatternException',
    'Event pattern is not valid. Reason: Empty arrays are not allowed',
  ],
])('refuses the archive %s with %j', async (name, more, code, message) => {
  const refused = create(name, more);
  await expect(refused).rejects.toMatchObject({ name: code });
  await expect(refused).rejects.toThrow(message);
});

it('narrows its lists by one thing at a time, and replays into a bus', async () => {
  const two = { NamePrefix: 'a', State: 'ENABLED' } as const;
  await expect(bench.events.send(new ListArchivesCommand(two))).rejects.toThrow(
    'At most one filter is allowed for ListArchives. Use either : State, EventSourceArn, or NamePrefix.',
  );
  await expect(
    bench.events.send(new ListReplaysCommand({ NamePrefix: 'a', State: 'COMPLETED' })),
  ).rejects.toThrow('At most one filter is allowed for ListReplays.');
  await expect(replay('astray', { Destination: { Arn: arn('rule/x') } })).rejects.toThrow(
    'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
  );
});
