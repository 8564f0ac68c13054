import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, oneOf, sized } from './constraints.ts';
import { requireKey } from './data-keys.ts';
import { invalidArgument } from './errors.ts';
import { requireStream, streamArn, streamNeed } from './names.ts';
import type { KinesisState, Stream } from './state.ts';

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
const METRICS = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
];

const expand = (metrics: readonly string[]): readonly string[] =>
  metrics.includes('ALL') ? METRICS : metrics;

const monitoring = (
  action: 'EnableEnhancedMonitoring' | 'DisableEnhancedMonitoring',
  change: (now: readonly string[], asked: readonly string[]) => readonly string[],
) =>
  operation<KinesisState, Kinesis.EnableEnhancedMonitoringInput, Kinesis.EnhancedMonitoringOutput>({
    needs: () => ({ action: `kinesis:${action}`, resource: '*' }),
    handle: (input, context) => {
      const asked: readonly string[] = input.ShardLevelMetrics ?? [];
      check(
        sized('shardLevelMetrics', asked, [1, 7]),
        ...asked.map((metric, at) =>
          oneOf(`shardLevelMetrics.${at + 1}.member`, metric, [...METRICS, 'ALL']),
        ),
      );
      const stream = requireStream(input, context);
      const metrics = change(stream.metrics, expand(asked));
      context.state.putStream({ ...stream, metrics });
      return {
        StreamName: stream.name,
        StreamARN: stream.arn,
        CurrentShardLevelMetrics: [...stream.metrics] as Kinesis.MetricsName[],
        DesiredShardLevelMetrics: [...metrics] as Kinesis.MetricsName[],
      };
    },
  });

/** The key is needed too where its ARN was given; by alias or id it is not known before it is looked up. */
const encryptionNeed =
  (action: string) => (input: Kinesis.StartStreamEncryptionInput, context: Place) =>
    streamNeed(action)(input, context);

type Place = Parameters<typeof streamArn>[0];

const withoutKey = ({ keyId: _, ...stream }: Stream): Stream => stream;

/** Operations on a stream's metrics and encryption. */
export const settingOperations: OperationTable<KinesisState> = {
  EnableEnhancedMonitoring: monitoring('EnableEnhancedMonitoring', (now, asked) =>
    METRICS.filter((metric) => now.includes(metric) || asked.includes(metric)),
  ),
  DisableEnhancedMonitoring: monitoring('DisableEnhancedMonitoring', (now, asked) =>
    now.filter((metric) => !asked.includes(metric)),
  ),
  StartStreamEncryption: operation<KinesisState, Kinesis.StartStreamEncryptionInput, object>({
    needs: encryptionNeed('StartStreamEncryption'),
    handle: async (input, context) => {
      check(
        oneOf('encryptionType', input.EncryptionType, ['NONE', 'KMS']),
        sized('keyId', input.KeyId, [1, 2_048]),
      );
      if (input.EncryptionType !== 'KMS')
        throw invalidArgument(
          `EncryptionType is ${input.EncryptionType}; KMS is the only one to start with.`,
        );
      const keyId = input.KeyId ?? '';
      const named = requireStream(input, context);
      await requireKey(keyId, context);
      // Looked up again: the stream may have changed while KMS was asked.
      const stream = context.state.stream(named.name) ?? named;
      context.state.putStream({ ...stream, keyId });
      return {};
    },
  }),
  StopStreamEncryption: operation<KinesisState, Kinesis.StopStreamEncryptionInput, object>({
    needs: encryptionNeed('StopStreamEncryption'),
    handle: (input, context) => {
      check(
        oneOf('encryptionType', input.EncryptionType, ['NONE', 'KMS']),
        sized('keyId', input.KeyId, [1, 2_048]),
      );
      const stream = requireStream(input, context);
      // "API requests that write before are readable after": https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html
      context.state.putStream(withoutKey(stream));
      return {};
    },
  }),
};
