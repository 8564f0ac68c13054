import type { EventReader } from '../../spec/event-reader.ts';
import type { S3Event } from './spec.ts';

const isS3Event = (event: unknown): event is S3Event =>
  (event as { readonly Records?: readonly { readonly eventSource?: string }[] } | null)
    ?.Records?.[0]?.eventSource === 'aws:s3';

/** Keys arrive as HTML forms encode them: plus for space, percent for the rest. https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const decodeKey = (key: string) => decodeURIComponent(key.replaceAll('+', ' '));

const readS3Event = (event: S3Event): S3Event => ({
  ...event,
  Records: event.Records.map((record) => ({
    ...record,
    s3: { ...record.s3, object: { ...record.s3.object, key: decodeKey(record.s3.object.key) } },
  })),
});

/** Events of buckets, their keys decoded. */
export const s3Events: EventReader = {
  matches: isS3Event,
  handle: (event: S3Event, { run }) => run(readS3Event(event)),
};
