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
}

/**
 * Looks at the last periods, the running one included.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export const evaluateAlarm = (
  alarm: Alarm,
  metrics: MetricStore,
  nowMs: number,
): Evaluation | undefined => {
  const width = alarm.periodSeconds * 1000;
  const end = Math.floor(nowMs / width) * width + width;
  const points: Point[] = [];
  for (let index = alarm.evaluationPeriods; index > 0; index -= 1) {
    const at = end - index * width;
    const slots = metrics
      .slots(alarm, at, at + width)
      .filter(({ unit }) => alarm.unit === undefined || unit === alarm.unit);
    const slot = combine(slots);
    const value = slot === undefined ? undefined : statistic(slot, alarm.statistic);
    if (slot !== undefined && value !== undefined)
      points.push({ at, value, sampleCount: slot.count });
  }
  return judge(alarm, points, nowMs);
};

const judge = (alarm: Alarm, points: readonly Point[], nowMs: number): Evaluation | undefined => {
  const breaches = BREACHES[alarm.comparison] ?? (() => false);
  const breaching = points.filter(({ value }) => breaches(value, alarm.threshold));
  const missing = alarm.evaluationPeriods - points.length;
  const data = reasonData(alarm, points, nowMs);
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
  const counted = breaching.length + (alarm.treatMissingData === 'breaching' ? missing : 0);
  const state = counted >= alarm.datapointsToAlarm ? 'ALARM' : 'OK';
  return {
    state,
    reason: thresholdReason(alarm, state, state === 'ALARM' ? breaching : points, breaching.length),
    data,
  };
};

const count = (points: number) => `${points} ${points === 1 ? 'datapoint' : 'datapoints'}`;

const noPoints = (alarm: Alarm) =>
  `Threshold Crossed: no datapoints were received for ${alarm.evaluationPeriods} ${alarm.evaluationPeriods === 1 ? 'period' : 'periods'} and ${count(alarm.evaluationPeriods)} were missing`;

/** The sentence of AWS: `Threshold Crossed: 1 datapoint [1.0 (23/11/26 16:07:00)] was greater than or equal to the threshold (1.0).` */
const thresholdReason = (
  alarm: Alarm,
  state: AlarmState,
  shown: readonly Point[],
  breaching: number,
): string => {
  const list = shown
    .toReversed()
    .map(({ value, at }) => `${decimal(value)} (${shortDate(at)})`)
    .join(', ');
  const not = state === 'OK' ? 'not ' : '';
  if (alarm.evaluationPeriods > 1)
    return `Threshold Crossed: ${state === 'ALARM' ? breaching : alarm.datapointsToAlarm - breaching} out of the last ${alarm.evaluationPeriods} datapoints [${list}] was ${not}${WORDS[alarm.comparison]} the threshold (${decimal(alarm.threshold)}).`;
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
