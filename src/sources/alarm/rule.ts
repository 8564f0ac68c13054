import type { AlarmReference } from '../../spec/alarm.ts';
import type { Expression, Value } from '../../spec/value.ts';
import { sub } from '../../spec/value.ts';
import type { AlarmState } from './change.ts';

/** When a composite alarm goes off, as data: a rule on the states of other alarms. */
export interface AlarmRule {
  readonly kind: 'alarm-rule';
  /** The rule in CloudWatch's words. */
  readonly text: Expression;
}

/** An alarm that is in ALARM, or a rule. */
export type AlarmTerm = AlarmReference | AlarmRule;

const rule = (text: Expression): AlarmRule => Object.freeze({ kind: 'alarm-rule', text });

/** Texts and values in turn, as `sub` takes them. */
const joined = (values: readonly Value<string>[], between: string): Expression =>
  sub(
    ['', ...values.slice(1).map(() => between), ''] as unknown as TemplateStringsArray,
    ...values,
  );

/** @param term - An alarm stands for its being in ALARM. */
export const ruleOf = (term: AlarmTerm): Expression =>
  term.kind === 'alarm-rule' ? term.text : inState(term, 'ALARM').text;

const all = (terms: readonly AlarmTerm[], word: string): AlarmRule =>
  rule(sub`(${joined(terms.map(ruleOf), word)})`);

/**
 * An alarm in a state, as a rule.
 * @example
 * ```ts
 * import { alarm, allOf, compositeAlarm, inState, lambda } from 'sparta';
 * const work = lambda('Work', {}, async () => 'done');
 * const [failing, idle] = [alarm(work.errors, { threshold: 1 }), alarm(work.invocations, { threshold: 1 })];
 * export const down = compositeAlarm('Down', allOf(failing, inState(idle, 'INSUFFICIENT_DATA')));
 * ```
 */
export const inState = (alarm: AlarmReference, state: AlarmState): AlarmRule =>
  rule(sub`${state}("${alarm.alarmName}")`);

/**
 * A rule that all of these hold; an alarm holds when it is in ALARM.
 * @example
 * ```ts
 * import { alarm, allOf, compositeAlarm, lambda } from 'sparta';
 * const work = lambda('Work', {}, async () => 'done');
 * const [failing, slow] = [alarm(work.errors, { threshold: 1 }), alarm(work.duration, { threshold: 900 })];
 * export const down = compositeAlarm('Down', allOf(failing, slow));
 * ```
 */
export const allOf = (...terms: readonly [AlarmTerm, ...AlarmTerm[]]): AlarmRule =>
  all(terms, ' AND ');

/**
 * A rule that one of these holds, or several; an alarm holds when it is in ALARM.
 * @example
 * ```ts
 * import { alarm, anyOf, compositeAlarm, lambda } from 'sparta';
 * const work = lambda('Work', {}, async () => 'done');
 * const [failing, slow] = [alarm(work.errors, { threshold: 1 }), alarm(work.duration, { threshold: 900 })];
 * export const ailing = compositeAlarm('Ailing', anyOf(failing, slow));
 * ```
 */
export const anyOf = (...terms: readonly [AlarmTerm, ...AlarmTerm[]]): AlarmRule =>
  all(terms, ' OR ');

/**
 * A rule that none of these holds; an alarm holds when it is in ALARM.
 * @example
 * ```ts
 * import { alarm, allOf, compositeAlarm, lambda, noneOf } from 'sparta';
 * const work = lambda('Work', {}, async () => 'done');
 * const [failing, throttled] = [alarm(work.errors, { threshold: 1 }), alarm(work.throttles, { threshold: 1 })];
 * export const broken = compositeAlarm('Broken', allOf(failing, noneOf(throttled)));
 * ```
 */
export const noneOf = (...terms: readonly [AlarmTerm, ...AlarmTerm[]]): AlarmRule =>
  rule(sub`NOT ${all(terms, ' OR ').text}`);

/**
 * A rule that so many of these alarms are in ALARM, or that share of them.
 *
 * @param least - A number, or `50%`.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
 * @example
 * ```ts
 * import { alarm, atLeast, compositeAlarm, lambda } from 'sparta';
 * const functions = ['One', 'Two', 'Three'].map((name) => lambda(name, {}, async () => 'done'));
 * const failing = functions.map(({ errors }) => alarm(errors, { threshold: 1 }));
 * export const down = compositeAlarm('Down', atLeast(2, ...failing));
 * ```
 */
export const atLeast = (
  least: number | `${number}%`,
  ...alarms: readonly AlarmReference[]
): AlarmRule =>
  rule(
    sub`AT_LEAST(${least}, ALARM, ("${joined(
      alarms.map(({ alarmName }) => alarmName),
      '", "',
    )}"))`,
  );
