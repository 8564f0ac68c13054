import type { ScheduleSpan, ScheduleTime } from '../../spec/schedule-time.ts';
import { wrongInCron } from './check-cron.ts';

const isZone = (name: string): boolean => {
  // `+01:00` is a zone to the runtime and none in the database.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const wrongZone = (name: string | undefined): string | undefined => {
  if (name === undefined || isZone(name)) return undefined;
  const word = name.toLowerCase().replaceAll(' ', '_');
  const meant =
    word === ''
      ? undefined
      : Intl.supportedValuesOf('timeZone').find((zone) => zone.toLowerCase().endsWith(word));
  return `its timeZone is '${name}', which the IANA database does not have. ${meant === undefined ? "Name one such as 'Europe/Berlin', or leave it out for UTC." : `Say '${meant}'.`}`;
};

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based */
const wrongRate = (text: string): string | undefined => {
  const [, digits = '', unit] = /^(\d+) +(minute|hour|day)s?$/.exec(text) ?? [];
  if (
    unit !== undefined &&
    Number(digits) >= 1 &&
    Number.isSafeInteger(Number(digits) * 86_400_000)
  )
    return undefined;
  return `its rate is '${text}'; AWS takes a number from 1 and minutes, hours or days: '5 minutes'. What is rarer or finer is a cron expression, or the function's own matter.`;
};

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time */
const wrongMoment = (at: Date | string, timeZone: string | undefined): string | undefined => {
  if (at instanceof Date) {
    if (Number.isNaN(at.getTime())) return 'its at is no date. Give it one that is there.';
    return timeZone === undefined || timeZone === 'UTC'
      ? undefined
      : `its at is a moment, which is the same everywhere, so the timeZone '${timeZone}' says nothing. Leave it out, or say at as the clocks there show it: '2026-12-24T18:00:00'.`;
  }
  const wall = Date.parse(`${at}Z`);
  const right =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(at) &&
    !Number.isNaN(wall) &&
    // The 31st of June is read as the first of July.
    new Date(wall).toISOString().slice(0, 19) === at;
  return right
    ? undefined
    : `its at is '${at}'; AWS takes a day that there is and a time without a zone: '2026-12-24T18:00:00'. The zone stands in timeZone.`;
};

const wrongDate = (name: 'start' | 'end', value: Date | string | undefined): string | undefined => {
  if (value === undefined) return undefined;
  const zoned = value instanceof Date || /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(value);
  return zoned && !Number.isNaN(new Date(value).getTime())
    ? undefined
    : `its ${name} is '${String(value)}'; that is a Date, or a text such as '2026-12-24T18:00:00Z' with its zone.`;
};

const wrongSpan = ({ start, end }: ScheduleSpan): string | undefined => {
  const wrong = wrongDate('start', start) ?? wrongDate('end', end);
  if (wrong !== undefined || start === undefined || end === undefined) return wrong;
  return new Date(start) < new Date(end)
    ? undefined
    : `its start (${new Date(start).toISOString()}) is not before its end (${new Date(end).toISOString()}). Change one of them.`;
};

/** What AWS would refuse of a schedule's times, each in a sentence. */
export const wrongInTime = (time: ScheduleTime): readonly string[] => {
  const said = (['cron', 'rate', 'at'] as const).filter((name) => time[name] !== undefined);
  if (said.length !== 1)
    return [
      `it says ${said.length === 0 ? 'no time' : `${said.join(' and ')} at once`}; a schedule has one of cron, rate and at. Every night is { cron: '0 3 * * ? *' }.`,
    ];
  const found =
    time.cron !== undefined
      ? [
          ((wrong) => (wrong === undefined ? undefined : `its cron is '${time.cron}': ${wrong}`))(
            wrongInCron(time.cron),
          ),
          wrongZone(time.timeZone),
          wrongSpan(time),
        ]
      : time.rate !== undefined
        ? [wrongRate(time.rate), wrongSpan(time)]
        : [wrongMoment(time.at, time.timeZone), wrongZone(time.timeZone)];
  return found.filter((wrong) => wrong !== undefined);
};
