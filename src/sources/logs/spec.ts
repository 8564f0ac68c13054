import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { MessageSchema, Received } from '../../spec/message-schema.ts';
import type { Referable, Value } from '../../spec/value.ts';
import { aws, getAtt, isExpression, ref, sub } from '../../spec/value.ts';
import type { LogBatch, LogLine, LogsEvent } from './event.ts';
import type { LogMetric, LogMetricOptions } from './metric.ts';
import { logMetric } from './metric.ts';
import { batchReader, eventReader, lineReader } from './runtime.ts';

/** How a log group is made, or which one it is. */
export interface LogGroupOptions extends Keeping {
  /** Name of one that is there: `/aws/apigateway/shop`. */
  readonly existing?: Value<string>;
  /** Physical name, up to 512 characters. Left out, CloudFormation makes one. */
  readonly logGroupName?: string;
  /** How long lines are kept, in days: one of those that CloudWatch Logs takes, or `never` for no end. @defaultValue 30 */
  readonly retentionDays?: number | 'never';
  /** `INFREQUENT_ACCESS` costs half, starts no function and makes no metric. @defaultValue 'STANDARD' */
  readonly logGroupClass?: 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY';
  /** ARN of the key that encrypts it. @defaultValue CloudWatch Logs' own key */
  readonly kmsKeyId?: Value<string>;
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
  /** Any further property of `AWS::Logs::LogGroup`, in CloudFormation's words. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Which lines start a function. */
export interface LogSourceOptions {
  /**
   * Which lines: `{ $.level = "ERROR" }`, `?ERROR ?WARN`, `[ip, user, status = 5*]`. Two patterns are two subscriptions, and a log group takes
   * two in all. @defaultValue all of them
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
   */
  readonly pattern?: string | readonly [string, string];
}

/** Which lines start a function, and how they are read. */
export interface LineSourceOptions<Schema extends MessageSchema | undefined>
  extends LogSourceOptions {
  /** How these lines look: they are JSON then. */
  readonly schema?: Schema;
  /** What becomes of a line that the schema refuses: it fails, or is dropped with a warning in the function's log. @defaultValue 'fail' */
  readonly invalid?: 'fail' | 'drop';
}

/** A log group that functions can be started by, and metrics made of. */
export interface LogGroupReference {
  readonly kind: 'logGroup' | 'functionLogs';
  /** Logical id. */
  readonly name: string;
  /** Its physical name. */
  readonly logGroupName: Value<string>;
  /** Its ARN, which ends in `:*`. */
  readonly arn: Value<string>;
  /**
   * Starts a function with each line, some seconds after it was written. All lines of a batch are gone through; if any failed, Lambda hands all
   * of them over again, as it is set.
   */
  lines<const Schema extends MessageSchema | undefined = undefined>(
    options?: LineSourceOptions<Schema>,
  ): EventSource<LogLine<Received<Schema>>, unknown>;
  /** Starts a function with lines of one log stream that came together. */
  batches(options?: LogSourceOptions): EventSource<LogBatch, unknown>;
  /** Starts a function with what Lambda hands over, as it is: compressed. */
  events(options?: LogSourceOptions): EventSource<LogsEvent, unknown>;
  /** Makes a metric of lines. @param name - Logical id, and name of the metric: a letter, then letters and digits. */
  metric<const Dimensions extends string = never>(
    name: string,
    options?: LogMetricOptions<Dimensions>,
  ): LogMetric<Dimensions>;
}

/** A log group as data. */
export interface LogGroupDeclaration extends LogGroupReference {
  readonly kind: 'logGroup';
  /** How it is made, or which one it is. */
  readonly options: LogGroupOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
}

/** What is known of a log group by whatever is declared on it. */
interface Group {
  readonly target: Referable;
  readonly logGroupName: Value<string>;
  readonly arn: Value<string>;
}

const sourcesOf = ({ target, logGroupName, arn }: Group) => {
  const source = (
    { pattern }: LogSourceOptions,
    reader: NonNullable<EventSource['reader']>,
  ): EventSource<never, never> => ({
    kind: 'event-source',
    source: 'logs',
    target,
    physicalName: logGroupName,
    detail: { pattern, logGroupName, arn },
    reader,
  });
  const group = target.name;
  return {
    lines: (of: LineSourceOptions<MessageSchema | undefined> = {}) =>
      source(of, lineReader({ group, schema: of.schema, invalid: of.invalid ?? 'fail' })),
    batches: (of: LogSourceOptions = {}) => source(of, batchReader({ group })),
    events: (of: LogSourceOptions = {}) => source(of, eventReader({ group })),
    metric: <Dimensions extends string>(name: string, options: LogMetricOptions<Dimensions> = {}) =>
      logMetric(name, options, { target, logGroupName }),
  };
};

/** With `:*`, as a log group's own attribute has it. */
const arnOf = (name: Value<string>) =>
  sub`arn:${aws.partition}:logs:${aws.region}:${aws.accountId}:log-group:${name}:*`;

/**
 * States a log group: made with the stack, or one that is there (`existing`). The log of a function is {@link logsOf} it.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { alarm, lambda, logGroup, service } from 'sparta';
 * const access = logGroup('Access', { existing: '/aws/apigateway/shop' });
 * const broken = access.metric('Broken', { pattern: '{ $.status = 500 }' });
 * const tell = lambda('Tell', { on: access.lines({ pattern: '{ $.status = 500 }' }) }, async ({ json }, { log }) => {
 *   log.warn('broken', { json });
 * });
 * export const watch = service('Watch', { functions: [tell], alarms: [alarm(broken, { threshold: 5 })] });
 * ```
 */
export const logGroup = (declared: string, options: LogGroupOptions = {}): LogGroupDeclaration => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'logGroup', name, options, ...declaredAt() } as const;
  const { existing } = options;
  const logGroupName = existing ?? ref(self);
  const arn = existing === undefined ? getAtt(self, 'Arn') : arnOf(existing);
  return Object.freeze({
    ...self,
    logGroupName,
    arn,
    ...sourcesOf({ target: self, logGroupName, arn }),
  });
};

/** The declaration behind a name that is a reference to it. */
const declarationOf = (name: Value<string> | undefined): Referable | undefined =>
  isExpression(name) && name.form.is === 'ref' && 'options' in name.form.target
    ? name.form.target
    : undefined;

/**
 * The log group that a function writes to: its own, or the one that its `logging` names.
 *
 * @example
 * ```ts
 * import { lambda, logsOf } from 'sparta';
 * const stamp = lambda('Stamp', {}, async () => 'stamped');
 * export const errors = lambda('Errors', {
 *   on: logsOf(stamp).lines({ pattern: '{ $.level = "ERROR" }' }),
 * }, async ({ json, logStream }, { log }) => {
 *   log.warn('stamping failed', { json, logStream });
 * });
 * ```
 */
export const logsOf = (
  fn: Pick<FunctionDeclaration, 'kind' | 'name' | 'settings' | 'arn'>,
): LogGroupReference => {
  const given = fn.settings.logging?.logGroup;
  const name = `${fn.name}Logs`;
  // The function brings its log along; what refers to the log brings the function.
  const self = { kind: 'functionLogs', name, options: { of: fn.arn } } as const;
  const logGroupName = given ?? ref(self);
  const arn = given === undefined ? getAtt(self, 'Arn') : arnOf(given);
  return Object.freeze({
    ...self,
    logGroupName,
    arn,
    ...sourcesOf({ target: declarationOf(given) ?? self, logGroupName, arn }),
  });
};
