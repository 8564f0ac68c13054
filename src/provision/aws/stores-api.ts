import type { DescribeTableCommandOutput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type {
  DescribeLogGroupsCommandOutput,
  DescribeLogStreamsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { DescribeArchiveCommandOutput } from '@aws-sdk/client-eventbridge';
import type { DescribeSecretCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { GetQueueAttributesCommandOutput } from '@aws-sdk/client-sqs';
import type { GetParameterCommandOutput } from '@aws-sdk/client-ssm';
import type { ClientSettings } from './client-settings.ts';

type Call<Output> = (name: string, signal: AbortSignal) => Promise<Output>;

/** Tables of DynamoDB, by name. */
interface Tables {
  readonly describe: Call<DescribeTableCommandOutput>;
  /** One item, or none. */
  readonly scanOne: Call<ScanCommandOutput>;
  readonly delete: Call<unknown>;
}

/** Queues of SQS, by URL. */
interface Queues {
  readonly attributes: Call<GetQueueAttributesCommandOutput>;
  readonly delete: Call<unknown>;
}

/** Log groups, by name. */
interface Logs {
  readonly groups: Call<DescribeLogGroupsCommandOutput>;
  /** The stream that was written last, if there is any. */
  readonly newestStream: Call<DescribeLogStreamsCommandOutput>;
  readonly delete: Call<unknown>;
}

/** Archives of events, by name. */
interface Archives {
  readonly describe: Call<DescribeArchiveCommandOutput>;
  readonly delete: Call<unknown>;
}

/** Data streams of Kinesis, by name. */
interface Streams {
  /** When the oldest record came; `unclear` where a look does not show it, undefined when there is none. */
  readonly oldest: Call<Date | 'unclear' | undefined>;
  readonly delete: Call<unknown>;
}

/** Secrets, by ARN. */
interface Secrets {
  readonly describe: Call<DescribeSecretCommandOutput>;
  readonly delete: Call<unknown>;
}

/** Parameters of Parameter Store, by name. */
interface Parameters {
  readonly get: Call<GetParameterCommandOutput>;
  readonly delete: Call<unknown>;
}

/** The services that hold data, beside S3: what is asked of them before data goes, and how it goes. */
export interface Stores {
  readonly tables: () => Promise<Tables>;
  readonly queues: () => Promise<Queues>;
  readonly logs: () => Promise<Logs>;
  readonly archives: () => Promise<Archives>;
  readonly streams: () => Promise<Streams>;
  readonly secrets: () => Promise<Secrets>;
  readonly parameters: () => Promise<Parameters>;
}

/** Each client is loaded when its first resource is asked about. */
export const openStores = (settings: ClientSettings): Stores => ({
  tables: once(async () => {
    const { DeleteTableCommand, DescribeTableCommand, DynamoDBClient, ScanCommand } = await import(
      '@aws-sdk/client-dynamodb'
    );
    const client = new DynamoDBClient(settings);
    return {
      describe: (TableName, abortSignal) =>
        client.send(new DescribeTableCommand({ TableName }), { abortSignal }),
      scanOne: (TableName, abortSignal) =>
        client.send(new ScanCommand({ TableName, Limit: 1, Select: 'COUNT' }), { abortSignal }),
      delete: (TableName, abortSignal) =>
        client.send(new DeleteTableCommand({ TableName }), { abortSignal }),
    };
  }),
  queues: once(async () => {
    const { DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } = await import(
      '@aws-sdk/client-sqs'
    );
    const client = new SQSClient(settings);
    return {
      attributes: (QueueUrl, abortSignal) =>
        client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }), {
          abortSignal,
        }),
      delete: (QueueUrl, abortSignal) =>
        client.send(new DeleteQueueCommand({ QueueUrl }), { abortSignal }),
    };
  }),
  logs: once(async () => {
    const {
      CloudWatchLogsClient,
      DeleteLogGroupCommand,
      DescribeLogGroupsCommand,
      DescribeLogStreamsCommand,
    } = await import('@aws-sdk/client-cloudwatch-logs');
    const client = new CloudWatchLogsClient(settings);
    return {
      groups: (logGroupNamePrefix, abortSignal) =>
        client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }), { abortSignal }),
      newestStream: (logGroupName, abortSignal) =>
        client.send(
          new DescribeLogStreamsCommand({
            logGroupName,
            orderBy: 'LastEventTime',
            descending: true,
            limit: 1,
          }),
          { abortSignal },
        ),
      delete: (logGroupName, abortSignal) =>
        client.send(new DeleteLogGroupCommand({ logGroupName }), { abortSignal }),
    };
  }),
  archives: once(async () => {
    const { DeleteArchiveCommand, DescribeArchiveCommand, EventBridgeClient } = await import(
      '@aws-sdk/client-eventbridge'
    );
    const client = new EventBridgeClient(settings);
    return {
      describe: (ArchiveName, abortSignal) =>
        client.send(new DescribeArchiveCommand({ ArchiveName }), { abortSignal }),
      delete: (ArchiveName, abortSignal) =>
        client.send(new DeleteArchiveCommand({ ArchiveName }), { abortSignal }),
    };
  }),
  streams: once(async () => {
    const { DeleteStreamCommand, KinesisClient } = await import('@aws-sdk/client-kinesis');
    const client = new KinesisClient(settings);
    return {
      oldest: async (name, signal) =>
        (await import('./oldest-record.ts')).oldestRecord(client, name, signal),
      // Whoever reads by a consumer of its own would keep it: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
      delete: (StreamName, abortSignal) =>
        client.send(new DeleteStreamCommand({ StreamName, EnforceConsumerDeletion: true }), {
          abortSignal,
        }),
    };
  }),
  secrets: once(async () => {
    const { DeleteSecretCommand, DescribeSecretCommand, SecretsManagerClient } = await import(
      '@aws-sdk/client-secrets-manager'
    );
    const client = new SecretsManagerClient(settings);
    return {
      describe: (SecretId, abortSignal) =>
        client.send(new DescribeSecretCommand({ SecretId }), { abortSignal }),
      // Recoverable for 30 days: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
      delete: (SecretId, abortSignal) =>
        client.send(new DeleteSecretCommand({ SecretId }), { abortSignal }),
    };
  }),
  parameters: once(async () => {
    const { DeleteParameterCommand, GetParameterCommand, SSMClient } = await import(
      '@aws-sdk/client-ssm'
    );
    const client = new SSMClient(settings);
    return {
      get: (Name, abortSignal) => client.send(new GetParameterCommand({ Name }), { abortSignal }),
      delete: (Name, abortSignal) =>
        client.send(new DeleteParameterCommand({ Name }), { abortSignal }),
    };
  }),
});

const once = <T>(open: () => Promise<T>): (() => Promise<T>) => {
  let opened: Promise<T> | undefined;
  return () => {
    opened ??= open();
    return opened;
  };
};
