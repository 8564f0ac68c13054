import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';
import type { Timer } from '../../core/clock.ts';
import type { Reminders } from '../../core/reminders.ts';
import { createReminders } from '../../core/reminders.ts';
import type { Metric, MetricStore } from './metrics.ts';
import { createMetricStore } from './metrics.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** What every alarm has. Times are milliseconds since the epoch. */
interface AlarmBase {
  readonly alarmName: string;
  readonly arn: string;
  readonly description?: string;
  readonly actionsEnabled: boolean;
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  readonly state: AlarmState;
  readonly stateReason: string;
  readonly stateReasonData?: string;
  readonly stateChangedAt: number;
  readonly configuredAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** Which alarm holds back the actions of a composite alarm. */
export interface Suppressor {
  /** Name or ARN, as it was given. */
  readonly alarm: string;
  readonly waitSeconds: number;
  readonly extensionSeconds: number;
}

/** Why the actions of a composite alarm are held back. */
export interface Suppressed {
  readonly by: 'WaitPeriod' | 'ExtensionPeriod' | 'Alarm';
  /** When a period ends. */
  readonly until?: number;
}

/** "Actions suppressed by WaitPeriod": https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html; the others are alike, and not seen. */
export const suppressionReason = ({ by }: Suppressed): string => `Actions suppressed by ${by}`;

/** An alarm on other alarms. */
export interface CompositeAlarm extends AlarmBase {
  readonly rule: string;
  readonly suppressor?: Suppressor;
  readonly suppressed?: Suppressed;
  /** When its state became another; `stateChangedAt` tells of what holds its actions back, too. */
  readonly transitionedAt?: number;
}

/** An alarm on a metric. */
export interface Alarm extends Metric, AlarmBase {
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** As the caller gave it; AWS leaves it out of its answers otherwise. */
  readonly givenDatapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly treatMissingData: string;
  readonly unit?: string;
}

/** A change of an alarm's state or configuration, or an action it took. */
export interface AlarmHistoryItem {
  readonly alarmName: string;
  /** @defaultValue false */
  readonly isComposite?: boolean;
  readonly at: number;
  readonly kind: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  readonly data: string;
}

export interface CloudWatchState {
  readonly metrics: MetricStore;
  readonly alarms: Table<Alarm>;
  readonly composites: Table<CompositeAlarm>;
  readonly history: Table<AlarmHistoryItem>;
  addHistory(item: AlarmHistoryItem): void;
  /** The timer of the next evaluation; not kept. */
  tick: Timer | undefined;
  /** Ends of the periods that hold actions back, by the composite alarm's name; not kept, set anew from its records. */
  readonly reminders: Reminders;
}

export const createCloudWatchState = (tools: StateTools): CloudWatchState => {
  const history = tools.table<AlarmHistoryItem>('history');
  let next = Math.max(0, ...[...history.keys()].map(Number)) + 1;
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html keeps 30 days; we keep this many. */
  const KEPT = 5_000;
  return {
    metrics: createMetricStore(tools.table('metrics')),
    alarms: tools.table<Alarm>('alarms'),
    composites: tools.table<CompositeAlarm>('composites'),
    history,
    addHistory: (item) => {
      history.set(String(next), item);
      history.delete(String(next - KEPT));
      next += 1;
    },
    tick: undefined,
    reminders: createReminders(tools.clock),
  };
};

export const isComposite = (alarm: Alarm | CompositeAlarm): alarm is CompositeAlarm =>
  'rule' in alarm;
