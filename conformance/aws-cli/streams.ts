import { gunzipSync } from 'node:zlib';
import type { Flow } from './cli.ts';
import { dropRole, eventually, role, same } from './cli.ts';

const stream = { 'stream-name': 'cli-lines' };
const group = { 'log-group-name': '/cli' };

const decoded = (data: unknown) => Buffer.from(String(data), 'base64');

/** Streams, and what log groups send into them. */
export const streamFlows: readonly Flow[] = [
  [
    'kinesis: waiters, records, pages',
    async (aws) => {
      await aws('kinesis create-stream', { ...stream, 'shard-count': 2 });
      await aws('kinesis wait stream-exists', stream);
      await aws('kinesis put-records', {
        ...stream,
        records: ['a', 'b'].map((Data) => ({ Data, PartitionKey: 'k' })),
      });
      const shards = (await aws('kinesis list-shards', {
        ...stream,
        query: 'Shards[].ShardId',
      })) as readonly string[];
      same(shards, ['shardId-000000000000', 'shardId-000000000001']);
      const read = async (shard: string) => {
        const iterator = await aws('kinesis get-shard-iterator', {
          ...stream,
          'shard-id': shard,
          'shard-iterator-type': 'TRIM_HORIZON',
          query: 'ShardIterator',
        });
        const found = await aws('kinesis get-records', {
          'shard-iterator': iterator,
          query: 'Records[].Data',
        });
        return (found as readonly unknown[]).map((data) => decoded(data).toString());
      };
      same((await Promise.all(shards.map(read))).flat(), ['a', 'b']);
      await aws('kinesis update-shard-count', {
        ...stream,
        'target-shard-count': 1,
        'scaling-type': 'UNIFORM_SCALING',
      });
      await aws('kinesis wait stream-exists', stream);
      const summary = await aws('kinesis describe-stream-summary', {
        ...stream,
        query: 'StreamDescriptionSummary.OpenShardCount',
      });
      same(summary, 1);
      await aws('kinesis create-stream', { 'stream-name': 'cli-second', 'shard-count': 1 });
      const listed = await aws('kinesis list-streams', {
        'page-size': 1,
        query: `StreamNames[?starts_with(@, 'cli-')]`,
      });
      same(listed, ['cli-lines', 'cli-second']);
      await aws('kinesis delete-stream', { 'stream-name': 'cli-second' });
      await aws.refused('ResourceNotFoundException', 'kinesis describe-stream', {
        'stream-name': 'cli-none',
      });
      await aws('kinesis delete-stream', stream);
      await aws('kinesis wait stream-not-exists', stream);
    },
  ],
  [
    'logs: a subscription filter that feeds a stream, a metric filter',
    async (aws) => {
      await aws('kinesis create-stream', { ...stream, 'shard-count': 1 });
      await aws('kinesis wait stream-exists', stream);
      const trusted = await role(aws, 'cli-logs', 'logs.amazonaws.com', ['kinesis:PutRecord']);
      await aws('logs create-log-group', group);
      await aws('logs create-log-stream', { ...group, 'log-stream-name': 's' });
      await aws('logs put-subscription-filter', {
        ...group,
        'filter-name': 'errors',
        'filter-pattern': 'ERROR',
        'destination-arn': 'arn:aws:kinesis:us-east-1:000000000000:stream/cli-lines',
        'role-arn': trusted,
      });
      const metric = { metricName: 'Errors', metricNamespace: 'CliLogs', metricValue: '1' };
      await aws('logs put-metric-filter', {
        ...group,
        'filter-name': 'count',
        'filter-pattern': 'ERROR',
        'metric-transformations': [metric],
      });
      const timestamp = Date.now();
      await aws('logs put-log-events', {
        ...group,
        'log-stream-name': 's',
        'log-events': ['fine', 'an ERROR'].map((message) => ({ timestamp, message })),
      });
      const iterator = await aws('kinesis get-shard-iterator', {
        ...stream,
        'shard-id': 'shardId-000000000000',
        'shard-iterator-type': 'TRIM_HORIZON',
        query: 'ShardIterator',
      });
      const told = await eventually(
        async () => {
          const records = await aws('kinesis get-records', {
            'shard-iterator': iterator,
            query: 'Records[].Data',
          });
          return (records as readonly unknown[]).map(
            (data) =>
              JSON.parse(gunzipSync(decoded(data)).toString()) as {
                readonly messageType: string;
                readonly logEvents: readonly { readonly message: string }[];
              },
          );
        },
        (records) => records.some(({ messageType }) => messageType === 'DATA_MESSAGE'),
      );
      same(
        told
          .filter(({ messageType }) => messageType === 'DATA_MESSAGE')
          .flatMap(({ logEvents }) => logEvents.map(({ message }) => message)),
        ['an ERROR'],
      );
      const at = (shift: number) => new Date(timestamp + shift).toISOString();
      await eventually(
        () =>
          aws('cloudwatch get-metric-statistics', {
            namespace: 'CliLogs',
            'metric-name': 'Errors',
            'start-time': at(-300_000),
            'end-time': at(300_000),
            period: 600,
            statistics: 'Sum',
            query: 'sum(Datapoints[].Sum)',
          }),
        (sum) => sum === 1,
      );
      for (const [command, query] of [
        ['describe-subscription-filters', 'subscriptionFilters[].filterName'],
        ['describe-metric-filters', 'metricFilters[].filterName'],
      ] as const)
        same(
          await aws(`logs ${command}`, { ...group, 'max-items': 5, query }),
          command === 'describe-metric-filters' ? ['count'] : ['errors'],
        );
      await aws.refused('InvalidParameterException', 'logs put-metric-filter', {
        ...group,
        'filter-name': 'bad',
        'filter-pattern': '{ $.a = ',
        'metric-transformations': [metric],
      });
      await aws('logs delete-subscription-filter', { ...group, 'filter-name': 'errors' });
      await aws.refused('ResourceNotFoundException', 'logs delete-subscription-filter', {
        ...group,
        'filter-name': 'errors',
      });
      await aws('logs delete-metric-filter', { ...group, 'filter-name': 'count' });
      await aws('logs delete-log-group', group);
      await aws('kinesis delete-stream', stream);
      await dropRole(aws, 'cli-logs');
    },
  ],
];
