import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../core/random.ts';
import { openTimeZone, parseCron, parseScheduleExpression, UTC } from './index.ts';

const MINUTE_MS = 60_000;
const zoneOf = (name: string) => openTimeZone(name) ?? expect.fail(`no zone ${name}`);
const shown = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16);

describe('cron expressions in UTC', () => {
  const from = Date.UTC(2026, 0, 14, 10, 30);
  it.each([
    ['0 8 * * ? *', '2026-01-15T08:00'],
    ['31 10 * * ? *', '2026-01-14T10:31'],
    ['30 10 * * ? *', '2026-01-15T10:30'],
    ['0/15 * * * ? *', '2026-01-14T10:45'],
    ['*/7 * * * ? *', '2026-01-14T10:35'],
    ['5,35 14 * * ? *', '2026-01-14T14:05'],
    ['0 8/4 * * ? *', '2026-01-14T12:00'],
    ['0 0 1 * ? *', '2026-02-01T00:00'],
    ['0 0 L * ? *', '2026-01-31T00:00'],
    ['0 0 L FEB ? 2028', '2028-02-29T00:00'],
    ['0 0 29 FEB ? *', '2028-02-29T00:00'],
    // The seventeenth is a Saturday, the eighteenth a Sunday.
    ['0 0 17W * ? *', '2026-01-16T00:00'],
    ['0 0 18W * ? *', '2026-01-19T00:00'],
    // The first of August is a Saturday; the weekday closest to it in the month is the third.
    ['0 0 1W AUG ? *', '2026-08-03T00:00'],
    // The thirty-first of May is a Sunday.
    ['0 0 31W MAY ? *', '2026-05-29T00:00'],
    ['0 6 ? * MON-FRI *', '2026-01-15T06:00'],
    ['0 6 ? * mon,Tue *', '2026-01-19T06:00'],
    ['0 6 ? * 2#1 *', '2026-02-02T06:00'],
    ['0 6 ? * SAT#3 *', '2026-01-17T06:00'],
    ['0 6 ? * FRIL *', '2026-01-30T06:00'],
    ['0 6 ? * 6L *', '2026-01-30T06:00'],
    ['0 6 ? * L *', '2026-01-17T06:00'],
    ['0/5 5 ? JAN 1-5 2027', '2027-01-03T05:00'],
    ['0 6 15 3,6 ? *', '2026-03-15T06:00'],
    ['0 8 1 JAN ? 2020', undefined],
    ['15 10 ? * 6L 2002-2005', undefined],
    ['0 0 30 FEB ? *', undefined],
    ['0 0 ? * 2#5 2026', '2026-03-30T00:00'],
  ])('%s', (text, due) => {
    const cron = parseCron(text) ?? expect.fail('refused');
    expect(shown(cron.next(from))).toBe(due);
  });

  // The first five as recorded from AWS by LocalStack's snapshot tests (test_events_schedule.snapshot.json).
  it.each([
    '0 1 * * * *',
    '7 20 * * NOT *',
    'INVALID',
    '0 dummy ? * MON-FRI *',
    '71 8 1 * ? *',
    '',
    '0 8 * * ?',
    '0 8 ? * ? *',
    '0 25 * * ? *',
    '0 8 0 * ? *',
    '0 8 32W * ? *',
    '0 8 * 13 ? *',
    '0 8 ? * 8 *',
    '0 8 ? * 2#6 *',
    '0 8 * * ? 1969',
    '0/0 8 * * ? *',
    '1-2-3 8 * * ? *',
    '1/2/3 8 * * ? *',
    '5-1 8 * * ? *',
    '1, 8 * * ? *',
    '-1 8 * * ? *',
  ])('refuses %j', (text) => {
    expect(parseCron(text)).toBeUndefined();
  });
});

describe('time zones', () => {
  const berlin = zoneOf('Europe/Berlin');
  const next = (text: string, from: string, zone = berlin) =>
    new Date((parseCron(text) ?? expect.fail('refused')).next(Date.parse(from), zone) ?? 0)
      .toISOString()
      .slice(0, 16);

  it('follow the clocks of the place', () => {
    expect(next('0 8 * * ? *', '2026-01-14T10:30Z')).toBe('2026-01-15T07:00');
    expect(next('0 8 * * ? *', '2026-07-14T10:30Z')).toBe('2026-07-15T06:00');
    expect(next('30 0 1 * ? *', '2026-01-31T12:00Z', zoneOf('Asia/Kolkata'))).toBe(
      '2026-01-31T19:00',
    );
  });

  it('skip what is skipped in spring', () => {
    // At 02:00 on the twenty-ninth of March it is 03:00.
    expect(next('30 2 * * ? *', '2026-03-28T12:00Z')).toBe('2026-03-30T00:30');
    expect(next('0 3 * * ? *', '2026-03-28T12:00Z')).toBe('2026-03-29T01:00');
  });

  it('are due once in autumn, the first time', () => {
    // At 03:00 on the twenty-fifth of October it is 02:00 again.
    expect(next('30 2 * * ? *', '2026-10-24T12:00Z')).toBe('2026-10-25T00:30');
    expect(next('30 2 * * ? *', '2026-10-25T00:30Z')).toBe('2026-10-26T01:30');
    expect(next('0 * * * ? *', '2026-10-25T00:00Z')).toBe('2026-10-25T02:00');
  });

  it('know where the clocks change by half an hour, and where they never do', () => {
    const lordHowe = zoneOf('Australia/Lord_Howe');
    expect(lordHowe.momentOf(Date.UTC(2026, 9, 4, 2, 15))).toBeUndefined();
    expect(lordHowe.momentOf(Date.UTC(2026, 3, 5, 1, 45))).toBe(Date.UTC(2026, 3, 4, 14, 45));
    expect(zoneOf('Asia/Kolkata').momentOf(Date.UTC(2026, 0, 1))).toBe(
      Date.UTC(2025, 11, 31, 18, 30),
    );
  });

  it('are those of the database', () => {
    expect(openTimeZone('UTC')).toBe(UTC);
    for (const name of ['', 'Mars/Olympus', '+01:00']) expect(openTimeZone(name)).toBeUndefined();
  });
});

describe('schedule expressions', () => {
  it.each([
    ['rate(1 minute)', { kind: 'rate', count: 1, unit: 'minute', agrees: true, everyMs: 60_000 }],
    ['rate(2 hours)', { kind: 'rate', agrees: true, everyMs: 7_200_000 }],
    ['rate(1 days)', { kind: 'rate', agrees: false }],
    ['rate(10 minute)', { kind: 'rate', agrees: false }],
    ['at(2026-02-28T08:00:05)', { kind: 'at', wall: Date.UTC(2026, 1, 28, 8, 0, 5) }],
    ['cron(0 8 * * ? *)', { kind: 'cron' }],
  ])('%s', (text, read) => {
    expect(parseScheduleExpression(text)).toMatchObject(read);
  });

  // As recorded from AWS by LocalStack's snapshot tests (test_scheduler.snapshot.json), the last four aside.
  it.each([
    'rate(10 seconds)',
    'rate(10 years)',
    'rate()',
    'rate(10)',
    'rate(10 minutess)',
    'rate(foo minutes)',
    'rate(-10 minutes)',
    'rate( 10 minutes )',
    ' rate(10 minutes)',
    'rate(0 minutes)',
    'rate(10 MINUTES)',
    'at(2021-12-31T23:59:59Z)',
    'at(2021-12-31)',
    'cron()',
    'at(2026-02-30T00:00:00)',
    'at(2026-02-20T24:00:00)',
    'every(5 minutes)',
    'rate(99999999999999999 days)',
  ])('refuses %j', (text) => {
    expect(parseScheduleExpression(text)).toBeUndefined();
  });
});

describe('against clocks that are watched minute by minute', () => {
  const ZONES = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  ];
  const NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
  const seeds = Array.from({ length: 40 }, (_, seed) => seed);

  it.each(seeds)('seed %i', (seed) => {
    const random = createSeededRandom(seed);
    const below = (most: number) => Math.floor(random.fraction() * most);
    const some = (most: number, count = 1 + below(3)) =>
      [...new Set(Array.from({ length: count }, () => below(most)))].sort((a, b) => a - b);
    const zone = zoneOf(ZONES[below(ZONES.length)] ?? 'UTC');
    // Near the days on which clocks change, most of the time.
    const [month, date] =
      [
        [2, 7],
        [2, 28],
        [3, 4],
        [9, 3],
        [9, 24],
        [10, 1],
        [6, 1],
      ][below(7)] ?? [];
    const from = Date.UTC(2026, month ?? 0, date ?? 1, below(24), below(60), below(60));
    const minutes = below(2) === 0 ? some(60) : undefined;
    const hours = below(2) === 0 ? some(24) : undefined;
    const weekdays = below(2) === 0 ? some(7) : undefined;
    const text = [
      minutes?.join(',') ?? '*',
      hours?.join(',') ?? '*',
      weekdays === undefined ? '*' : '?',
      '*',
      weekdays?.map((day) => NAMES[day]).join(',') ?? '?',
      '2026-2030',
    ].join(' ');

    const seen = new Set<number>();
    const due: number[] = [];
    const start = from - (from % MINUTE_MS);
    // The hours before tell which times the clocks have shown already.
    for (let at = start - 180 * MINUTE_MS; at < start + 2 * 24 * 60 * MINUTE_MS; at += MINUTE_MS) {
      const wall = zone.wallAt(at);
      if (seen.has(wall)) continue;
      seen.add(wall);
      const clock = new Date(wall);
      const fits =
        (minutes?.includes(clock.getUTCMinutes()) ?? true) &&
        (hours?.includes(clock.getUTCHours()) ?? true) &&
        (weekdays?.includes(clock.getUTCDay()) ?? true);
      if (fits && at > from) due.push(at);
    }

    const cron = parseCron(text) ?? expect.fail(`refused ${text}`);
    const told: number[] = [];
    const last = due.at(-1) ?? from;
    for (let at = cron.next(from, zone); at !== undefined && at <= last; at = cron.next(at, zone))
      told.push(at);
    expect(told, `${text} in ${zone.name}`).toEqual(due);
  });
});
