import type { ObjectIdentifier } from '@aws-sdk/client-s3';
import { DeployError } from '../errors.ts';
import type { Target } from '../aws/target.ts';

/** Deletes every object and version of a bucket; answers with how many there were. */
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
    if (objects.length === 0) return count;
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
