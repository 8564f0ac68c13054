/**
 * What differs from run to run and from cloud to cloud, and means nothing: ids, times, endpoints. A placeholder stands in its place, so
 * that a member which is missing is still seen.
 */

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** DynamoDB Local tells of a region of its own. */
const LOCAL_REGION = /\b(?:ddblocal|us-east-1)\b/g;
const ENDPOINT = /https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?/g;
const STREAM_LABEL = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}/g;

/** Members whose values mean nothing to anybody but the cloud that gave them. */
const OPAQUE = new Set([
  'ReceiptHandle',
  'SequenceNumber',
  'StartingSequenceNumber',
  'EndingSequenceNumber',
  'ShardId',
  'ShardIterator',
  'NextShardIterator',
  'NextToken',
  'eventID',
  'RevisionId',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'SentTimestamp',
  'ApproximateFirstReceiveTimestamp',
]);

/** DynamoDB Local prints sets of types in whatever order they are in. */
const TYPES = /\{(?:[A-Z]+,)+[A-Z]+\}/g;
const sorted = (types: string) => `{${types.slice(1, -1).split(',').sort().join(',')}}`;

/** A receipt handle inside of a message. */
const RECEIPT = /\bAQEB[\w+/]+=*/g;

const text = (given: string): string =>
  given
    .replace(RECEIPT, '<receipt>')
    .replace(TYPES, sorted)
    .replace(UUID, '<id>')
    .replace(ENDPOINT, '<endpoint>')
    .replace(STREAM_LABEL, '<time>')
    .replace(LOCAL_REGION, '<region>');

export const normalise = (given: unknown, name = ''): unknown => {
  if (given === undefined || given === null) return given;
  if (given instanceof Date) return '<time>';
  if (given instanceof Uint8Array) return `bytes ${Buffer.from(given).toString('base64')}`;
  if (typeof given === 'string') return OPAQUE.has(name) ? '<opaque>' : text(given);
  if (Array.isArray(given)) return given.map((item) => normalise(item, name));
  if (typeof given !== 'object') return given;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [text(key), normalise(value, key)]),
  );
};
