import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { filterCriteria } from '../../synth/event-source-mapping.ts';
import { retentionOf } from '../../synth/retention.ts';
import { synthesiseStreamMapping } from '../../synth/stream-mapping.ts';
import { said } from '../../synth/template.ts';
import type { KinesisSourceOptions, KinesisStreamOptions } from './spec.ts';

type Options = Omit<KinesisStreamOptions, 'schema' | 'partitionKey'>;

/** Kinesis's own key. https://docs.aws.amazon.com/streams/latest/dev/getting-started-with-sse.html */
const OWN_KEY = 'alias/aws/kinesis';

/** What can be said of a stream that the stack makes alone. */
const OF_NEW_ONES: readonly (keyof Options)[] = [
  'streamName',
  'shardCount',
  'retentionPeriodHours',
  'maxRecordSizeInKiB',
  'encrypted',
  'deletionPolicy',
  'replaceable',
  'properties',
];

const mistakesOf = (options: Options): readonly string[] => {
  const { existing, encrypted, keyArn } = options;
  if (existing === undefined)
    return encrypted === false && keyArn !== undefined
      ? ['it has a keyArn, and is not encrypted. Leave one of them out.']
      : [];
  const said = OF_NEW_ONES.filter((option) => options[option] !== undefined);
  return [
    ...(/^arn:[\w-]+:kinesis:[\w-]+:\d{12}:stream\/[\w.-]+$/.test(existing)
      ? []
      : [
          `existing is ${existing}; it is the ARN of a stream, arn:aws:kinesis:REGION:ACCOUNT:stream/NAME.`,
        ]),
    ...(said.length === 0
      ? []
      : [
          `it is there (existing), so ${said.join(', ')} cannot be said of it. Leave that out, or let the stack make the stream.`,
        ]),
  ];
};

const encryptionOf = ({ encrypted = true, keyArn }: Options) =>
  encrypted ? { EncryptionType: 'KMS', KeyId: keyArn ?? OWN_KEY } : undefined;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html */
export const synthesiseStream = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as Options;
  const { name, declaredAt } = declaration;
  for (const mistake of mistakesOf(options))
    builder.problem('INVALID_OPTION', `The stream ${name}: ${mistake}`, declaredAt);
  // One that is there belongs to somebody else.
  if (options.existing !== undefined) return;
  const { shardCount } = options;
  builder.add(
    name,
    {
      Type: 'AWS::Kinesis::Stream',
      ...retentionOf('AWS::Kinesis::Stream', options),
      Properties: builder.resolve(
        said({
          MaxRecordSizeInKiB: options.maxRecordSizeInKiB,
          Name: options.streamName,
          RetentionPeriodHours: options.retentionPeriodHours,
          ShardCount: shardCount,
          StreamEncryption: encryptionOf(options),
          StreamModeDetails: { StreamMode: shardCount === undefined ? 'ON_DEMAND' : 'PROVISIONED' },
          Tags: builder.tags(),
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaredAt,
  );
  builder.output(`${name}StreamName`, { Ref: name }, `Name of the stream ${name}`);
};

/** "You can only register a given consumer once in a stream": told before Kinesis does. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html */
const isTaken = (properties: Readonly<Record<string, unknown>>, builder: TemplateBuilder) =>
  [...builder.resources.values()].some(
    ({ Type, Properties = {} }) =>
      Type === 'AWS::Kinesis::StreamConsumer' &&
      Object.entries(properties).every(
        ([name, value]) => JSON.stringify(Properties[name]) === JSON.stringify(value),
      ),
  );

/** The consumer that a mapping reads by; answers with its ARN. */
const synthesiseConsumer = (
  fn: FunctionDeclaration,
  { target }: EventSource,
  properties: { readonly ConsumerName: string; readonly StreamARN: unknown },
  builder: TemplateBuilder,
): unknown => {
  if (isTaken(properties, builder))
    builder.problem(
      'INVALID_OPTION',
      `The consumer ${properties.ConsumerName} of ${target.name} is of several functions, ${fn.name} among them; each needs one of its own. Give it another name.`,
      fn.declaredAt,
    );
  const id = `${fn.name}${target.name}Consumer`;
  builder.add(
    id,
    {
      Type: 'AWS::Kinesis::StreamConsumer',
      Properties: said({ ...properties, Tags: builder.tags() }),
    },
    fn.declaredAt,
  );
  return { Ref: id };
};

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** "If you specify a plain string for data, Lambda throws an exception": https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html */
const checkFilter = (
  fn: FunctionDeclaration,
  { target, detail }: EventSource,
  builder: TemplateBuilder,
): void => {
  const { filter = {} } = detail as KinesisSourceOptions<undefined>;
  const patterns: readonly unknown[] = isList(filter) ? filter : [filter];
  if (patterns.some((pattern) => typeof pattern !== 'object' || isList(pattern)))
    builder.problem(
      'INVALID_OPTION',
      `filter of ${fn.name} on ${target.name} is ${JSON.stringify(filter)}; of a stream Lambda filters JSON alone. Give members of the data: { page: ['/buy'] }.`,
      fn.declaredAt,
    );
};

/** Records of a stream start a function. */
export const synthesiseKinesisSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  checkFilter(fn, source, builder);
  const { consumer, filter } = source.detail as KinesisSourceOptions<undefined>;
  const { existing } = (source.target as unknown as { readonly options: Options }).options;
  const StreamARN = existing ?? { 'Fn::GetAtt': [source.target.name, 'Arn'] };
  synthesiseStreamMapping(
    fn,
    source,
    {
      EventSourceArn:
        consumer === undefined
          ? StreamARN
          : synthesiseConsumer(fn, source, { ConsumerName: consumer, StreamARN }, builder),
      FilterCriteria: filterCriteria(filter, 'data'),
    },
    builder,
  );
};
