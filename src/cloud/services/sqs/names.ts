import type { Need, OperationContext } from '../../core/define-service.ts';
import { memoize } from '../../core/memoize.ts';
import { invalidAddress, queueDoesNotExist } from './errors.ts';
import type { Lane, Queue, SqsState } from './state.ts';

export type Context = OperationContext<SqsState>;

type Place = Pick<Context, 'region' | 'accountId'>;

export const queueArn = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:sqs:${region}:${accountId}:${name}`;

/** The address that this cloud gives out: valid wherever it listens. */
export const queueUrl = (context: Pick<Context, 'endpoint' | 'accountId'>, name: string): string =>
  `${context.endpoint}/${context.accountId}/${name}`;

/**
 * AWS's own forms: `https://sqs.REGION.amazonaws.com/…`, the older `https://REGION.queue.amazonaws.com/…`, an endpoint of a
 * network `https://vpce-….sqs.REGION.vpce.amazonaws.com/…`. Any other host is taken for this cloud's.
 * @see https://docs.aws.amazon.com/general/latest/gr/sqs-service.html
 */
const REGION_OF_HOST = /(?:\bsqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:vpce\.)?amazonaws\.com/;

interface Address extends Place {
  readonly name: string;
}

/** What an address says; without a region where it is this cloud's. Every call of a client says the same of its queue. */
const parseUrl = memoize((url) => {
  const [, host = '', accountId = '', name = ''] =
    /^https?:\/\/([^/]+)\/(?:.*\/)?(\d{12})\/([^/?#]+)\/?$/.exec(url) ?? [];
  const [, region, older] = REGION_OF_HOST.exec(host) ?? [];
  return { accountId, name, region: region ?? older };
});

/** @throws {InvalidAddress} when it is no queue's address */
const readUrl = (url: string, context: Place): Address => {
  const { accountId, name, region = context.region } = parseUrl(url);
  if (name === '') throw invalidAddress(url);
  return { accountId, name, region };
};

const isHere = (address: Place, context: Place) =>
  address.accountId === context.accountId && address.region === context.region;

/** A request of the older protocol names its operation in a form. */
const inQuery = ({ wire }: Context) =>
  wire !== undefined && wire.headers['x-amz-target'] === undefined;

/** @throws {QueueDoesNotExist | InvalidAddress} */
export const requireQueue = (context: Context, url: string | undefined): Queue => {
  const address = readUrl(url ?? '', context);
  const queue = isHere(address, context) ? context.state.queues.get(address.name) : undefined;
  if (queue === undefined) throw queueDoesNotExist(inQuery(context));
  return queue;
};

/** By name, as `GetQueueUrl` has it. @throws {QueueDoesNotExist} */
export const requireNamed = (context: Context, name: string, accountId: string): Queue => {
  const queue = accountId === context.accountId ? context.state.queues.get(name) : undefined;
  if (queue === undefined) throw queueDoesNotExist(inQuery(context));
  return queue;
};

/** The queue with this ARN, if it is of this account and region. */
export const findByArn = (state: SqsState, arn: string): Queue | undefined => {
  const queue = state.queues.get(arn.slice(arn.lastIndexOf(':') + 1));
  return queue?.arn === arn ? queue : undefined;
};

/** A queue and its messages as they stand now. @throws {QueueDoesNotExist | InvalidAddress} */
export const requireLane = (
  context: Context,
  url: string | undefined,
): { readonly queue: Queue; readonly lane: Lane } => {
  const queue = requireQueue(context, url);
  const lane = context.state.lane(queue);
  lane.line.catchUp(context.clock.now());
  return { queue, lane };
};

/** Condition keys of a request's tags. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
export const tagKeys = (
  tags: Readonly<Record<string, string>> | undefined,
): NonNullable<Need['conditions']> => {
  const pairs = Object.entries(tags ?? {});
  if (pairs.length === 0) return {};
  return {
    'aws:TagKeys': pairs.map(([key]) => key),
    ...Object.fromEntries(pairs.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
};

/** What an operation on the queue at an address needs. */
export const urlNeed = (operation: string) => {
  const action = `sqs:${operation}`;
  return (input: { readonly QueueUrl?: string | undefined }, context: Context): Need => {
    const address = readUrl(input.QueueUrl ?? '', context);
    const queue = isHere(address, context) ? context.state.queues.get(address.name) : undefined;
    // The record's text is kept as it is in the journal; one that is made anew would be kept with every entry.
    return { action, resource: queue?.arn ?? queueArn(address, address.name) };
  };
};
