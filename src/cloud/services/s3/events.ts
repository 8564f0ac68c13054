import type { OperationContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { comeLate, timesOf } from './disorder.ts';
import type { Bucket, ObjectVersion, S3State } from './state.ts';

/** In whose name a bucket tells of what happens in it. */
export const principalOf = (bucket: Bucket): Principal =>
  servicePrincipal('s3.amazonaws.com', {
    sourceArn: `arn:aws:s3:::${bucket.name}`,
    sourceAccount: bucket.accountId,
  });

/** What happened to an object. */
export interface Happening {
  readonly bucket: Bucket;
  /** `ObjectCreated:Put` */
  readonly name: string;
  readonly key: string;
  readonly version: ObjectVersion;
}

/** By the name of a notification: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html */
const KINDS: Readonly<
  Record<string, { readonly type: string; readonly reason: string; readonly deletion?: string }>
> = {
  'ObjectCreated:Put': { type: 'Object Created', reason: 'PutObject' },
  'ObjectCreated:Post': { type: 'Object Created', reason: 'POST Object' },
  'ObjectCreated:Copy': { type: 'Object Created', reason: 'CopyObject' },
  'ObjectCreated:CompleteMultipartUpload': {
    type: 'Object Created',
    reason: 'CompleteMultipartUpload',
  },
  'ObjectRemoved:Delete': {
    type: 'Object Deleted',
    reason: 'DeleteObject',
    deletion: 'Permanently Deleted',
  },
  'ObjectRemoved:DeleteMarkerCreated': {
    type: 'Object Deleted',
    reason: 'DeleteObject',
    deletion: 'Delete Marker Created',
  },
};

/**
 * Tells the default bus of the bucket's region what happened, in S3's own name.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const sendEvent = (
  context: OperationContext<S3State>,
  { bucket, name, key, version }: Happening,
): void => {
  const kind = KINDS[name];
  if (kind === undefined) return;
  const { principal } = context;
  const detail = {
    version: '0',
    bucket: { name: bucket.name },
    object: {
      key,
      ...(kind.deletion === undefined
        ? { size: version.sizeBytes, etag: version.etag.replaceAll('"', '') }
        : {}),
      ...(version.versionId === 'null' ? {} : { 'version-id': version.versionId }),
      sequencer: version.sequencer,
    },
    'request-id': context.requestId,
    requester: 'accountId' in principal ? principal.accountId : bucket.accountId,
    'source-ip-address': context.wire?.sourceIp ?? '127.0.0.1',
    reason: kind.reason,
    ...(kind.deletion === undefined ? {} : { 'deletion-type': kind.deletion }),
  };
  const telling = { bucket, name, key, whom: 'the default bus' };
  const tell = async () => {
    if (context.disorder !== undefined) await comeLate(context, telling);
    await context.call({
      service: 'eventbridge',
      operation: 'PutEvents',
      input: {
        Entries: [
          {
            Source: 'aws.s3',
            DetailType: kind.type,
            Resources: [`arn:aws:s3:::${bucket.name}`],
            Detail: JSON.stringify(detail),
          },
        ],
      },
      principal: principalOf(bucket),
      region: bucket.region,
    });
  };
  for (let times = timesOf(context, telling); times > 0; times -= 1)
    context.background(`event of ${bucket.name}`, tell);
};
