import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, oneOf, sized } from './constraints.ts';
import { requireKey } from './data-keys.ts';
import { invalidArgument } from './errors.ts';
import { requireStream, streamNeed } from './names.ts';
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

const withoutKey = ({ keyId: _keyId, ...stream }: Stream): Stream => stream;

/** Operations on a stream's metrics and encryption. */
export const settingOperations: OperationTable<KinesisState> = {
  EnableEnhancedMonitoring: monitoring('EnableEnhancedMonitoring', (now, asked) =>
    METRICS.filter((metric) => now.includes(metric) || asked.includes(metric)),
  ),
  DisableEnhancedMonitoring: monitoring('DisableEnhancedMonitoring', (now, asked) =>
    now.filter((metric) => !asked.includes(metric)),
  ),
  StartStreamEncryption: operation<KinesisState, Kinesis.StartStreamEncryptionInput, object>({
    // The reference names the key as a resource beside the stream; the key is asked of KMS, under the caller's permissions there.
    needs: streamNeed('StartStreamEncryption'),
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
    needs: streamNeed('StopStreamEncryption'),
    handle: (input, context) => {
      check(
        oneOf('encryptionType', input.EncryptionType, ['NONE', 'KMS']),
        sized('keyId', input.KeyId, [1, 2_048]),
      );
      const stream = requireStream(input, context);
      // Records written before keep the data key that they were written under, and need it to be read.
      context.state.putStream(withoutKey(stream));
      return {};
    },
  }),
};
