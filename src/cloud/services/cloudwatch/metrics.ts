import type { Table } from '../../core/store.ts';

/** What was measured in one slot of time. */
export interface Slot {
  /** Start, milliseconds since the epoch. */
  readonly at: number;
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  /** Value and how often, for percentiles; the first {@link MOST_VALUES} different ones. */
  readonly values: readonly (readonly [number, number])[];
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** A metric: name, namespace and dimensions. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

/** A metric and its slots, in order of time. */
export interface Series extends Metric {
  readonly slots: readonly Slot[];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html: values per datum */
const MOST_VALUES = 150;
const MINUTE_MS = 60_000;
/** Points of a minute are kept 15 days. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MS = 15 * 24 * 3_600_000;
/** Slots that one record holds; a new record is begun each day, so that a write is small. */
const DAY_MS = 24 * 3_600_000;

/** Names a metric whatever the order of its dimensions. */
export const metricKey = ({ namespace, name, dimensions }: Metric): string =>
  [
    namespace,
    name,
    ...[...dimensions]
      .sort((a, b) => (a.Name < b.Name ? -1 : 1))
      .map((d) => `${d.Name}=${d.Value}`),
  ].join('\n');

/** A datum before it is put into its slot. */
export interface Datum extends Metric {
  readonly at: number;
  readonly unit: string;
  /** 1 or 60 seconds. */
  readonly resolutionSeconds: number;
  readonly sum: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly (readonly [number, number])[];
}

export interface MetricStore {
  put(datum: Datum): void;
  /** Slots of a metric that begin in [startMs, endMs), in order. */
  slots(metric: Metric, startMs: number, endMs: number): readonly Slot[];
  /** Every metric with its latest slot. */
  list(): readonly (Metric & { readonly lastAt: number })[];
}

interface DayRecord extends Series {
  readonly day: number;
}

export const createMetricStore = (table: Table<DayRecord>): MetricStore => {
  const key = (metric: Metric, day: number) => `${metricKey(metric)}\n\n${day}`;
  return {
    put: (datum) => {
      const width = datum.resolutionSeconds === 1 ? 1_000 : MINUTE_MS;
      const at = Math.floor(datum.at / width) * width;
      const day = Math.floor(at / DAY_MS);
      const id = key(datum, day);
      const record = table.get(id);
      const slots = record?.slots ?? [];
      const place = slots.findIndex((slot) => slot.at === at && slot.unit === datum.unit);
      const old = slots[place];
      const slot = old === undefined ? { ...pick(datum), at } : merge(old, datum);
      const next =
        old === undefined ? [...slots, slot].sort((a, b) => a.at - b.at) : slots.with(place, slot);
      const { namespace, name, dimensions } = datum;
      table.set(id, { namespace, name, dimensions, day, slots: next });
      if (record === undefined) table.delete(key(datum, day - KEPT_MS / DAY_MS));
    },
    slots: (metric, startMs, endMs) => {
      const found: Slot[] = [];
      for (let day = Math.floor(startMs / DAY_MS); day <= Math.floor(endMs / DAY_MS); day += 1)
        for (const slot of table.get(key(metric, day))?.slots ?? [])
          if (slot.at >= startMs && slot.at < endMs) found.push(slot);
      return found;
    },
    list: () => {
      const latest = new Map<string, Metric & { readonly lastAt: number }>();
      for (const { namespace, name, dimensions, slots } of table.values()) {
        const id = metricKey({ namespace, name, dimensions });
        const lastAt = Math.max(latest.get(id)?.lastAt ?? 0, slots.at(-1)?.at ?? 0);
        latest.set(id, { namespace, name, dimensions, lastAt });
      }
      return [...latest.values()];
    },
  };
};

const pick = ({ sum, count, min, max, unit, values }: Datum) => ({
  sum,
  count,
  min,
  max,
  unit,
  values,
});

const merge = (slot: Slot, datum: Datum): Slot => {
  const values = new Map(slot.values);
  for (const [value, times] of datum.values)
    if (values.has(value) || values.size < MOST_VALUES)
      values.set(value, (values.get(value) ?? 0) + times);
  return {
    at: slot.at,
    unit: slot.unit,
    sum: slot.sum + datum.sum,
    count: slot.count + datum.count,
    min: Math.min(slot.min, datum.min),
    max: Math.max(slot.max, datum.max),
    values: [...values],
  };
};

/** Slots of one period, as one. */
export const combine = (slots: readonly Slot[]): Slot | undefined =>
  slots.length === 0
    ? undefined
    : slots.reduce((left, right) =>
        merge(left, { ...right, namespace: '', name: '', dimensions: [], resolutionSeconds: 60 }),
      );

const PERCENTILE = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/;

/** Whether {@link statistic} knows it. */
export const isStatistic = (name: string): boolean =>
  ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'].includes(name) || PERCENTILE.test(name);

/**
 * A statistic over a slot: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, or a percentile `p99`, `p99.9`.
 * Undefined for one that is none of these.
 */
export const statistic = (slot: Slot, name: string): number | undefined => {
  switch (name) {
    case 'Sum':
      return slot.sum;
    case 'Average':
      return slot.count === 0 ? 0 : slot.sum / slot.count;
    case 'Minimum':
      return slot.min;
    case 'Maximum':
      return slot.max;
    case 'SampleCount':
      return slot.count;
  }
  const percent = PERCENTILE.exec(name)?.[1];
  return percent === undefined ? undefined : percentile(slot, Number(percent));
};

const percentile = (slot: Slot, percent: number): number => {
  const sorted = [...slot.values].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, times]) => sum + times, 0);
  const wanted = (percent / 100) * total;
  let seen = 0;
  for (const [value, times] of sorted) {
    seen += times;
    if (seen >= wanted) return value;
  }
  return slot.max;
};
