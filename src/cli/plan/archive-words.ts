import type { ArchiveChange, PartChange } from '../../provision/index.ts';
import { growth } from '../../provision/index.ts';
import { size } from '../wording.ts';

/** `+1.2 KB`, `-300 B`, `±0` */
export const signedSize = (bytes: number): string =>
  bytes === 0 ? '±0' : `${bytes > 0 ? '+' : '-'}${size(Math.abs(bytes))}`;

/** `1.2 MB → 1.4 MB (+210 KB)` */
export const archiveTotals = ({ sizeBytes, beforeBytes, replaces }: ArchiveChange): string => {
  if (!replaces) return `${size(sizeBytes)}, the first`;
  if (beforeBytes === undefined)
    return `${size(sizeBytes)}; the size of the deployed one is not known`;
  return `${size(beforeBytes)} → ${size(sizeBytes)} (${signedSize(sizeBytes - beforeBytes)})`;
};

/** Why the parts are not told, when they are not. */
export const unknownParts = ({ replaces, parts }: ArchiveChange): string | undefined => {
  if (!replaces) return undefined;
  if (parts === undefined)
    return 'Which modules changed is not known: the deployed archive lies in its bucket without a description.';
  return parts.length === 0 ? 'No module came, went or has another size.' : undefined;
};

/** `came`, `went`, or what it was and is. */
export const partText = (part: PartChange): string => {
  const { before, after } = part;
  if (before === undefined) return `${size(after ?? 0)}, came`;
  if (after === undefined) return `${size(before)}, went`;
  return `${size(before)} → ${size(after)}`;
};

/** What a part is called: a package by its name, the program's own modules by their path. */
export const partName = ({ name, kind }: PartChange): string =>
  name === '' ? 'modules that are made' : kind === 'native' ? `${name} (machine code)` : name;

/** The parts that matter most, and what the others add. */
export const largestParts = (
  parts: readonly PartChange[],
  most: number,
): {
  readonly shown: readonly PartChange[];
  readonly others: number;
  readonly othersBytes: number;
} => {
  const rest = parts.slice(most);
  return {
    shown: parts.slice(0, most),
    others: rest.length,
    othersBytes: rest.reduce((sum, part) => sum + growth(part), 0),
  };
};
