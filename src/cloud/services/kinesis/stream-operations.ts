import type * as Kinesis from '@aws-sdk/client-kinesis';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, named, oneOf, within } from './constraints.ts';
import { describeStream, listedStream, summarise } from './describe.ts';
import { invalidArgument, limitExceeded, resourceInUse, streamExists } from './errors.ts';
import { ACCOUNT, RECORD_KIB, RETENTION_HOURS } from './limits.ts';
import { requireStream, streamArn, streamNeed, tagConditions } from './names.ts';
import { openEvenly } from './reshard.ts';
import { shardIndex } from './starting-place.ts';
import type { KinesisState, StreamMode } from './state.ts';
import { withTags } from './tag-rules.ts';

type Context = OperationContext<KinesisState>;

const MODES = ['PROVISIONED', 'ON_DEMAND'];

const modeOf = (details: Kinesis.StreamModeDetails | undefined): StreamMode =>
  details?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED';

const countOnDemand = ({ state }: Context): number =>
  state.streamNames().filter((name) => state.stream(name)?.mode === 'ON_DEMAND').length;

/** The text of the limit of on-demand streams has not been seen from AWS. */
const checkOnDemand = (context: Context) => {
  if (countOnDemand(context) >= ACCOUNT.onDemandStreams)
    throw limitExceeded(
      `This request would exceed the limit of ${ACCOUNT.onDemandStreams} on-demand streams for the account ${context.accountId} in ${context.region}.`,
    );
};

/** As recorded from AWS by kinesalite's tests. */
export const checkShardLimit = (additional: number, { state, accountId, region }: Context) => {
  const now = state.openShardsOfAccount();
  if (now + additional > ACCOUNT.shards)
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${accountId} in ${region}. Current shard count for the account: ${now}. Limit: ${ACCOUNT.shards}. Number of additional shards that would have resulted from this request: ${additional}. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.`,
    );
};

/** Records go where their partition key says; AWS's other ways of spreading them, and capacity made warm, are not here. */
const refuseUnsupported = (input: Kinesis.CreateStreamInput) => {
  if (input.WarmThroughputMiBps !== undefined && input.WarmThroughputMiBps !== 0)
    throw notSupported('CreateStream with WarmThroughputMiBps');
  const strategy = input.RecordDistributionStrategy;
  if (strategy !== undefined && strategy !== 'USER_PARTITION_KEY')
    throw notSupported(`CreateStream with RecordDistributionStrategy ${strategy}`);
};

const createStream = operation<KinesisState, Kinesis.CreateStreamInput, object>({
  needs: (input, context) => {
    const resource = streamArn(context, input.StreamName ?? '');
    const create = { action: 'kinesis:CreateStream', resource, ...tagConditions(input.Tags) };
    // "In addition to having the kinesis:CreateStream permission, you must also have the kinesis:AddTagsToStream permission"
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    return Object.keys(input.Tags ?? {}).length === 0
      ? create
      : [create, { ...create, action: 'kinesis:AddTagsToStream' }];
  },
  handle: (input, context) => {
    const { state, clock, accountId } = context;
    const { StreamName: name = '', ShardCount, StreamModeDetails, MaxRecordSizeInKiB } = input;
    check(
      named('streamName', name),
      within('shardCount', ShardCount, [1, 2_147_483_647]),
      oneOf('streamModeDetails.streamMode', StreamModeDetails?.StreamMode, MODES),
      within('maxRecordSizeInKiB', MaxRecordSizeInKiB, [RECORD_KIB.least, RECORD_KIB.most]),
    );
    refuseUnsupported(input);
    if (state.stream(name) !== undefined) throw streamExists(name, accountId);
    const mode = modeOf(StreamModeDetails);
    if (mode === 'ON_DEMAND' && ShardCount !== undefined)
      throw invalidArgument(
        `ShardCount is ${ShardCount}; a stream in ON_DEMAND mode scales its shards itself. Leave ShardCount out.`,
      );
    if (mode === 'PROVISIONED' && ShardCount === undefined && StreamModeDetails !== undefined)
      throw invalidArgument('ShardCount must be given for a stream in PROVISIONED mode.');
    // Who asks for neither gets four shards, as recorded from AWS by LocalStack's snapshot tests.
    const chosen: StreamMode = ShardCount === undefined ? 'ON_DEMAND' : mode;
    if (chosen === 'ON_DEMAND') checkOnDemand(context);
    const shards = ShardCount ?? ACCOUNT.onDemandShards;
    checkShardLimit(shards, context);
    const now = clock.now();
    state.putStream({
      name,
      arn: streamArn(context, name),
      createdAt: now,
      mode: chosen,
      retentionHours: RETENTION_HOURS.least,
      metrics: [],
      maxRecordKib: MaxRecordSizeInKiB ?? RECORD_KIB.least,
      tags: withTags({}, input.Tags ?? {}, `stream ${name} under account ${accountId}`),
    });
    openEvenly(state, name, shards, now);
    return {};
  },
});

const deleteStream = operation<KinesisState, Kinesis.DeleteStreamInput, object>({
  needs: streamNeed('DeleteStream'),
  handle: (input, context) => {
    const { state } = context;
    const stream = requireStream(input, context);
    if (input.EnforceConsumerDeletion !== true && state.consumersOf(stream.arn).length > 0)
      throw resourceInUse(
        `Stream ${stream.name} under account ${context.accountId} has registered consumers. Deregister them, or set EnforceConsumerDeletion.`,
      );
    state.dropStream(stream.name);
    // Whoever waits there finds it gone.
    context.arrivals.announce(stream.arn);
    return {};
  },
});

/** Changes a stream's retention, up or down. Texts as recorded from AWS by kinesalite's tests. */
const changeRetention = (direction: 'Increase' | 'Decrease') =>
  operation<KinesisState, Kinesis.IncreaseStreamRetentionPeriodInput, object>({
    needs: streamNeed(`${direction}StreamRetentionPeriod`),
    handle: (input, context) => {
      const stream = requireStream(input, context);
      const { RetentionPeriodHours: hours = 0 } = input;
      if (hours < RETENTION_HOURS.least)
        throw invalidArgument(
          `Minimum allowed retention period is ${RETENTION_HOURS.least} hours. Requested retention period (${hours} hours) is too short.`,
        );
      if (hours > RETENTION_HOURS.most)
        throw invalidArgument(
          `Maximum allowed retention period is ${RETENTION_HOURS.most} hours. Requested retention period (${hours} hours) is too long.`,
        );
      const up = direction === 'Increase';
      if (up ? hours < stream.retentionHours : hours > stream.retentionHours)
        throw invalidArgument(
          `Requested retention period (${hours} hours) for stream ${stream.name} can not be ${up ? 'shorter' : 'longer'} than existing retention period (${stream.retentionHours} hours). Use ${up ? 'Decrease' : 'Increase'}RetentionPeriod API.`,
        );
      context.state.putStream({ ...stream, retentionHours: hours });
      return {};
    },
  });

/** Operations on streams as a whole. */
export const streamOperations: OperationTable<KinesisState> = {
  CreateStream: createStream,
  DeleteStream: deleteStream,
  DescribeStream: operation<
    KinesisState,
    Kinesis.DescribeStreamInput,
    Kinesis.DescribeStreamOutput
  >({
    needs: streamNeed('DescribeStream'),
    handle: (input, context) => {
      check(
        within('limit', input.Limit, [1, 10_000]),
        named('exclusiveStartShardId', input.ExclusiveStartShardId),
      );
      const stream = requireStream(input, context);
      const { ExclusiveStartShardId: last } = input;
      const after = last === undefined ? -1 : (shardIndex(last) ?? Number.POSITIVE_INFINITY);
      const rest = context.state
        .shards(stream, context.clock.now())
        .filter(({ shard }) => shard.index > after);
      const limit = input.Limit ?? 100;
      return {
        StreamDescription: describeStream(stream, rest.slice(0, limit), rest.length > limit),
      };
    },
  }),
  DescribeStreamSummary: operation<
    KinesisState,
    Kinesis.DescribeStreamSummaryInput,
    Kinesis.DescribeStreamSummaryOutput
  >({
    needs: streamNeed('DescribeStreamSummary'),
    handle: (input, context) => ({
      StreamDescriptionSummary: summarise(requireStream(input, context), context.state),
    }),
  }),
  ListStreams: operation<KinesisState, Kinesis.ListStreamsInput, Kinesis.ListStreamsOutput>({
    needs: () => ({ action: 'kinesis:ListStreams', resource: '*' }),
    handle: (input, { state }) => {
      check(
        within('limit', input.Limit, [1, 10_000]),
        named('exclusiveStartStreamName', input.ExclusiveStartStreamName),
      );
      const after = input.ExclusiveStartStreamName ?? input.NextToken ?? '';
      const rest = state.streamNames().filter((name) => name > after);
      const limit = input.Limit ?? 100;
      const page = rest.slice(0, limit);
      const more = rest.length > limit;
      return {
        StreamNames: page,
        StreamSummaries: page.flatMap((name) => {
          const stream = state.stream(name);
          return stream === undefined ? [] : [listedStream(stream)];
        }),
        HasMoreStreams: more,
        ...(more ? { NextToken: page.at(-1) } : {}),
      };
    },
  }),
  IncreaseStreamRetentionPeriod: changeRetention('Increase'),
  DecreaseStreamRetentionPeriod: changeRetention('Decrease'),
  UpdateStreamMode: operation<KinesisState, Kinesis.UpdateStreamModeInput, object>({
    needs: () => ({ action: 'kinesis:UpdateStreamMode', resource: '*' }),
    handle: (input, context) => {
      check(oneOf('streamModeDetails.streamMode', input.StreamModeDetails?.StreamMode, MODES));
      if (input.WarmThroughputMiBps !== undefined)
        throw notSupported('UpdateStreamMode with WarmThroughputMiBps');
      const stream = requireStream(input, context);
      const mode = modeOf(input.StreamModeDetails);
      if (mode === 'ON_DEMAND' && stream.mode !== mode) checkOnDemand(context);
      context.state.putStream({ ...stream, mode });
      return {};
    },
  }),
  UpdateMaxRecordSize: operation<KinesisState, Kinesis.UpdateMaxRecordSizeInput, object>({
    needs: streamNeed('UpdateMaxRecordSize'),
    handle: (input, context) => {
      const { MaxRecordSizeInKiB: kib = RECORD_KIB.least } = input;
      check(within('maxRecordSizeInKiB', kib, [RECORD_KIB.least, RECORD_KIB.most]));
      context.state.putStream({ ...requireStream(input, context), maxRecordKib: kib });
      return {};
    },
  }),
  DescribeLimits: operation<
    KinesisState,
    Kinesis.DescribeLimitsInput,
    Kinesis.DescribeLimitsOutput
  >({
    needs: () => ({ action: 'kinesis:DescribeLimits', resource: '*' }),
    handle: (_input, context) => ({
      ShardLimit: ACCOUNT.shards,
      OpenShardCount: context.state.openShardsOfAccount(),
      OnDemandStreamCount: countOnDemand(context),
      OnDemandStreamCountLimit: ACCOUNT.onDemandStreams,
    }),
  }),
};
