import type { Stores } from '../aws/stores-api.ts';
import type { Contents, Store } from './contents.ts';

type Read = (stores: Stores, store: Store, signal: AbortSignal) => Promise<Contents>;

/**
 * The count is six hours old at worst, so a table of none is looked into.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
 */
export const tableContents: Read = async (stores, { physicalId }, signal) => {
  const tables = await stores.tables();
  const { Table } = await tables.describe(physicalId, signal);
  const count = Table?.ItemCount ?? 0;
  const since = Table?.CreationDateTime;
  const age = since === undefined ? {} : { since };
  if (count > 0)
    return {
      kind: 'holds',
      items: { count, unit: 'item' },
      bytes: Table?.TableSizeBytes ?? 0,
      ...age,
      note: 'as counted in the last six hours',
    };
  const { Count } = await tables.scanOne(physicalId, signal);
  return (Count ?? 0) === 0
    ? { kind: 'empty' }
    : { kind: 'holds', items: { count: 1, unit: 'item', atLeast: true }, ...age };
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html: three counts, all approximate */
const QUEUED = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export const queueContents: Read = async (stores, { physicalId }, signal) => {
  const { Attributes = {} } = await (await stores.queues()).attributes(physicalId, signal);
  const count = QUEUED.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  return count === 0
    ? { kind: 'empty' }
    : { kind: 'holds', items: { count, unit: 'message' }, note: 'by an approximate count' };
};

/** The stored bytes come late, so the newest stream is asked too: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html */
export const logContents: Read = async (stores, { physicalId }, signal) => {
  const logs = await stores.logs();
  const [{ logGroups = [] }, { logStreams = [] }] = await Promise.all([
    logs.groups(physicalId, signal),
    logs.newestStream(physicalId, signal),
  ]);
  const group = logGroups.find(({ logGroupName }) => logGroupName === physicalId);
  if (group === undefined) return { kind: 'gone' };
  const [newest] = logStreams;
  const bytes = group.storedBytes ?? 0;
  const last = newest?.lastEventTimestamp ?? newest?.lastIngestionTime;
  if (bytes === 0 && last === undefined) return { kind: 'empty' };
  return {
    kind: 'holds',
    ...(bytes === 0 ? { note: 'log events' } : { bytes, note: 'of log' }),
    ...(group.creationTime === undefined ? {} : { since: new Date(group.creationTime) }),
    ...(last === undefined ? {} : { until: new Date(last) }),
  };
};

/** What an archive counts of itself. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeArchive.html */
export const archiveContents: Read = async (stores, { physicalId }, signal) => {
  const found = await (await stores.archives()).describe(physicalId, signal);
  const count = found.EventCount ?? 0;
  return count === 0
    ? { kind: 'empty' }
    : {
        kind: 'holds',
        items: { count, unit: 'event' },
        bytes: found.SizeBytes ?? 0,
        ...(found.CreationTime === undefined ? {} : { since: found.CreationTime }),
      };
};

/** A stream counts nothing: one record is looked for, and told with its age. */
export const streamContents: Read = async (stores, { physicalId }, signal) => {
  const oldest = await (await stores.streams()).oldest(physicalId, signal);
  if (oldest === undefined) return { kind: 'empty' };
  if (oldest === 'unclear')
    return { kind: 'untold', why: 'a look into its shards does not show what it holds' };
  return { kind: 'holds', items: { count: 1, unit: 'record', atLeast: true }, since: oldest };
};

export const secretContents: Read = async (stores, { physicalId }, signal) => {
  const secret = await (await stores.secrets()).describe(physicalId, signal);
  if (secret.DeletedDate !== undefined) return { kind: 'gone' };
  return {
    kind: 'holds',
    note: 'a secret that nothing else knows',
    ...(secret.CreatedDate === undefined ? {} : { since: secret.CreatedDate }),
    ...(secret.LastChangedDate === undefined ? {} : { until: secret.LastChangedDate }),
  };
};

/** A parameter that says what its template says holds nothing of its own. */
export const parameterContents: Read = async (stores, { physicalId, properties }, signal) => {
  const { Parameter } = await (await stores.parameters()).get(physicalId, signal);
  // The first version is the one that CloudFormation wrote.
  if (Parameter?.Version === 1 || Parameter?.Value === properties?.['Value'])
    return { kind: 'empty' };
  return {
    kind: 'holds',
    note: 'a value that the template does not say',
    ...(Parameter?.LastModifiedDate === undefined ? {} : { until: Parameter.LastModifiedDate }),
  };
};
