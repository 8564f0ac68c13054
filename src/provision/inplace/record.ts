import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import type { Target } from '../aws/target.ts';
import { BUCKET_PARAMETER } from '../change-set/parameters.ts';
import { readFailure } from '../failure/explain-failure.ts';
import type { StackState } from '../stack/stack-state.ts';

/**
 * What runs beside the template. It lies in the artifact bucket: that outlives every stack, whoever deploys may write
 * there already, and it is one request to read. A tag of the stack changes only by an update of the stack; tags of
 * functions are as many requests as functions.
 */
export interface InPlaceRecord {
  /** The life of the stack that it is about; of another life it says nothing. */
  readonly stackId: string;
  /** Whether the run that wrote it has not come to its end: it was killed, interrupted, or a function failed. */
  readonly unfinished: boolean;
  readonly changedAt: string;
  /** Logical ids of functions, and what of each was changed: names only, for values may be secrets. */
  readonly functions: Readonly<Record<string, readonly string[]>>;
}

const keyOf = (stackName: string): string => `${stackName}/in-place.json`;

const placeOf = (stackName: string, { name, owner }: ArtifactBucket) => ({
  Bucket: name,
  Key: keyOf(stackName),
  ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }),
});

/** What was changed in place since the stack's last full deployment; undefined when nothing was. */
export const readRecord = async (
  target: Target,
  stack: StackState,
  signal: AbortSignal,
): Promise<InPlaceRecord | undefined> => {
  const bucket = stack.parameters[BUCKET_PARAMETER];
  if (bucket === undefined || bucket === '') return undefined;
  try {
    const s3 = await target.s3();
    const text = await s3.getText(placeOf(stack.stackName, { name: bucket }), signal);
    const record = parse(text);
    return record?.stackId === stack.stackId && Object.keys(record.functions).length > 0
      ? record
      : undefined;
  } catch (error) {
    const { status, code } = readFailure(error);
    // Without s3:ListBucket, S3 says 403 of an object that is not there. A bucket that is gone holds no record.
    if (status === 404 || status === 403 || code === 'NoSuchKey') return undefined;
    throw error;
  }
};

/** Not abortable: what is about to be done, or was done, must be known. */
export const writeRecord = async (
  target: Target,
  stackName: string,
  bucket: ArtifactBucket,
  record: InPlaceRecord,
): Promise<void> => {
  const s3 = await target.s3();
  await s3.putObject({
    ...placeOf(stackName, bucket),
    Body: JSON.stringify(record),
    ContentType: 'application/json',
  });
};

/** Nothing runs beside the template any more. An empty record needs no right to delete. */
export const clearRecord = (target: Target, stack: StackState): Promise<void> =>
  writeRecord(
    target,
    stack.stackName,
    { name: stack.parameters[BUCKET_PARAMETER] ?? '' },
    { stackId: stack.stackId, unfinished: false, changedAt: '', functions: {} },
  );

const parse = (text: string): InPlaceRecord | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'functions' in value && 'stackId' in value
      ? (value as InPlaceRecord)
      : undefined;
  } catch {
    return undefined;
  }
};
