import type { ServiceContext } from '../../core/define-service.ts';
import type { MetricData, StatisticValues } from '../../core/minute-teller.ts';
import { minuteBefore, withValue } from '../../core/minute-teller.ts';
import type { Spending, Throttle } from './capacity.ts';
import type { DynamodbState } from './state.ts';
import type { TableRecord } from './storage/index.ts';

type Context = ServiceContext<DynamodbState>;

/**
 * A metric of a table tells nothing of its global indexes, which have metrics of their own; those are not told.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
const METRICS = {
  read: { consumed: 'ConsumedReadCapacityUnits', throttled: 'ReadThrottleEvents' },
  write: { consumed: 'ConsumedWriteCapacityUnits', throttled: 'WriteThrottleEvents' },
} as const;

/** Values of a minute, by the table's name and the metric. */
export type Tallies = Map<string, Map<string, StatisticValues>>;

const note = (context: Context, { name }: TableRecord, metric: string, value: number): void => {
  const { tallies, teller } = context.state;
  let tally = tallies.get(name);
  if (tally === undefined) tallies.set(name, (tally = new Map()));
  tally.set(metric, withValue(tally.get(metric), value));
  teller.begin(context, (now) => {
    const data = [...tallies].flatMap(([table, values]) => dataOf(table, values, now));
    tallies.clear();
    return data;
  });
};

const dataOf = (
  table: string,
  values: ReadonlyMap<string, StatisticValues>,
  now: number,
): MetricData =>
  [...values].map(([MetricName, StatisticValues]) => ({
    MetricName,
    Dimensions: [{ Name: 'TableName', Value: table }],
    StatisticValues,
    Timestamp: minuteBefore(now),
    Unit: 'Count',
  }));

const isGlobal = ({ indexes }: TableRecord, index: string): boolean =>
  indexes.some(({ name, kind }) => name === index && kind === 'global');

/** Units of the table itself and of its local indexes. */
const ownUnits = ({ table, onTable, onIndexes }: Spending): number => {
  let units = onTable;
  for (const [index, more] of onIndexes ?? []) if (!isGlobal(table, index)) units += more;
  return units;
};

/** The same throttle, of which CloudWatch is told what it counts and refuses. */
export const counted = (throttle: Throttle): Throttle => ({
  isOn: throttle.isOn,
  admit: (context, table, kind, index) => {
    try {
      throttle.admit(context, table, kind, index);
    } catch (error) {
      if (index === undefined || !isGlobal(table, index))
        note(context, table, METRICS[kind].throttled, 1);
      throw error;
    }
  },
  charge: (context, spending) => {
    const units = ownUnits(spending);
    if (units > 0) note(context, spending.table, METRICS[spending.kind].consumed, units);
    throttle.charge(context, spending);
  },
});
