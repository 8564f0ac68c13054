import type * as Kinesis from '@aws-sdk/client-kinesis';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { check, named, within } from './constraints.ts';
import { describeConsumer } from './describe.ts';
import { limitExceeded, resourceInUse, streamNotFound } from './errors.ts';
import { ACCOUNT } from './limits.ts';
import {
  consumerNeed,
  requireConsumer,
  requireStream,
  streamNeed,
  tagConditions,
} from './names.ts';
import { readToken, writeToken } from './page-token.ts';
import type { KinesisState } from './state.ts';
import { withTags } from './tag-rules.ts';

const PAGE = 100;
const seconds = (ms: number) => Math.floor(ms / 1000);

interface Token {
  readonly after: string;
}

/** Operations on consumers with throughput of their own. The texts of their errors have not been seen from AWS. */
export const consumerOperations: OperationTable<KinesisState> = {
  RegisterStreamConsumer: operation<
    KinesisState,
    Kinesis.RegisterStreamConsumerInput,
    Kinesis.RegisterStreamConsumerOutput
  >({
    needs: (input, context) => {
      const register = {
        ...streamNeed('RegisterStreamConsumer')(input, context),
        ...tagConditions(input.Tags),
      };
      if (Object.keys(input.Tags ?? {}).length === 0) return register;
      // "You must also have the kinesis:TagResource permission for the consumer that will be registered"
      // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
      // Nobody knows the time in its ARN before it is made, so no policy can name it.
      const consumer = `${input.StreamARN}/consumer/${input.ConsumerName}:*`;
      return [register, { ...register, action: 'kinesis:TagResource', resource: consumer }];
    },
    handle: (input, context) => {
      const { state, clock, accountId } = context;
      const { ConsumerName: name = '' } = input;
      check(named('consumerName', name));
      const stream = requireStream(input, context);
      const known = state.consumersOf(stream.arn);
      if (known.some((consumer) => consumer.name === name))
        throw resourceInUse(
          `Consumer ${name} of stream ${stream.name} under account ${accountId} already exists.`,
        );
      if (known.length >= ACCOUNT.consumersOfStream)
        throw limitExceeded(
          `Stream ${stream.name} under account ${accountId} has ${known.length} registered consumers; ${ACCOUNT.consumersOfStream} are allowed.`,
        );
      const createdAt = clock.now();
      const consumer = {
        name,
        arn: `${stream.arn}/consumer/${name}:${seconds(createdAt)}`,
        streamArn: stream.arn,
        createdAt,
        tags: withTags({}, input.Tags ?? {}, `consumer ${name} under account ${accountId}`),
      };
      state.putConsumer(consumer);
      return { Consumer: describeConsumer(consumer) };
    },
  }),
  DeregisterStreamConsumer: operation<KinesisState, Kinesis.DeregisterStreamConsumerInput, object>({
    needs: consumerNeed('DeregisterStreamConsumer'),
    handle: (input, context) => {
      const consumer = requireConsumer(input, context);
      context.state.dropConsumer(consumer.arn);
      // Its subscriptions find it gone.
      context.arrivals.announce(consumer.streamArn);
      return {};
    },
  }),
  DescribeStreamConsumer: operation<
    KinesisState,
    Kinesis.DescribeStreamConsumerInput,
    Kinesis.DescribeStreamConsumerOutput
  >({
    needs: consumerNeed('DescribeStreamConsumer'),
    handle: (input, context) => {
      const consumer = requireConsumer(input, context);
      return {
        ConsumerDescription: { ...describeConsumer(consumer), StreamARN: consumer.streamArn },
      };
    },
  }),
  ListStreamConsumers: operation<
    KinesisState,
    Kinesis.ListStreamConsumersInput,
    Kinesis.ListStreamConsumersOutput
  >({
    needs: streamNeed('ListStreamConsumers'),
    handle: (input, context) => {
      check(within('maxResults', input.MaxResults, [1, 10_000]));
      const { state, clock, accountId } = context;
      const stream = requireStream(input, context);
      const created = input.StreamCreationTimestamp;
      if (created !== undefined && seconds(created.getTime()) !== seconds(stream.createdAt))
        throw streamNotFound(stream.name, accountId);
      const after =
        input.NextToken === undefined ? '' : readToken<Token>(input.NextToken, clock.now()).after;
      const rest = state
        .consumersOf(stream.arn)
        .filter(({ name }) => name > after)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const page = rest.slice(0, input.MaxResults ?? PAGE);
      const last = page.at(-1);
      return {
        Consumers: page.map(describeConsumer),
        ...(last === undefined || page.length === rest.length
          ? {}
          : { NextToken: writeToken({ after: last.name } satisfies Token, clock.now()) }),
      };
    },
  }),
};
