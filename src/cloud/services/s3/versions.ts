import type { BlobRef } from '../../core/blobs.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { mayList } from './access.ts';
import { accessDenied, methodNotAllowed, noSuchKey, noSuchVersion, notFound } from './errors.ts';
import { notify } from './notifications.ts';
import type { Bucket, ObjectVersion, S3State } from './state.ts';

type Context = OperationContext<S3State>;

/** Deletes bytes that nothing refers to any more, after the answer. */
export const dropBlobs = (context: Context, blobs: readonly BlobRef[]): void => {
  if (blobs.length === 0) return;
  context.background('bytes of deleted objects', async () => {
    for (const blob of blobs) await context.blobs.delete(blob);
  });
};

const VERSION_LENGTH = 24;
export const newVersionId = ({ random }: Context): string =>
  Buffer.from(random.bytes(VERSION_LENGTH)).toString('base64url');

/** Puts a version on top. Without versioning, or suspended, it takes the place of the null version. */
export const addVersion = (
  context: Context,
  bucket: Bucket,
  key: string,
  version: Omit<ObjectVersion, 'versionId' | 'sequencer'>,
): ObjectVersion => {
  const { state } = context;
  const versions = state.object(bucket.name, key)?.versions ?? [];
  const enabled = bucket.versioning === 'Enabled';
  const added: ObjectVersion = {
    ...version,
    versionId: enabled ? newVersionId(context) : 'null',
    sequencer: state.nextSequence(),
  };
  const gone = enabled ? [] : versions.filter(({ versionId }) => versionId === 'null');
  const kept = versions.filter((other) => !gone.includes(other));
  state.putObject({ bucket: bucket.name, key, versions: [added, ...kept] });
  dropBlobs(
    context,
    gone.flatMap(({ blobs }) => blobs),
  );
  return added;
};

export interface Deleted {
  readonly deleteMarker?: boolean;
  readonly versionId?: string;
}

/** Deletes a version, or the newest: with versioning that means a marker on top. */
export const deleteVersion = (
  context: Context,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Deleted => {
  const { state, clock } = context;
  const object = state.object(bucket.name, key);
  if (versionId !== undefined) {
    const found = object?.versions.find((version) => version.versionId === versionId);
    if (object === undefined || found === undefined) return { versionId };
    const versions = object.versions.filter((version) => version !== found);
    if (versions.length === 0) state.dropObject(bucket.name, key);
    else state.putObject({ ...object, versions });
    dropBlobs(context, found.blobs);
    notify(context, bucket, 'ObjectRemoved:Delete', key, found);
    return { versionId, ...(found.deleteMarker === true ? { deleteMarker: true } : {}) };
  }
  if (bucket.versioning === undefined) {
    if (object === undefined) return {};
    state.dropObject(bucket.name, key);
    dropBlobs(
      context,
      object.versions.flatMap(({ blobs }) => blobs),
    );
    const [version] = object.versions;
    if (version !== undefined)
      notify(context, bucket, 'ObjectRemoved:Delete', key, {
        ...version,
        sequencer: state.nextSequence(),
      });
    return {};
  }
  const marker = addVersion(context, bucket, key, {
    modifiedAt: clock.now(),
    deleteMarker: true,
    blobs: [],
    sizeBytes: 0,
    etag: '',
    checksums: {},
    headers: {},
    metadata: {},
    tags: {},
  });
  notify(context, bucket, 'ObjectRemoved:DeleteMarkerCreated', key, marker);
  return { deleteMarker: true, versionId: marker.versionId };
};

/** The version that a read is for. @throws {NoSuchKey | NoSuchVersion | MethodNotAllowed | AccessDenied} */
export const readVersion = (
  context: Context,
  bucket: string,
  key: string,
  versionId: string | undefined,
  head: boolean,
): ObjectVersion => {
  const object = context.state.object(bucket, key);
  if (versionId !== undefined) {
    const found = object?.versions.find((version) => version.versionId === versionId);
    if (found === undefined) throw head ? notFound() : noSuchVersion(key, versionId);
    if (found.deleteMarker === true) throw methodNotAllowed(head ? 'HEAD' : 'GET');
    return found;
  }
  const [newest] = object?.versions ?? [];
  if (newest !== undefined && newest.deleteMarker !== true) return newest;
  if (!mayList(context, bucket)) throw accessDenied();
  throw head ? notFound() : noSuchKey(key);
};
