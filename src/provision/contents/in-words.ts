import type { Contents } from './contents.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

const sizeInWords = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < UNITS.length - 1; unit += 1) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
};

const minute = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `holds 1,204 objects, 3.1 GB, from 2026-01-05 10:00 UTC to 2026-03-02 08:12 UTC` */
export const contentsInWords = (contents: Contents): string => {
  switch (contents.kind) {
    case 'gone':
      return 'is no longer there';
    case 'empty':
      return 'is empty';
    case 'untold':
      return contents.why;
    case 'holds': {
      const { items, bytes, note, since, until } = contents;
      const facts = [
        ...(items === undefined ? [] : [itemsInWords(items)]),
        ...(bytes === undefined
          ? []
          : [
              `${sizeInWords(bytes)}${items === undefined && note !== undefined ? ` ${note}` : ''}`,
            ]),
        ...(note === undefined || (items === undefined && bytes !== undefined) ? [] : [note]),
        ...ageInWords(since, until),
      ];
      return `holds ${facts.join(', ')}`;
    }
  }
};

const itemsInWords = ({
  count,
  unit,
  atLeast,
}: {
  readonly count: number;
  readonly unit: string;
  readonly atLeast?: true;
}): string =>
  `${atLeast === true ? 'at least ' : ''}${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;

const ageInWords = (since: Date | undefined, until: Date | undefined): readonly string[] => {
  if (since !== undefined && until !== undefined && minute(since) !== minute(until))
    return [`from ${minute(since)} to ${minute(until)}`];
  const one = since ?? until;
  return one === undefined ? [] : [`since ${minute(one)}`];
};
