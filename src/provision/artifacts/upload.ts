import type { ArtifactBucket } from './artifact-bucket.ts';
import type { ArchiveContents } from './contents.ts';
import { contentsKey, printContents } from './contents.ts';
import type { DeployErrorCode } from '../errors.ts';
import { DeployError } from '../errors.ts';
import type { WireFailure } from '../failure/explain-failure.ts';
import { isAbort, readFailure } from '../failure/explain-failure.ts';
import type { OnProgress } from '../progress.ts';
import type { Target } from '../aws/target.ts';

/** What is uploaded: its key is made from its content, so an object that is there is the right one. */
export interface Artifact {
  readonly key: string;
  readonly bytes: () => Promise<Uint8Array>;
  readonly sizeBytes: number;
  readonly contentType: string;
  /** What an archive is made of: it is laid beside it, for the plans to come. */
  readonly contents?: ArchiveContents;
}

/**
 * Puts an artifact into the bucket, unless it lies there already.
 *
 * @throws {BUCKET_NOT_FOUND | BUCKET_FORBIDDEN | BUCKET_WRONG_REGION} when the bucket cannot take it
 */
export const uploadArtifact = async (
  target: Target,
  bucket: ArtifactBucket,
  artifact: Artifact,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<void> => {
  const start = performance.now();
  const s3 = await target.s3();
  // S3 refuses when the bucket is not this account's: a foreign bucket could feed us foreign code.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
  const where = {
    Bucket: bucket.name,
    Key: artifact.key,
    ...(bucket.owner === undefined ? {} : { ExpectedBucketOwner: bucket.owner }),
  };
  try {
    await s3.headObject(where, signal);
    onProgress({ kind: 'upload-skipped', bucket: bucket.name, key: artifact.key });
    return;
  } catch (error) {
    const failure = readFailure(error);
    // An identity that may put but not list gets 403 where another gets 404; the upload itself decides.
    if (failure.status !== 404 && failure.status !== 403) throw explainBucket(error, bucket);
  }
  const { contents } = artifact;
  try {
    // First what describes it: an archive that is there is never looked at again.
    if (contents !== undefined)
      await s3.putObject(
        {
          ...where,
          Key: contentsKey(artifact.key),
          Body: printContents(contents),
          ContentType: 'application/json',
        },
        signal,
      );
    await s3.putObject(
      { ...where, Body: await artifact.bytes(), ContentType: artifact.contentType },
      signal,
    );
  } catch (error) {
    throw explainBucket(error, bucket);
  }
  onProgress({
    kind: 'uploaded',
    bucket: bucket.name,
    key: artifact.key,
    sizeBytes: artifact.sizeBytes,
    durationMs: performance.now() - start,
  });
};

/** A {@link DeployError} where the bucket is at fault; anything else stays as it was thrown. */
const explainBucket = (error: unknown, bucket: ArtifactBucket): unknown => {
  if (isAbort(error)) return error;
  const failure = readFailure(error);
  const [code, message, hint] = bucketFault(failure, bucket) ?? [];
  if (code === undefined || message === undefined) return error;
  return new DeployError(code, message, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
};

const bucketFault = (
  { code, status, message, headers }: WireFailure,
  { name, owner }: ArtifactBucket,
): readonly [DeployErrorCode, string, string] | undefined => {
  const own = owner !== undefined;
  if (code === 'NoSuchBucket')
    return [
      'BUCKET_NOT_FOUND',
      `Bucket ${name} does not exist.`,
      own
        ? `Stack sparta-artifacts says that it is there, so it was deleted by hand. Delete that stack ("aws cloudformation delete-stack --stack-name sparta-artifacts") and run the same command: a new one is made.`
        : 'Correct --bucket, create the bucket, or leave --bucket out: Sparta then makes one of its own.',
    ];
  if (status === 301 || code === 'PermanentRedirect' || code === 'AuthorizationHeaderMalformed') {
    const region = headers['x-amz-bucket-region'];
    return [
      'BUCKET_WRONG_REGION',
      `Bucket ${name} is in ${region ?? 'another region'}, and Lambda takes code only from its own region.`,
      'Pass a bucket in the region of the stack, change the region, or leave --bucket out: Sparta then makes a bucket there.',
    ];
  }
  // Missing, expired and wrong keys are 403 too; they are explained where every service's are.
  if (code === 'AccessDenied' || code === 'AllAccessDisabled' || (status === 403 && code === '403'))
    return [
      'BUCKET_FORBIDDEN',
      own
        ? `Bucket ${name} refused the upload: ${message}. Either this identity lacks s3:PutObject on it, or the bucket is no longer account ${owner}'s.`
        : `Bucket ${name} refused the upload: ${message}. Either it belongs to another account, or this identity lacks s3:PutObject on it.`,
      'Pass a bucket of your own, allow s3:PutObject, or leave --bucket out: Sparta then makes one of its own.',
    ];
  return undefined;
};
