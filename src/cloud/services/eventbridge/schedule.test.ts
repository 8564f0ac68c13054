import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BusBench } from './fixtures/bus-bench.ts';
import { ACCOUNT, startBusBench } from './fixtures/bus-bench.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

let bench: BusBench;
beforeAll(async () => {
  bench = await startBusBench();
});
afterAll(() => bench.stop());

const schedule = async (Name: string, ScheduleExpression: string, on = bench) => {
  await on.events.send(new PutRuleCommand({ Name, ScheduleExpression }));
  await on.events.send(
    new PutTargetsCommand({ Rule: Name, Targets: [{ Id: 'log', Arn: await on.group(Name) }] }),
  );
};
const times = async (name: string, on = bench) => (await on.got(name)).map(({ time }) => time);

it('a rate counts from when its rule was put', async () => {
  await schedule('often', 'rate(5 minutes)');
  await bench.advance(4 * MINUTE_MS);
  expect(await times('often')).toEqual([]);
  await bench.advance(12 * MINUTE_MS);
  expect(await times('often')).toEqual([
    '2026-06-01T12:05:00Z',
    '2026-06-01T12:10:00Z',
    '2026-06-01T12:15:00Z',
  ]);
  // As recorded from AWS by LocalStack's snapshot tests (test_events_schedule.snapshot.json).
  expect((await bench.got('often'))[0]).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: ACCOUNT,
    time: '2026-06-01T12:05:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:events:us-east-1:${ACCOUNT}:rule/often`],
    detail: {},
  });
});

it('a rule that is disabled rests, and counts anew when it is enabled', async () => {
  await bench.events.send(new DisableRuleCommand({ Name: 'often' }));
  await bench.advance(HOUR_MS);
  expect(await times('often')).toHaveLength(3);
  await bench.events.send(new EnableRuleCommand({ Name: 'often' }));
  await bench.advance(5 * MINUTE_MS);
  expect((await times('often'))[3]).toBe('2026-06-01T13:21:00Z');
  await bench.events.send(new DisableRuleCommand({ Name: 'often' }));
});

it('cron is in UTC, and can be over', async () => {
  await schedule('daily', 'cron(30 8 ? * MON-FRI *)');
  await schedule('over', 'cron(0 0 1 1 ? 2020)');
  await bench.advance(5 * 24 * HOUR_MS);
  expect(await times('daily')).toEqual([
    '2026-06-02T08:30:00Z',
    '2026-06-03T08:30:00Z',
    '2026-06-04T08:30:00Z',
    '2026-06-05T08:30:00Z',
  ]);
  expect(await times('over')).toEqual([]);
});

it('is not heard by other rules of the bus', async () => {
  await bench.rule('eavesdropper', { source: ['aws.events'] });
  await bench.advance(3 * 24 * HOUR_MS);
  expect(await times('eavesdropper')).toEqual([]);
});

it('goes on after a restart', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'events-'));
  try {
    const before = await startBusBench({ stateDir });
    await schedule('hourly', 'rate(1 hour)', before);
    await before.stop();
    const after = await startBusBench({ stateDir });
    try {
      // The second cloud's clock begins where the first's began.
      await after.advance(3 * HOUR_MS + MINUTE_MS);
      expect(await times('hourly', after)).toEqual([
        '2026-06-01T13:00:00Z',
        '2026-06-01T14:00:00Z',
        '2026-06-01T15:00:00Z',
      ]);
    } finally {
      await after.stop();
    }
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
});
