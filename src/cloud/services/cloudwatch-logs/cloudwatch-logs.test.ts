import type {
  FilterLogEventsCommandInput,
  GetLogEventsCommandInput,
  InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutLogGroupDeletionProtectionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualClock } from '../../core/clock.ts';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ACCOUNT = '000000000000';
const DAY_MS = 86_400_000;
const arnOf = (name: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;

// Requests are signed with the machine's time, so the cloud's clock starts there and is moved by hand.
const clock = createVirtualClock(Date.now());
let running: RunningCloud;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  running = await startCloud({ clock });
  logs = new CloudWatchLogsClient({
    endpoint: running.url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});
afterAll(async () => {
  logs.destroy();
  await running.stop();
});

const createGroup = async (logGroupName: string, ...streams: readonly string[]) => {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  for (const logStreamName of streams)
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
};
const put = (logGroupName: string, logStreamName: string, logEvents: InputLogEvent[]) =>
  logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
/** Events a millisecond apart, the last of them now. */
const lines = (...messages: readonly string[]): InputLogEvent[] =>
  messages.map((message, index) => ({
    message,
    timestamp: clock.now() - messages.length + 1 + index,
  }));
const filter = async (
  logGroupName: string,
  filterPattern?: string,
  more: Partial<FilterLogEventsCommandInput> = {},
) => {
  const answer = await logs.send(
    new FilterLogEventsCommand({ logGroupName, filterPattern, ...more }),
  );
  return {
    messages: (answer.events ?? []).map(({ message }) => message),
    token: answer.nextToken,
    ids: (answer.events ?? []).map(({ eventId }) => eventId),
  };
};
const describeGroup = async (name: string) =>
  (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }))).logGroups?.find(
    ({ logGroupName }) => logGroupName === name,
  );

describe('log groups', () => {
  it('are made, described, tagged and deleted', async () => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: '/a/Group', tags: { one: '1' } }));
    expect(await describeGroup('/a/Group')).toMatchObject({
      arn: `${arnOf('/a/Group')}:*`,
      logGroupArn: arnOf('/a/Group'),
      creationTime: clock.now(),
      logGroupClass: 'STANDARD',
      storedBytes: 0,
    });
    const resourceArn = arnOf('/a/Group');
    await logs.send(new TagResourceCommand({ resourceArn, tags: { two: '2' } }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['one'] }));
    expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({
      two: '2',
    });
    const groups = async (logGroupNamePattern: string) =>
      (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern }))).logGroups?.length;
    expect([await groups('Grou'), await groups('grou')]).toEqual([1, 0]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: '/a/Group' }));
    expect(await describeGroup('/a/Group')).toBeUndefined();
  });

  it('come in pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) await createGroup(name);
    const page = (nextToken?: string) =>
      logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: 'p', limit: 2, nextToken }));
    const first = await page();
    expect(first.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['p1', 'p2']);
    const second = await page(first.nextToken);
    expect(second.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['p3']);
    expect(second.nextToken).toBeUndefined();
  });

  it("are refused with AWS's codes", async () => {
    await createGroup('twice');
    await expect(createGroup('twice')).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    await expect(createGroup('no spaces')).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(
      logs.send(new DeleteLogGroupCommand({ logGroupName: 'none' })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  it('stay while their deletion protection is on', async () => {
    const logGroupName = 'protected';
    await logs.send(new CreateLogGroupCommand({ logGroupName, deletionProtectionEnabled: true }));
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject({
      name: 'InvalidOperationException',
    });
    await logs.send(
      new PutLogGroupDeletionProtectionCommand({
        logGroupIdentifier: logGroupName,
        deletionProtectionEnabled: false,
      }),
    );
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  });
});

describe('log streams', () => {
  it('are made, described by name or time, and deleted with their events', async () => {
    await createGroup('streams', 'a/1', 'a/2', 'b');
    await put('streams', 'a/1', lines('late'));
    await put('streams', 'b', [{ timestamp: clock.now() - 5_000, message: 'early' }]);
    const names = async (more: object) =>
      (
        await logs.send(new DescribeLogStreamsCommand({ logGroupName: 'streams', ...more }))
      ).logStreams?.map(({ logStreamName }) => logStreamName);
    expect(await names({ logStreamNamePrefix: 'a/' })).toEqual(['a/1', 'a/2']);
    expect(await names({ orderBy: 'LastEventTime', descending: true })).toEqual([
      'a/1',
      'b',
      'a/2',
    ]);
    await expect(
      names({ orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
    const stream = { logGroupName: 'streams', logStreamName: 'b' };
    await logs.send(new DeleteLogStreamCommand(stream));
    expect((await filter('streams')).messages).toEqual(['late']);
    await expect(logs.send(new GetLogEventsCommand(stream))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
    await expect(
      logs.send(new CreateLogStreamCommand({ ...stream, logStreamName: 'a/1' })),
    ).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' });
    await expect(
      logs.send(new CreateLogStreamCommand({ ...stream, logStreamName: 'a:1' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });
});

describe('PutLogEvents', () => {
  beforeAll(() => createGroup('limits', 's'));
  const refused = (logEvents: InputLogEvent[], message: RegExp | string) =>
    expect(put('limits', 's', logEvents)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });

  it('takes events in order of time alone', async () => {
    await refused(
      lines('a', 'b').toReversed(),
      'Log events in a single PutLogEvents request must be in chronological order.',
    );
  });

  it('holds to the limits of a batch', async () => {
    const timestamp = clock.now();
    await refused([], "at 'logEvents' failed");
    await refused(lines('a', ''), "Value '' at 'logEvents.2.member.message' failed");
    await refused(
      Array.from({ length: 10_001 }, () => ({ timestamp, message: 'x' })),
      "at 'logEvents' failed",
    );
    await refused(
      Array.from({ length: 2 }, () => ({ timestamp, message: 'x'.repeat(524_263) })),
      /^Upload too large: 1048578 bytes exceeds limit of 1048576$/,
    );
    await refused(
      [
        { timestamp: timestamp - DAY_MS - 1, message: 'a' },
        { timestamp, message: 'b' },
      ],
      'cannot span more than 24 hours',
    );
    await put('limits', 's', [{ timestamp, message: 'x'.repeat(1_048_550) }]);
  });

  it('keeps what is in bounds and tells what is not', async () => {
    await createGroup('bounds', 's');
    const at = (message: string, age: number) => ({ message, timestamp: clock.now() - age });
    const old = await put('bounds', 's', [
      at('old', 14 * DAY_MS + 1_000),
      at('kept', 14 * DAY_MS - 60_000),
    ]);
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    const young = await put('bounds', 's', [at('now', 0), at('future', -3 * 3_600_000)]);
    expect(young.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    expect((await filter('bounds')).messages).toEqual(['kept', 'now']);
  });

  it('makes metrics of lines in the embedded format', async () => {
    await createGroup('metrics', 's');
    const metrics = {
      Namespace: 'Mine',
      Dimensions: [['Place']],
      Metrics: [{ Name: 'Steps', Unit: 'Count' }],
    };
    const line = {
      _aws: { Timestamp: clock.now(), CloudWatchMetrics: [metrics] },
      Place: 'x',
      Steps: 3,
    };
    await put('metrics', 's', lines('{"CloudWatchMetrics"', JSON.stringify(line)));
    await running.cloud.settle();
    expect(
      running.cloud.journal
        .entries()
        .filter(({ operation }) => operation === 'PutMetricData')
        .map(({ principal, outcome }) => [principal, outcome]),
    ).toEqual([['logs.amazonaws.com', 'ok']]);
  });
});

describe('GetLogEvents', () => {
  const get = async (more: Partial<GetLogEventsCommandInput> = {}) => {
    const answer = await logs.send(
      new GetLogEventsCommand({ logGroupName: 'pages', logStreamName: 's', limit: 2, ...more }),
    );
    return {
      messages: answer.events?.map(({ message }) => message),
      forward: answer.nextForwardToken,
      backward: answer.nextBackwardToken,
    };
  };
  beforeAll(async () => {
    await createGroup('pages', 's');
    await put('pages', 's', lines('1', '2', '3', '4', '5'));
  });

  it('starts at the tail, or at the head, and ends where its tokens repeat', async () => {
    expect((await get()).messages).toEqual(['4', '5']);
    const first = await get({ startFromHead: true });
    const second = await get({ nextToken: first.forward });
    const third = await get({ nextToken: second.forward });
    expect([first, second, third].flatMap(({ messages }) => messages)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
    const end = await get({ nextToken: third.forward });
    expect(end).toMatchObject({ messages: [], forward: third.forward });
    expect((await get({ nextToken: end.backward })).messages).toEqual(['4', '5']);
    const start = await get({ nextToken: first.backward });
    expect(start).toMatchObject({ messages: [], backward: first.backward });
    expect((await get({ nextToken: start.forward })).messages).toEqual(['1', '2']);
    await expect(get({ nextToken: 'x' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('goes on after the last event that it gave, whatever came before that since', async () => {
    const { forward } = await get();
    await put('pages', 's', [{ timestamp: clock.now() - 1_000, message: '0' }]);
    await put('pages', 's', lines('6'));
    expect((await get({ nextToken: forward })).messages).toEqual(['6']);
    const { messages } = await get({ startTime: clock.now() - 2_000, endTime: clock.now() - 500 });
    expect(messages).toEqual(['0']);
  });
});

describe('FilterLogEvents', () => {
  beforeAll(async () => {
    await createGroup('filter', 'x/1', 'y');
    const [a, b, c, d, e] = lines(
      'ERROR one two',
      '{"level":"WARN","code":404,"user":{"name":"Ann"},"ok":true,"gone":null}',
      'START now',
      '{"level":"ERROR","code":500,"user":{"name":"Bob"},"tags":["q"]}',
      'ERROR three',
    );
    await put('filter', 'x/1', [a, c, e] as InputLogEvent[]);
    await put('filter', 'y', [b, d] as InputLogEvent[]);
  });

  it('mixes streams in order of time, page by page, in either direction', async () => {
    const read = async (startFromHead: boolean) => {
      const pages = [];
      let nextToken: string | undefined;
      do {
        const page = await filter('filter', '', { limit: 2, nextToken, startFromHead });
        pages.push(page);
        nextToken = page.token;
      } while (nextToken !== undefined);
      return pages;
    };
    const pages = await read(true);
    expect(pages.map(({ messages }) => messages.length)).toEqual([2, 2, 1]);
    const messages = pages.flatMap((page) => page.messages);
    expect(messages.map((text) => text?.slice(0, 16))).toEqual([
      'ERROR one two',
      '{"level":"WARN",',
      'START now',
      '{"level":"ERROR"',
      'ERROR three',
    ]);
    expect(new Set(pages.flatMap(({ ids }) => ids)).size).toBe(5);
    expect((await read(false)).flatMap((page) => page.messages)).toEqual(messages.toReversed());
    await expect(filter('filter', '', { nextToken: 'x' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('knows streams by name and prefix', async () => {
    expect((await filter('filter', '', { logStreamNames: ['y'] })).messages).toHaveLength(2);
    expect((await filter('filter', '', { logStreamNamePrefix: 'x/' })).messages).toHaveLength(3);
    await expect(filter('filter', '', { logStreamNames: ['none'] })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(
      filter('filter', '', { logStreamNames: ['y'], logStreamNamePrefix: 'y' }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it.each<[string, number]>([
    ['ERROR', 3],
    ['ERROR three', 1],
    ['ERROR -three', 2],
    ['?START ?three', 2],
    ['"one two"', 1],
    ['%ERROR (one|three)%', 2],
    ['error', 0],
    ['{ $.level = "ERROR" }', 1],
    ['{ $.level = "*R*" && $.code >= 404 }', 2],
    ['{ ($.code = 404) || ($.code > 499) }', 2],
    ['{ $.user.name != "Ann" }', 1],
    ['{ $.tags[0] = "q" }', 1],
    ['{ $.ok IS TRUE }', 1],
    ['{ $.gone IS NULL }', 1],
    ['{ $.ok NOT EXISTS }', 1],
    ['{ $.level = %^W% }', 1],
  ])('finds %s', async (pattern, count) => {
    expect((await filter('filter', pattern)).messages).toHaveLength(count);
  });

  it.each([
    ['a.b', "Invalid filter pattern: Invalid character(s) in term 'a.b'"],
    ['"open', 'Invalid filter pattern'],
    ['{ $.a = }', 'Invalid filter pattern'],
    ['{ a = 1 }', 'Invalid filter pattern'],
    ['%(%', 'Invalid filter pattern'],
    ['[ip, user', 'it has no closing bracket'],
  ])('refuses %s', async (pattern, message) => {
    await expect(filter('filter', pattern)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining(message),
    });
  });
});
