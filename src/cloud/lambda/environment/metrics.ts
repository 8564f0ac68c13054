import type { Clock } from '../../core/clock.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';

/** An invocation that has ended. */
export interface Run {
  readonly durationMs: number;
  readonly failed: boolean;
  /** How many of the function ran at that time. */
  readonly concurrent: number;
  /** Journal id. */
  readonly cause: number;
}

/** What Lambda tells CloudWatch of its functions. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export interface LambdaMetrics {
  invoked(name: string, qualifier: string | undefined, run: Run): void;
  /** @param qualifier - The alias or version that was called, or undefined. */
  throttled(name: string, qualifier: string | undefined): void;
  /** `AsyncEventsReceived`, `AsyncEventsDropped`, `DeadLetterErrors`, `DestinationDeliveryFailures` */
  count(name: string, metric: string): void;
  asyncEventAge(name: string, ageMs: number): void;
  /** Age of the last record of a batch of a stream when it was handed over. */
  iteratorAge(name: string, ageMs: number): void;
  flush(): Promise<void>;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html: values of a datum, data of a call */
const VALUES_PER_DATUM = 150;
const DATA_PER_CALL = 500;

/** One function, or one of its aliases, since the last flush. */
interface Tally {
  readonly dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly sums: Map<string, number>;
  /** Durations in milliseconds, rounded to hundredths, and how often each. */
  readonly durations: Map<number, number>;
  readonly ages: Map<number, number>;
  readonly iteratorAges: Map<number, number>;
  errors: number;
  invocations: number;
  concurrent: number;
}

export const createLambdaMetrics = (
  context: ServiceContext<unknown>,
  machine: Clock,
  gatherMs: number,
): LambdaMetrics => {
  let tallies = new Map<string, Tally>();
  /** The invocations that they are of. */
  let causes = new Set<number>();
  let scheduled = false;
  let lastFlush = Number.NEGATIVE_INFINITY;

  const tally = (name: string, qualifier: string | undefined): Tally => {
    const key = qualifier === undefined ? name : `${name}:${qualifier}`;
    let known = tallies.get(key);
    if (known === undefined) {
      known = {
        dimensions: [
          { Name: 'FunctionName', Value: name },
          ...(qualifier === undefined ? [] : [{ Name: 'Resource', Value: key }]),
        ],
        sums: new Map(),
        durations: new Map(),
        ages: new Map(),
        iteratorAges: new Map(),
        errors: 0,
        invocations: 0,
        concurrent: 0,
      };
      tallies.set(key, known);
    }
    if (!scheduled) schedule();
    return known;
  };

  const each = (name: string, qualifier: string | undefined, change: (of: Tally) => void) => {
    change(tally(name, undefined));
    if (qualifier !== undefined) change(tally(name, qualifier));
  };

  const flush = async () => {
    const now = tallies;
    const cause = [...causes];
    tallies = new Map();
    causes = new Set();
    lastFlush = machine.monotonic();
    const data = [...now.values()].flatMap((of) => dataOf(of, context.clock.now()));
    for (let at = 0; at < data.length; at += DATA_PER_CALL)
      await context.call({
        service: 'cloudwatch',
        operation: 'PutMetricData',
        input: { Namespace: 'AWS/Lambda', MetricData: data.slice(at, at + DATA_PER_CALL) },
        principal: servicePrincipal('lambda.amazonaws.com', { sourceAccount: context.accountId }),
        cause,
      });
  };

  const schedule = () => {
    scheduled = true;
    context.background('metrics', async () => {
      const rest = lastFlush + gatherMs - machine.monotonic();
      if (rest > 0) await machine.sleep(rest);
      else await new Promise<void>((resolve) => setImmediate(resolve));
      scheduled = false;
      await flush();
    });
  };

  return {
    invoked: (name, qualifier, { durationMs, failed, concurrent, cause }) => {
      causes.add(cause);
      each(name, qualifier, (of) => {
        const hundredths = Math.round(durationMs * 100) / 100;
        of.invocations += 1;
        if (failed) of.errors += 1;
        of.durations.set(hundredths, (of.durations.get(hundredths) ?? 0) + 1);
        of.concurrent = Math.max(of.concurrent, concurrent);
      });
    },
    throttled: (name, qualifier) => each(name, qualifier, (of) => add(of.sums, 'Throttles')),
    count: (name, metric) => add(tally(name, undefined).sums, metric),
    asyncEventAge: (name, ageMs) => addAge(tally(name, undefined).ages, ageMs),
    iteratorAge: (name, ageMs) => addAge(tally(name, undefined).iteratorAges, ageMs),
    flush,
  };
};

const add = (sums: Map<string, number>, metric: string) =>
  void sums.set(metric, (sums.get(metric) ?? 0) + 1);

const addAge = (ages: Map<number, number>, ageMs: number) =>
  void ages.set(ageMs, (ages.get(ageMs) ?? 0) + 1);

const dataOf = (of: Tally, now: number): readonly Record<string, unknown>[] => {
  const base = { Dimensions: of.dimensions, Timestamp: new Date(now) };
  const data: Record<string, unknown>[] = [];
  if (of.invocations > 0) {
    // Errors are told with every invocation, as 0 or 1, so that an alarm on their rate has data.
    data.push(
      { ...base, MetricName: 'Invocations', Unit: 'Count', Values: [1], Counts: [of.invocations] },
      {
        ...base,
        MetricName: 'Errors',
        Unit: 'Count',
        Values: [0, 1],
        Counts: [of.invocations - of.errors, of.errors],
      },
      {
        ...base,
        MetricName: 'ConcurrentExecutions',
        Unit: 'Count',
        Value: of.concurrent,
      },
    );
    if (!of.sums.has('Throttles'))
      data.push({
        ...base,
        MetricName: 'Throttles',
        Unit: 'Count',
        Values: [0],
        Counts: [of.invocations],
      });
  }
  for (const [metric, count] of of.sums)
    data.push({ ...base, MetricName: metric, Unit: 'Count', Values: [1], Counts: [count] });
  data.push(
    ...spread(base, 'Duration', of.durations),
    ...spread(base, 'AsyncEventAge', of.ages),
    ...spread(base, 'IteratorAge', of.iteratorAges),
  );
  return data.map(withoutZeroCounts);
};

const spread = (base: object, metric: string, values: ReadonlyMap<number, number>) => {
  const pairs = [...values];
  const data: Record<string, unknown>[] = [];
  for (let at = 0; at < pairs.length; at += VALUES_PER_DATUM) {
    const some = pairs.slice(at, at + VALUES_PER_DATUM);
    data.push({
      ...base,
      MetricName: metric,
      Unit: 'Milliseconds',
      Values: some.map(([value]) => value),
      Counts: some.map(([, count]) => count),
    });
  }
  return data;
};

const withoutZeroCounts = (datum: Record<string, unknown>): Record<string, unknown> => {
  const counts = datum['Counts'] as readonly number[] | undefined;
  if (counts === undefined || !counts.includes(0)) return datum;
  const values = datum['Values'] as readonly number[];
  return {
    ...datum,
    Values: values.filter((_value, index) => counts[index] !== 0),
    Counts: counts.filter((count) => count !== 0),
  };
};
