import { notSupported } from '../../core/aws-error.ts';
import { invalidParameterValue } from '../errors.ts';
import type { SourceKind } from './mapping.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** A source by its ARN. */
export interface Source {
  readonly kind: SourceKind;
  readonly arn: string;
  /** A first-in-first-out queue. */
  readonly fifo: boolean;
}

const NOT_HERE: Readonly<Record<string, string>> = {
  kafka: 'Amazon MSK as an event source',
  mq: 'Amazon MQ as an event source',
  rds: 'Amazon DocumentDB as an event source',
};

const KINDS: readonly { readonly form: RegExp; readonly kind: SourceKind }[] = [
  { form: /^arn:aws[\w-]*:sqs:[^:]+:\d{12}:[\w-]{1,80}(\.fifo)?$/, kind: 'sqs' },
  {
    form: /^arn:aws[\w-]*:kinesis:[^:]+:\d{12}:stream\/[\w.-]+(\/consumer\/[\w.-]+:\d+)?$/,
    kind: 'kinesis',
  },
  { form: /^arn:aws[\w-]*:dynamodb:[^:]+:\d{12}:table\/[\w.-]+\/stream\/.+$/, kind: 'dynamodb' },
];

/**
 * @throws {InvalidParameterValueException} for what is no source
 * @throws {NotImplemented} for a source that AWS has and the embedded cloud has not
 */
export const readSource = (place: Place, arn: string): Source => {
  const [, , service = '', region, account] = arn.split(':');
  const missing = NOT_HERE[service];
  if (missing !== undefined) throw notSupported(missing);
  const known = KINDS.find(({ form }) => form.test(arn));
  if (known === undefined) throw invalidParameterValue('Unrecognized event source.');
  if (region !== place.region || account !== place.accountId)
    throw notSupported('An event source of another account or region');
  return { kind: known.kind, arn, fifo: known.kind === 'sqs' && arn.endsWith('.fifo') };
};

/** The address of a queue, valid for calls from inside. */
export const urlOfQueue = (arn: string): string => {
  const [, , , region = '', account = '', name = ''] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
};

const CONSUMER = '/consumer/';

/** Whether an ARN is that of a consumer of a stream of Kinesis (enhanced fan-out). */
export const isConsumer = (arn: string): boolean => arn.includes(CONSUMER);

/** The stream of a consumer; any other ARN as it is. */
export const streamOf = (arn: string): string => arn.split(CONSUMER)[0] ?? arn;
