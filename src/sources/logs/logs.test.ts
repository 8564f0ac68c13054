import { gzipSync } from 'node:zlib';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { LogBatch, LogLine, LogsEvent } from '../../index.ts';
import { alarm, lambda, logGroup, logsOf, queue, service } from '../../index.ts';
import type { TestCloud } from '../../testing/index.ts';
import { createTestClouds } from '../../testing/fixtures/test-clouds.ts';
import { watch } from './fixtures/watch.ts';

const { start } = createTestClouds();

/** Physical name of a log group by its logical id. */
const nameOf = async (cloud: TestCloud, logicalId: string) => {
  const { logGroups = [] } = await new CloudWatchLogsClient(cloud.settings).send(
    new DescribeLogGroupsCommand({}),
  );
  return logGroups.map((group) => group.logGroupName).find((name) => name?.includes(logicalId));
};
const write = async (cloud: TestCloud, logGroupName: string, ...messages: readonly string[]) => {
  const client = new CloudWatchLogsClient(cloud.settings);
  await client
    .send(new CreateLogStreamCommand({ logGroupName, logStreamName: 'stream' }))
    .catch(() => undefined);
  await client.send(
    new PutLogEventsCommand({
      logGroupName,
      logStreamName: 'stream',
      logEvents: messages.map((message) => ({ message, timestamp: cloud.now().getTime() })),
    }),
  );
  await cloud.settle();
};

describe('lines', () => {
  it('of a function start another one, read and checked (ES-06: its log group need not be there before)', async () => {
    const seen: LogLine<{ message: string; order: number }>[] = [];
    const work = lambda('Work', {}, async (_event, { log }) => {
      log.error('cannot', { order: '7' });
      log.info('went on');
    });
    const tell = lambda(
      'Tell',
      {
        on: logsOf(work).lines({
          pattern: '{ $.level = "ERROR" }',
          schema: z.object({ message: z.string(), order: z.coerce.number() }),
        }),
      },
      async (line, { raw }) => {
        expectTypeOf(line).toEqualTypeOf<LogLine<{ message: string; order: number }>>();
        expect(raw.event).toHaveProperty('awslogs');
        seen.push(line);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [work, tell] }));
    await cloud.invoke(work, undefined);
    await cloud.settle();
    expect(seen).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        at: expect.any(Date),
        message: expect.stringContaining('"level":"ERROR"'),
        json: { message: 'cannot', order: 7 },
        fields: {},
        logGroup: await nameOf(cloud, 'WorkLogs'),
        logStream: expect.stringMatching(/\[\$LATEST\]/),
        record: expect.objectContaining({ timestamp: expect.any(Number) }),
      },
    ]);
  });

  it('of several log groups come to one function, each by its own source, by two patterns where that is said (ES-06)', async () => {
    const access = logGroup('Access', { existing: '/shop/access' });
    const audit = logGroup('Audit', { retentionDays: 7 });
    const seen: string[] = [];
    const tell = lambda(
      'Tell',
      {
        on: [
          access.lines({ pattern: ['[ip, user, status = 5*]', 'BOT'] }),
          audit.lines({ schema: z.object({ who: z.string() }) }),
        ],
      },
      async (line) => {
        expectTypeOf(line).toEqualTypeOf<LogLine | LogLine<{ who: string }>>();
        seen.push(JSON.stringify([line.logGroup, line.fields, line.json]));
      },
    );
    const cloud = await start();
    await new CloudWatchLogsClient(cloud.settings).send(
      new CreateLogGroupCommand({ logGroupName: '/shop/access' }),
    );
    await cloud.provision(service('Shop', { functions: [tell] }));
    await write(cloud, '/shop/access', '10.0.0.1 amy 503', '10.0.0.2 bob 200', 'a BOT was here');
    await write(cloud, (await nameOf(cloud, 'Audit')) ?? '', '{"who":"amy"}');
    expect(seen.toSorted()).toEqual(
      [
        ['/shop/access', { ip: '10.0.0.1', user: 'amy', status: '503' }, undefined],
        ['/shop/access', {}, undefined],
        [await nameOf(cloud, 'Audit'), {}, { who: 'amy' }],
      ]
        .map((each) => JSON.stringify(each))
        .toSorted(),
    );
  });

  it('that fail do not keep others back; all of them come again', async () => {
    const audit = logGroup('Audit');
    const seen: string[] = [];
    const tell = lambda(
      'Tell',
      { on: audit.lines({ schema: z.object({ n: z.number() }) }) },
      async ({ json }) => {
        seen.push(`${json.n}`);
        if (json.n === 1) throw new Error('cannot');
      },
    );
    const lax = lambda(
      'Lax',
      { on: audit.lines({ schema: z.object({ n: z.number() }), invalid: 'drop' }) },
      async ({ json }) => {
        seen.push(`lax ${json.n}`);
      },
    );
    const cloud = await start();
    await cloud.provision(service('Shop', { functions: [tell, lax] }));
    await write(cloud, (await nameOf(cloud, 'Audit')) ?? '', '{"n":1}', 'no json', '{"n":2}');
    expect(seen.toSorted()).toEqual(['1', '2', 'lax 1', 'lax 2']);
    await cloud.advance('5 minutes');
    // Lambda tries twice again; what is dropped fails nothing.
    expect(seen.filter((each) => !each.startsWith('lax'))).toEqual(['1', '2', '1', '2', '1', '2']);
    expect(seen.filter((each) => each.startsWith('lax'))).toHaveLength(2);
  });
});

it('gives a batch whole', async () => {
  const audit = logGroup('Audit');
  const batches: LogBatch[] = [];
  const tell = lambda('Tell', { on: audit.batches({ pattern: '?b ?c' }) }, async (batch) => {
    expectTypeOf(batch).toEqualTypeOf<LogBatch>();
    batches.push(batch);
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [tell] }));
  const name = (await nameOf(cloud, 'Audit')) ?? '';
  await write(cloud, name, 'a', 'b', '{"c":1}');
  expect(batches).toMatchObject([
    {
      owner: '000000000000',
      logGroup: name,
      logStream: 'stream',
      subscriptionFilters: [expect.stringContaining('TellAuditFilter')],
      logEvents: [
        { message: 'b', json: undefined, at: cloud.now() },
        { message: '{"c":1}', json: { c: 1 } },
      ],
      record: { messageType: 'DATA_MESSAGE' },
    },
  ]);
});

it('hands the event over as it is; what only asks whether anybody is there starts no handler', async () => {
  const [audit, other] = [logGroup('Audit'), logGroup('Other')];
  const seen: string[] = [];
  const raw = lambda('Raw', { on: audit.events() }, async (event) => {
    expectTypeOf(event).toEqualTypeOf<LogsEvent>();
    seen.push(`raw ${event.awslogs.data.length > 0}`);
  });
  const read = lambda('Read', { on: other.lines() }, async () => {
    seen.push('read');
  });
  const whole = lambda('Whole', { on: other.batches() }, async () => {
    seen.push('whole');
  });
  const cloud = await start();
  await cloud.provision(service('Shop', { functions: [raw, read, whole] }));
  await write(cloud, (await nameOf(cloud, 'Audit')) ?? '', 'a');
  expect(seen).toEqual(['raw true']);
  const control = {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [{ id: '', timestamp: 0, message: 'CWL CONTROL MESSAGE: Checking health' }],
  };
  const data = gzipSync(JSON.stringify(control)).toString('base64');
  await cloud.invoke(read, { awslogs: { data } } as never);
  await cloud.invoke(whole, { awslogs: { data } } as never);
  expect(seen).toEqual(['raw true']);
});

describe('a metric that is made of lines', () => {
  const states = async (cloud: TestCloud) => {
    const { MetricAlarms = [] } = await new CloudWatchClient(cloud.settings).send(
      new DescribeAlarmsCommand({}),
    );
    return Object.fromEntries(
      MetricAlarms.map(({ AlarmName = '', StateValue }) => [AlarmName.split('-')[1], StateValue]),
    );
  };

  it('sets off an alarm, by value and by dimensions', async () => {
    const work = lambda('Work', {}, async ({ path, ms }: { path: string; ms: number }, { log }) => {
      log.info('answered', { path, ms });
    });
    const logs = logsOf(work);
    const slow = logs.metric('Slow', {
      pattern: '{ $.ms > 0 }',
      value: '$.ms',
      unit: 'Milliseconds',
      statistic: 'Maximum',
      dimensions: { Path: '$.path' },
    });
    const answers = logs.metric('Answers', { pattern: '{ $.message = "answered" }' });
    const cloud = await start();
    await cloud.provision(
      service('Shop', {
        functions: [work],
        alarms: [
          alarm(slow.with({ Path: '/pay' }), { threshold: 900, name: 'SlowPay' }),
          alarm(slow.with({ Path: '/' }), { threshold: 900, name: 'SlowHome' }),
          alarm(answers, { threshold: 3, name: 'Busy' }),
        ],
      }),
    );
    await cloud.invoke(work, { path: '/pay', ms: 950 });
    await cloud.invoke(work, { path: '/', ms: 20 });
    await cloud.advance('1 minute');
    expect(await states(cloud)).toEqual({ SlowPay: 'ALARM', SlowHome: 'OK', Busy: 'OK' });
    for (const ms of [1, 2, 3]) await cloud.invoke(work, { path: '/', ms });
    await cloud.advance('1 minute');
    expect(await states(cloud)).toMatchObject({ SlowHome: 'OK', Busy: 'ALARM' });
    // @ts-expect-error it has no such dimension
    slow.with({ Colour: 'red' });
  });
});

it('is read by an archive in a process of its own', async () => {
  const cloud = await start({ handlers: 'processes' });
  await cloud.provision(watch);
  await cloud.invoke(
    lambda('Work', {}, async () => undefined),
    undefined,
  );
  await cloud.settle();
  const [message, ...more] = await cloud.use(queue('Seen')).receive();
  expect(JSON.parse(message?.body ?? '')).toEqual({ level: 'ERROR', message: 'cannot' });
  expect(more).toEqual([]);
});
