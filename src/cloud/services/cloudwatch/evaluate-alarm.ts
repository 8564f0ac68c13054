import type { Alarm, AlarmState } from './state.ts';
import type { MetricStore } from './metrics.ts';
import { combine, statistic } from './metrics.ts';

/** What an evaluation came to; undefined keeps the state. */
export interface Evaluation {
  readonly state: AlarmState;
  readonly reason: string;
  readonly data: string;
}

const BREACHES: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

export const COMPARISONS: readonly string[] = Object.keys(BREACHES);

const WORDS: Readonly<Record<string, string>> = {
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  GreaterThanThreshold: 'greater than',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

interface Point {
  readonly at: number;
  readonly value: number;
  readonly sampleCount: number;
  /** The smallest value of the period. */
  readonly least: number;
}

/**
 * Periods looked at beyond those of the alarm, for real data where some is missing: AWS's examples have three periods and
 * look at five.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
const RANGE_BEYOND = 2;

/**
 * Looks at the last full periods; at the running one, too, once its breach is certain.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export const evaluateAlarm = (
  alarm: Alarm,
  metrics: MetricStore,
  nowMs: number,
): Evaluation | undefined => {
  const width = alarm.periodSeconds * 1000;
  const pointAt = (at: number): Point | undefined => {
    const slot = combine(
      metrics
        .slots(alarm, at, at + width)
        .filter(({ unit }) => alarm.unit === undefined || unit === alarm.unit),
    );
    const value = slot === undefined ? undefined : statistic(slot, alarm.statistic);
    if (slot === undefined || value === undefined) return undefined;
    return { at, value, sampleCount: slot.count, least: slot.min };
  };
  const running = Math.floor(nowMs / width) * width;
  const now = pointAt(running);
  const newest = now !== undefined && isCertain(alarm, now) ? running : running - width;
  const range = Array.from({ length: alarm.evaluationPeriods + RANGE_BEYOND }, (_, age) => ({
    age: age + 1,
    point: pointAt(newest - age * width),
  })).flatMap(({ age, point }) => (point === undefined ? [] : [{ ...point, age }]));
  return judge(alarm, range, nowMs);
};

/** Whether more data in the period cannot undo the breach. */
const isCertain = (alarm: Alarm, { value, least }: Point): boolean => {
  if (!breaches(alarm, value)) return false;
  const rises = ['Maximum', 'SampleCount'].includes(alarm.statistic);
  return alarm.comparison.startsWith('Greater')
    ? rises || (alarm.statistic === 'Sum' && least >= 0)
    : alarm.statistic === 'Minimum';
};

const breaches = ({ comparison, threshold }: Alarm, value: number): boolean =>
  BREACHES[comparison]?.(value, threshold) === true;

/** @param range - What there is, newest first; `age` 1 is the newest period. */
const judge = (
  alarm: Alarm,
  range: readonly (Point & { readonly age: number })[],
  nowMs: number,
): Evaluation | undefined => {
  // With enough real data, what is missing does not count.
  const points = range.slice(0, alarm.evaluationPeriods);
  const breaching = points.filter(({ value }) => breaches(alarm, value));
  const missing = alarm.evaluationPeriods - points.length;
  const data = reasonData(alarm, points.toReversed(), nowMs);
  if (points.length === 0)
    switch (alarm.treatMissingData) {
      case 'ignore':
        return undefined;
      case 'breaching':
        return {
          state: 'ALARM',
          reason: `${noPoints(alarm)} which were treated as [Breaching].`,
          data,
        };
      case 'notBreaching':
        return {
          state: 'OK',
          reason: `${noPoints(alarm)} which were treated as [NonBreaching].`,
          data,
        };
      default:
        return {
          state: 'INSUFFICIENT_DATA',
          reason: `Insufficient Data: ${count(alarm.evaluationPeriods)} were unknown.`,
          data,
        };
    }
  // Nothing but breaches, and silence since: an alarm although too few are known.
  const premature =
    missing > 0 &&
    ['missing', 'ignore'].includes(alarm.treatMissingData) &&
    breaching.length === points.length &&
    (points.at(-1)?.age ?? 0) >= alarm.datapointsToAlarm;
  if (
    premature &&
    breaching.length < alarm.datapointsToAlarm &&
    alarm.treatMissingData === 'ignore'
  )
    return undefined;
  const counted = breaching.length + (alarm.treatMissingData === 'breaching' ? missing : 0);
  const state = premature || counted >= alarm.datapointsToAlarm ? 'ALARM' : 'OK';
  const within = points.filter((point) => !breaching.includes(point));
  const shown = state === 'ALARM' ? breaching : within.length > 0 ? within : points;
  return { state, reason: thresholdReason(alarm, state, shown), data };
};

const count = (points: number) => `${points} ${points === 1 ? 'datapoint' : 'datapoints'}`;

const noPoints = (alarm: Alarm) =>
  `Threshold Crossed: no datapoints were received for ${alarm.evaluationPeriods} ${alarm.evaluationPeriods === 1 ? 'period' : 'periods'} and ${count(alarm.evaluationPeriods)} were missing`;

/** Newest first. The sentence of AWS: `Threshold Crossed: 1 datapoint [1.0 (23/11/26 16:07:00)] was greater than or equal to the threshold (1.0).` */
const thresholdReason = (alarm: Alarm, state: AlarmState, shown: readonly Point[]): string => {
  const list = shown.map(({ value, at }) => `${decimal(value)} (${shortDate(at)})`).join(', ');
  const not = state === 'OK' ? 'not ' : '';
  if (alarm.evaluationPeriods > 1)
    return `Threshold Crossed: ${shown.length} out of the last ${alarm.evaluationPeriods} datapoints [${list}] was ${not}${WORDS[alarm.comparison]} the threshold (${decimal(alarm.threshold)}).`;
  return `Threshold Crossed: ${count(shown.length)} [${list}] was ${not}${WORDS[alarm.comparison]} the threshold (${decimal(alarm.threshold)}).`;
};

const decimal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

const shortDate = (at: number) => {
  const [, year, month, day, time] =
    /^\d\d(\d\d)-(\d\d)-(\d\d)T(.{8})/.exec(new Date(at).toISOString()) ?? [];
  return `${day}/${month}/${year} ${time}`;
};

const amzDate = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

const reasonData = (alarm: Alarm, points: readonly Point[], nowMs: number): string =>
  JSON.stringify({
    version: '1.0',
    queryDate: amzDate(nowMs),
    ...(points[0] === undefined ? {} : { startDate: amzDate(points[0].at) }),
    statistic: alarm.statistic,
    period: alarm.periodSeconds,
    recentDatapoints: points.map(({ value }) => value),
    threshold: alarm.threshold,
    evaluatedDatapoints: points
      .toReversed()
      .map(({ at, sampleCount, value }) => ({ timestamp: amzDate(at), sampleCount, value })),
  });
