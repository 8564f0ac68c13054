import type { Need } from '../../core/define-service.ts';
import { notSupported } from '../../core/aws-error.ts';
import { check, named } from './constraints.ts';
import { consumerNotFound, invalidArgument, streamNotFound } from './errors.ts';
import type { Consumer, KinesisState, Stream } from './state.ts';

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** How requests name a stream. */
export interface StreamReference {
  readonly StreamName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

export const streamArn = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:kinesis:${region}:${accountId}:stream/${name}`;

interface Named extends Place {
  readonly name: string;
}

const STREAM_ARN = /^arn:aws[\w-]*:kinesis:([\w-]*):(\d{12}):stream\/([\w.-]+)$/;
const CONSUMER_ARN = /^arn:aws[\w-]*:kinesis:[\w-]*:\d{12}:stream\/[\w.-]+\/consumer\/[\w.-]+:\d+$/;

/** What a stream's ARN says. @throws {InvalidArgumentException} when it is none */
const readArn = (arn: string): Named => {
  const [, region = '', accountId = '', name] = STREAM_ARN.exec(arn) ?? [];
  if (name === undefined)
    throw invalidArgument(
      `The ARN '${arn}' is not a stream's: arn:aws:kinesis:REGION:ACCOUNT:stream/NAME.`,
    );
  return { region, accountId, name };
};

/** "Not Implemented. Reserved for future use": AWS has the parameter in its API and nothing behind it. */
const refuseStreamId = (streamId: string | undefined) => {
  if (streamId !== undefined) throw notSupported('The parameter StreamId');
};

/** "You must use either the StreamARN or the StreamName parameter, or both" (API_DescribeStream.html); the texts are our own. */
const nameOf = (input: StreamReference, context: Place): Named => {
  refuseStreamId(input.StreamId);
  check(named('streamName', input.StreamName));
  const { StreamName, StreamARN } = input;
  if (StreamARN === undefined) {
    if (StreamName === undefined)
      throw invalidArgument('Either StreamName or StreamARN must be given.');
    return { region: context.region, accountId: context.accountId, name: StreamName };
  }
  const read = readArn(StreamARN);
  if (StreamName !== undefined && StreamName !== read.name)
    throw invalidArgument(
      `StreamName ${StreamName} and StreamARN ${StreamARN} name different streams. Give one of them.`,
    );
  return read;
};

/**
 * Need on a stream, however it is named. A request that names two streams, or none, is refused by {@link requireStream}, which
 * every operation asks.
 */
export const streamNeed =
  (action: string) =>
  ({ StreamARN, StreamName = '' }: StreamReference, context: Place): Need => ({
    action: `kinesis:${action}`,
    resource: StreamARN ?? streamArn(context, StreamName),
  });

/**
 * The stream that a request names.
 * @throws {ResourceNotFoundException}
 */
export const requireStream = (
  input: StreamReference,
  context: Place & { readonly state: KinesisState },
): Stream => {
  const { name, accountId, region } = nameOf(input, context);
  const stream = context.state.stream(name);
  if (stream === undefined || accountId !== context.accountId || region !== context.region)
    throw streamNotFound(name, accountId);
  return stream;
};

/** How requests name a consumer. */
export interface ConsumerReference {
  readonly ConsumerARN?: string | undefined;
  readonly ConsumerName?: string | undefined;
  readonly StreamARN?: string | undefined;
  readonly StreamId?: string | undefined;
}

const byName = (
  { StreamARN = '', ConsumerName }: ConsumerReference,
  state: KinesisState,
): Consumer | undefined => state.consumersOf(StreamARN).find(({ name }) => name === ConsumerName);

/** Need on a consumer. One that is named and is not there has no time in its ARN. */
export const consumerNeed =
  (action: string) =>
  (input: ConsumerReference, { state }: { readonly state: KinesisState }): Need => ({
    action: `kinesis:${action}`,
    resource:
      input.ConsumerARN ??
      byName(input, state)?.arn ??
      `${input.StreamARN ?? ''}/consumer/${input.ConsumerName ?? ''}`,
  });

/** @throws {InvalidArgumentException | ResourceNotFoundException} */
export const requireConsumer = (
  input: ConsumerReference,
  { state, accountId }: Place & { readonly state: KinesisState },
): Consumer => {
  refuseStreamId(input.StreamId);
  const { ConsumerARN, ConsumerName, StreamARN } = input;
  if (ConsumerARN === undefined && (ConsumerName === undefined || StreamARN === undefined))
    throw invalidArgument('Either ConsumerARN, or both ConsumerName and StreamARN must be given.');
  if (ConsumerARN !== undefined && !CONSUMER_ARN.test(ConsumerARN))
    throw invalidArgument(
      `The ARN '${ConsumerARN}' is not a consumer's: arn:aws:kinesis:REGION:ACCOUNT:stream/NAME/consumer/NAME:TIME.`,
    );
  const consumer =
    ConsumerARN === undefined ? byName(input, state) : state.consumers.get(ConsumerARN);
  if (consumer === undefined) throw consumerNotFound(ConsumerARN ?? ConsumerName ?? '', accountId);
  return consumer;
};

/** A stream or a consumer by its ARN, for tags and policies. */
export type Holder =
  | { readonly kind: 'stream'; readonly stream: Stream }
  | { readonly kind: 'consumer'; readonly consumer: Consumer };

/** @throws {ResourceNotFoundException} */
export const requireHolder = (
  input: { readonly ResourceARN?: string | undefined; readonly StreamId?: string | undefined },
  context: Place & { readonly state: KinesisState },
): Holder => {
  refuseStreamId(input.StreamId);
  const arn = input.ResourceARN ?? '';
  if (arn.includes('/consumer/'))
    return { kind: 'consumer', consumer: requireConsumer({ ConsumerARN: arn }, context) };
  return { kind: 'stream', stream: requireStream({ StreamARN: arn }, context) };
};

export const holderNeed =
  (action: string) =>
  ({ ResourceARN = '*' }: { readonly ResourceARN?: string | undefined }): Need => ({
    action: `kinesis:${action}`,
    resource: ResourceARN,
  });

/** Condition keys of a request that brings tags. */
export const tagConditions = (
  tags: Readonly<Record<string, string>> | undefined,
): Pick<Need, 'conditions'> => {
  const pairs = Object.entries(tags ?? {});
  if (pairs.length === 0) return {};
  return {
    conditions: {
      'aws:TagKeys': pairs.map(([key]) => key),
      ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    },
  };
};
