import type { ObjectIdentifier } from '@aws-sdk/client-s3';
import { DeployError } from '../errors.ts';
import type { S3Api } from '../aws/s3-api.ts';
import type { Target } from '../aws/target.ts';

/** Deletes every object, version and marker of a bucket, and every upload that has begun; answers with how many there were. */
export const emptyBucket = async (
  target: Target,
  bucket: string,
  signal: AbortSignal,
): Promise<number> => {
  const s3 = await target.s3();
  let count = 0;
  for (;;) {
    // Always the first page: what was on it is gone the next time.
    const page = await s3.listObjectVersions({ Bucket: bucket }, signal);
    const objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(
      ({ Key, VersionId }): ObjectIdentifier[] =>
        Key === undefined ? [] : [{ Key, ...(VersionId === undefined ? {} : { VersionId }) }],
    );
    if (objects.length === 0) return count + (await abortUploads(s3, bucket, signal));
    const { Errors } = await s3.deleteObjects(
      { Bucket: bucket, Delete: { Objects: objects, Quiet: true } },
      signal,
    );
    const [refused] = Errors ?? [];
    if (refused !== undefined)
      throw new DeployError(
        'DELETE_FAILED',
        `${refused.Key ?? 'An object'} in bucket ${bucket} cannot be deleted: ${refused.Message ?? refused.Code ?? 'no reason given'}.`,
        {
          hint: `${count} objects were deleted before it. A lock, a hold or a policy keeps this one.`,
        },
      );
    count += objects.length;
  }
};

/** Parts of an upload that never ended are stored, and paid for, and listed nowhere else. */
const abortUploads = async (s3: S3Api, bucket: string, signal: AbortSignal): Promise<number> => {
  let count = 0;
  for (;;) {
    const { Uploads = [] } = await s3.listMultipartUploads({ Bucket: bucket }, signal);
    const begun = Uploads.flatMap(({ Key, UploadId }) =>
      Key === undefined || UploadId === undefined ? [] : [{ Key, UploadId }],
    );
    if (begun.length === 0) return count;
    for (const upload of begun)
      await s3.abortMultipartUpload({ Bucket: bucket, ...upload }, signal);
    count += begun.length;
  }
};
