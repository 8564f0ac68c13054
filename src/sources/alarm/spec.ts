import type { AlarmMetric, AlarmReference } from '../../spec/alarm.ts';
import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Expression, Referable, Value } from '../../spec/value.ts';
import { getAtt, ref } from '../../spec/value.ts';
import type { AlarmChange, AlarmEvent, AlarmState } from './change.ts';
import type { AlarmTerm } from './rule.ts';
import { ruleOf } from './rule.ts';
import { changeReader, eventReader } from './runtime.ts';

/** What an alarm does, whatever it looks at. */
export interface AlarmActions {
  /** Topics that are told when it goes off and when it is over. */
  readonly notify?: Referable | readonly Referable[];
  /** ARNs of what else is done when it goes off: OpsItems, incidents. */
  readonly alarmActions?: readonly Value<string>[];
  /** ARNs of what else is done when it is over. */
  readonly okActions?: readonly Value<string>[];
  /** ARNs of what is done when there is not enough data to tell. */
  readonly insufficientDataActions?: readonly Value<string>[];
  /** Whether anything is done at all. @defaultValue true */
  readonly actionsEnabled?: boolean;
  /** What to do when it goes off. */
  readonly description?: string;
  /** Physical name, up to 255 characters. Left out, CloudFormation makes one. */
  readonly alarmName?: string;
  /** Any further property of its resource, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** When an alarm goes off, and whom it tells. */
export interface AlarmOptions extends AlarmActions {
  /** The value that is compared, in the metric's unit. */
  readonly threshold: number;
  /** How the value is compared with the threshold. @defaultValue 'GreaterThanOrEqualToThreshold' */
  readonly comparison?:
    | 'GreaterThanOrEqualToThreshold'
    | 'GreaterThanThreshold'
    | 'LessThanThreshold'
    | 'LessThanOrEqualToThreshold';
  /** Length of a period in seconds: 10, 30 or a multiple of 60. @defaultValue 60 */
  readonly period?: number;
  /** How many periods are looked at. @defaultValue 1 */
  readonly evaluationPeriods?: number;
  /** How many datapoints of those periods must breach. @defaultValue all */
  readonly datapointsToAlarm?: number;
  /** What a period without data counts as. @defaultValue 'notBreaching' */
  readonly treatMissingData?: 'breaching' | 'notBreaching' | 'ignore' | 'missing';
  /** Statistic over a period. @defaultValue the metric's own */
  readonly statistic?: string;
  /** Logical id. @defaultValue from the function and the metric, such as `StampErrorsAlarm` */
  readonly name?: string;
}

/** Which changes of an alarm start a function. */
export interface AlarmSourceOptions {
  /** The states that it comes to. @defaultValue all three */
  readonly to?: readonly AlarmState[];
}

/** What starts a function. */
interface AlarmSources {
  /** Starts a function with each change of its state, but for the one that it may come to while its stack is made. */
  changes(options?: AlarmSourceOptions): EventSource<AlarmChange, unknown>;
  /** Starts a function with what Lambda hands over when its state changes, as it is. */
  events(options?: AlarmSourceOptions): EventSource<AlarmEvent, unknown>;
}

/** An alarm on a metric, as data. */
export interface AlarmDeclaration extends AlarmReference, AlarmSources {
  readonly kind: 'alarm';
  /** What it looks at. */
  readonly metric: AlarmMetric;
  /** When it goes off. */
  readonly options: AlarmOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
}

/** An alarm that holds the actions of a composite alarm back while it is in ALARM. */
export interface ActionsSuppressor {
  /** That alarm. */
  readonly alarm: AlarmReference;
  /** Seconds that the composite alarm waits for it to go off before it acts. @defaultValue 60 */
  readonly waitPeriod?: number;
  /** Seconds that the composite alarm waits after it is over before it acts. @defaultValue 60 */
  readonly extensionPeriod?: number;
}

/** What a composite alarm does, and what holds it back. */
export interface CompositeAlarmOptions extends AlarmActions {
  /**
   * What holds its actions back: maintenance, or something greater that is out of order.
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
   */
  readonly suppressor?: AlarmReference | ActionsSuppressor;
}

/** An alarm on other alarms, as data. */
export interface CompositeAlarmDeclaration extends AlarmReference, AlarmSources {
  readonly kind: 'compositeAlarm';
  /** When it goes off, in CloudWatch's words. */
  readonly rule: Expression;
  /** What it does. */
  readonly options: CompositeAlarmOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
}

const STATES: readonly AlarmState[] = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];

const parts = (self: Referable) => {
  const source = (
    form: 'changes' | 'events',
    { to = STATES }: AlarmSourceOptions,
  ): EventSource<never, never> => ({
    kind: 'event-source',
    source: 'alarm',
    target: self,
    detail: { form, to },
    reader: form === 'changes' ? changeReader : eventReader,
  });
  return {
    arn: getAtt(self, 'Arn'),
    alarmName: ref(self),
    changes: (of: AlarmSourceOptions = {}) => source('changes', of),
    events: (of: AlarmSourceOptions = {}) => source('events', of),
  };
};

/**
 * States an alarm on a metric. It tells topics, and starts functions.
 * @example
 * ```ts
 * import { alarm, lambda, service, topic } from 'sparta';
 * const alerts = topic('Alerts');
 * const work = lambda('Work', {}, async () => 'done');
 * const failing = alarm(work.errors, { threshold: 1, notify: alerts });
 * const mend = lambda('Mend', { on: failing.changes({ to: ['ALARM'] }) }, async ({ state }, { log }) => {
 *   log.warn('mending', { because: state.reason });
 * });
 * export const shop = service('Shop', { functions: [work, mend] });
 * ```
 */
export const alarm = (metric: AlarmMetric, options: AlarmOptions): AlarmDeclaration => {
  const self = {
    kind: 'alarm',
    // Names of metrics may have points (`GetRecords.IteratorAgeMilliseconds`), logical ids none.
    name: options.name ?? `${metric.of}${metric.metricName.replaceAll(/[^A-Za-z0-9]/g, '')}Alarm`,
    metric,
    options,
    ...declaredAt(),
  } as const;
  return Object.freeze({ ...self, ...parts(self) });
};

/**
 * States an alarm on the states of other alarms: many causes, one notice.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @param rule - An alarm, or what {@link allOf}, {@link anyOf}, {@link noneOf}, {@link atLeast} and {@link inState} make of several.
 * @example
 * ```ts
 * import { alarm, anyOf, compositeAlarm, lambda, service, topic } from 'sparta';
 * const alerts = topic('Alerts');
 * const work = lambda('Work', {}, async () => 'done');
 * const [failing, slow] = [alarm(work.errors, { threshold: 1 }), alarm(work.duration, { threshold: 900 })];
 * const down = compositeAlarm('Down', anyOf(failing, slow), { notify: alerts });
 * export const shop = service('Shop', { functions: [work], alarms: [down] });
 * ```
 */
export const compositeAlarm = (
  name: string,
  rule: AlarmTerm,
  options: CompositeAlarmOptions = {},
): CompositeAlarmDeclaration => {
  const self = {
    kind: 'compositeAlarm',
    name,
    rule: ruleOf(rule),
    options,
    ...declaredAt(),
  } as const;
  return Object.freeze({ ...self, ...parts(self) });
};
