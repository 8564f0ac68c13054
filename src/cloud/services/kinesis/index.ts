import type { ServiceDefinition } from '../../core/define-service.ts';
import { defineService } from '../../core/define-service.ts';
import { consumerOperations } from './consumer-operations.ts';
import { throttled } from './errors.ts';
import { BODY_BYTES } from './limits.ts';
import { listShardsOperations } from './list-shards.ts';
import { policyOperations } from './policy-operations.ts';
import { putOperations } from './put-records.ts';
import { readOperations } from './read-operations.ts';
import { resourcePolicy, stream, streamConsumer } from './resources.ts';
import { settingOperations } from './setting-operations.ts';
import { shardOperations } from './shard-operations.ts';
import type { KinesisState } from './state.ts';
import { createKinesisState } from './state.ts';
import { streamOperations } from './stream-operations.ts';
import { subscribeOperations } from './subscribe.ts';
import { tagOperations } from './tag-operations.ts';

/** How Kinesis behaves where AWS leaves a choice. */
export interface KinesisOptions {
  /**
   * Whether shards refuse what goes over their throughput, as on AWS: 1,000 records or 1 MiB written, five readings or 2 MiB
   * read in a second of the cloud's clock.
   * @defaultValue false
   */
  readonly shardLimits?: boolean;
}

/** The name in the ARN of a stream, or of a consumer of it. */
const streamOfArn = (arn: string): string => arn.split(/[:/]/)[6] ?? '';

const holderOf = (arn: string, state: KinesisState) =>
  arn.includes('/consumer/') ? state.consumers.get(arn) : state.stream(streamOfArn(arn));

interface Arns {
  readonly StreamARN?: string;
  readonly ConsumerARN?: string;
  readonly ResourceARN?: string;
}

/**
 * A stream or consumer of another account is named by its ARN.
 * https://docs.aws.amazon.com/streams/latest/dev/resource-based-policy-examples.html
 */
const ownerOf = (input: Arns): string | undefined =>
  /^arn:[^:]+:kinesis:[^:]*:(\d{12}):stream\//.exec(
    input.StreamARN ?? input.ConsumerARN ?? input.ResourceARN ?? '',
  )?.[1];

/** Amazon Kinesis Data Streams. */
export const createKinesis = ({ shardLimits = false }: KinesisOptions = {}): ServiceDefinition =>
  defineService<KinesisState>({
    id: 'kinesis',
    signingName: 'kinesis',
    principal: 'kinesis.amazonaws.com',
    scope: 'region',
    createState: (tools) => createKinesisState(tools, shardLimits),
    operations: {
      ...streamOperations,
      ...settingOperations,
      ...shardOperations,
      ...listShardsOperations,
      ...putOperations,
      ...readOperations,
      ...consumerOperations,
      ...subscribeOperations,
      ...tagOperations,
      ...policyOperations,
    },
    accountOf: (_operation, input) => ownerOf(input as Arns),
    throttled: (operation) => (/^(Put|Get)Records?$/.test(operation) ? throttled() : undefined),
    resourcePolicy: (arn, state) => holderOf(arn, state)?.policy,
    resourceKeys: (arn, state) => {
      const tags = Object.entries(holderOf(arn, state)?.tags ?? {});
      if (tags.length === 0) return undefined;
      return Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
    },
    resources: [stream, streamConsumer, resourcePolicy],
    maxBodyBytes: BODY_BYTES,
    stop: ({ state }) => state.teller.stop(),
  });
