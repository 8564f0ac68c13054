import type { ArtifactBucket } from './artifact-bucket.ts';
import { isAbort } from '../failure/explain-failure.ts';
import type { Target } from '../aws/target.ts';

/** A part of an archive: a package of npm, a package carried as it is, or a module of the program. */
export interface ArchivePart {
  /** The package's name, or the module's path in the project. */
  readonly name: string;
  readonly kind: 'package' | 'native' | 'module';
  /** Bytes in the bundle, or of a native package's files. */
  readonly sizeBytes: number;
}

/** What an archive is made of. */
export interface ArchiveContents {
  /** Bytes of the zip file. */
  readonly sizeBytes: number;
  /** Bytes of all its files, unpacked. */
  readonly unpackedBytes: number;
  readonly parts: readonly ArchivePart[];
}

const FORMAT = 1;
/** A description of 10,000 modules has about 1 MB; what is larger is not ours. */
const MAX_BYTES = 8 * 1024 * 1024;

/** Where the contents of an archive are described: beside it. */
export const contentsKey = (archiveKey: string): string => archiveKey.replace(/\.zip$/, '.json');

/** The description as it is stored. */
export const printContents = (contents: ArchiveContents): Buffer =>
  Buffer.from(JSON.stringify({ format: FORMAT, ...contents }), 'utf8');

/** Reads a description; undefined for one of another format, or no description at all. */
export const parseContents = (text: string): ArchiveContents | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isContents(value)
      ? { sizeBytes: value.sizeBytes, unpackedBytes: value.unpackedBytes, parts: value.parts }
      : undefined;
  } catch {
    return undefined;
  }
};

const isContents = (value: unknown): value is ArchiveContents =>
  typeof value === 'object' &&
  value !== null &&
  'format' in value &&
  value.format === FORMAT &&
  'sizeBytes' in value &&
  typeof value.sizeBytes === 'number' &&
  'unpackedBytes' in value &&
  typeof value.unpackedBytes === 'number' &&
  'parts' in value &&
  Array.isArray(value.parts) &&
  value.parts.every(isPart);

const isPart = (value: unknown): value is ArchivePart =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'kind' in value &&
  (value.kind === 'package' || value.kind === 'native' || value.kind === 'module') &&
  'sizeBytes' in value &&
  typeof value.sizeBytes === 'number';

/** What is known of an archive that lies in a bucket: everything, its size, or nothing. */
export type KnownArchive = ArchiveContents | { readonly sizeBytes: number } | undefined;

/**
 * Looks an archive up in its bucket: one call, and one more where its description is missing. It is for a reader's eyes
 * alone, so that whatever does not answer is not known, and no failure.
 */
export const lookUpArchive = async (
  target: Target,
  bucket: ArtifactBucket,
  key: string,
  signal: AbortSignal,
): Promise<KnownArchive> => {
  const s3 = await target.s3();
  const where = {
    Bucket: bucket.name,
    ...(bucket.owner === undefined ? {} : { ExpectedBucketOwner: bucket.owner }),
  };
  const asked = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      return undefined;
    }
  };
  const described = await asked(async () => {
    const { Body, ContentLength } = await s3.getObject({ ...where, Key: contentsKey(key) }, signal);
    if (Body === undefined || (ContentLength ?? 0) > MAX_BYTES) return undefined;
    return parseContents(await Body.transformToString());
  });
  if (described !== undefined) return described;
  const head = await asked(() => s3.headObject({ ...where, Key: key }, signal));
  return head?.ContentLength === undefined ? undefined : { sizeBytes: head.ContentLength };
};
