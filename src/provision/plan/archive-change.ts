import type { ArchiveContents, ArchivePart, KnownArchive } from '../artifacts/contents.ts';

/** A part of the archive that came, went or has another size. */
export interface PartChange {
  readonly name: string;
  readonly kind: ArchivePart['kind'];
  /** Bytes; absent when it was not there. */
  readonly before?: number;
  /** Bytes; absent when it is no longer there. */
  readonly after?: number;
}

/** How the code changes. */
export interface ArchiveChange {
  /** Bytes of the zip file. */
  readonly sizeBytes: number;
  /** Bytes of the one that is deployed; absent when there is none, or its size is not known. */
  readonly beforeBytes?: number;
  /** Whether an archive is deployed already. */
  readonly replaces: boolean;
  /** What differs, the largest difference first; absent when what is deployed is not known by its parts. */
  readonly parts?: readonly PartChange[];
}

/** Compares an archive with the one that is deployed. */
export const compareArchives = (
  before: KnownArchive | 'none',
  sizeBytes: number,
  contents: ArchiveContents | undefined,
): ArchiveChange => {
  if (before === 'none') return { sizeBytes, replaces: false };
  return {
    sizeBytes,
    replaces: true,
    ...(before === undefined ? {} : { beforeBytes: before.sizeBytes }),
    ...(before === undefined || !('parts' in before) || contents === undefined
      ? {}
      : { parts: compareParts(before.parts, contents.parts) }),
  };
};

const keyOf = ({ kind, name }: ArchivePart) => `${kind} ${name}`;

const compareParts = (
  before: readonly ArchivePart[],
  after: readonly ArchivePart[],
): readonly PartChange[] => {
  const old = new Map(before.map((part) => [keyOf(part), part]));
  const now = new Map(after.map((part) => [keyOf(part), part]));
  return [...new Map([...old, ...now]).entries()]
    .flatMap(([key, { name, kind }]): PartChange[] => {
      const [was, is] = [old.get(key)?.sizeBytes, now.get(key)?.sizeBytes];
      if (was === is) return [];
      return [
        {
          name,
          kind,
          ...(was === undefined ? {} : { before: was }),
          ...(is === undefined ? {} : { after: is }),
        },
      ];
    })
    .sort((a, b) => Math.abs(growth(b)) - Math.abs(growth(a)) || (a.name < b.name ? -1 : 1));
};

/** Bytes that a part adds; less than zero when it shrinks. */
export const growth = ({ before = 0, after = 0 }: PartChange): number => after - before;
