/** States of an alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** A state of an alarm as CloudWatch tells it. */
export interface AlarmEventState {
  /** The state. */
  readonly value: AlarmState;
  /** Why, in words. */
  readonly reason: string;
  /** Why, as JSON: datapoints and threshold, or the alarms that a composite alarm followed. */
  readonly reasonData?: string;
  /** Since when: `2026-01-01T12:00:00.000+0000`. */
  readonly timestamp: string;
  /** What held a composite alarm's actions back. */
  readonly actionsSuppressedBy?: 'WaitPeriod' | 'ExtensionPeriod' | 'Alarm';
  /** The same in words. */
  readonly actionsSuppressedReason?: string;
}

/** What an alarm looks at, as CloudWatch tells it. */
export interface AlarmConfiguration {
  /** What to do when it goes off. */
  readonly description?: string;
  /** Of an alarm on a metric. */
  readonly metrics?: readonly {
    readonly id: string;
    readonly metricStat?: {
      readonly metric: {
        readonly namespace: string;
        readonly name: string;
        readonly dimensions: Readonly<Record<string, string>>;
      };
      readonly period: number;
      readonly stat: string;
      readonly unit?: string;
    };
    readonly returnData: boolean;
  }[];
  /** Of a composite alarm. */
  readonly alarmRule?: string;
  /** Which alarm holds its actions back. */
  readonly actionsSuppressor?: string;
  /** Seconds that it waits for that alarm. */
  readonly actionsSuppressorWaitPeriod?: number;
  /** Seconds that it waits after that alarm. */
  readonly actionsSuppressorExtensionPeriod?: number;
}

/**
 * What a function is given by an alarm.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
 */
export interface AlarmEvent {
  /** `aws.cloudwatch` */
  readonly source: string;
  /** ARN of the alarm. */
  readonly alarmArn: string;
  /** Twelve digits. */
  readonly accountId: string;
  /** When it changed: `2026-01-01T12:00:00.000+0000`. */
  readonly time: string;
  /** `us-east-1` */
  readonly region: string;
  /** Which alarm, what it was and what it is. */
  readonly alarmData: {
    readonly alarmName: string;
    readonly state: AlarmEventState;
    readonly previousState: AlarmEventState;
    readonly configuration: AlarmConfiguration;
  };
}

/** A state of an alarm, read. */
export interface AlarmStatus {
  /** The state. */
  readonly value: AlarmState;
  /** Why, in words. */
  readonly reason: string;
  /** Why, as data: datapoints and threshold, or the alarms that a composite alarm followed. Undefined of a state that was set by hand. */
  readonly reasonData: unknown;
  /** Since when. */
  readonly at: Date;
  /** What held a composite alarm's actions back; undefined where nothing did. */
  readonly suppressedBy: AlarmEventState['actionsSuppressedBy'];
}

/** A change of an alarm's state, read. */
export interface AlarmChange {
  /** Physical name of the alarm. */
  readonly alarmName: string;
  /** ARN of the alarm. */
  readonly alarmArn: string;
  /** When it changed. */
  readonly at: Date;
  /** What it is. */
  readonly state: AlarmStatus;
  /** What it was. The value may be the same: of a composite alarm that acts after it was held back. */
  readonly previousState: AlarmStatus;
  /** What it looks at. */
  readonly configuration: AlarmConfiguration;
  /** As Lambda handed it over. */
  readonly record: AlarmEvent;
}
