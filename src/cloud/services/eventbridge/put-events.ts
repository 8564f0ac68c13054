import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { notSupported } from '../../core/aws-error.ts';
import type { Need, OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { compilePattern, matches, PatternError } from '../../patterns/index.ts';
import { goesRound } from './deliver.ts';
import { refusalOf } from './disorder.ts';
import { invalidPattern, validation } from './errors.ts';
import type { EventText } from './event.ts';
import { writeEvent } from './event.ts';
import { LIMITS } from './limits.ts';
import { busArn, busNameOf, DEFAULT_BUS } from './names.ts';
import { publish } from './publish.ts';
import type { EventBridgeState } from './state.ts';

type Context = OperationContext<EventBridgeState>;
type Entry = EventBridge.PutEventsRequestEntry;

/** An entry that another bus passes on, whole: by the service itself alone. */
export interface ForwardedEntry extends Entry {
  readonly forwarded: {
    readonly event: EventText;
    readonly id: string;
    readonly ingestedAt: number;
    readonly hops: number;
  };
}

const SERVICE = 'events.amazonaws.com';

const forwardedOf = (entry: Entry, context: Context) =>
  context.via === SERVICE && context.wire === undefined
    ? (entry as Partial<ForwardedEntry>).forwarded
    : undefined;

/** Sources of AWS's services, by their service principal. */
const OWN_SOURCES: Readonly<Record<string, string>> = {
  's3.amazonaws.com': 'aws.s3',
  'cloudwatch.amazonaws.com': 'aws.cloudwatch',
};

const isOwnSource = (principal: Principal, source: string | undefined): boolean =>
  principal.kind === 'service' && OWN_SOURCES[principal.service] === source;

/** Services of AWS send their own events to the default bus; no policy of the account says so. */
const serviceMay = (service: string, bus: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'events:PutEvents',
        Resource: bus,
      },
    ],
  });

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html */
const needOf = (entry: Entry, context: Context): Need => {
  const { principal } = context;
  const resource = busArn(context, busNameOf(entry.EventBusName, context));
  return {
    action: 'events:PutEvents',
    resource,
    conditions: {
      'events:source': entry.Source ?? '',
      'events:detail-type': entry.DetailType ?? '',
      'events:eventBusInvocation': String(forwardedOf(entry, context) !== undefined),
    },
    ...(principal.kind === 'service' && isOwnSource(principal, entry.Source)
      ? { resourcePolicy: serviceMay(principal.service, resource) }
      : {}),
  };
};

/** As AWS's own Java prints it; recorded by LocalStack's snapshot tests (test_events.snapshot.json). */
const printed = ({
  Time,
  Source,
  Resources,
  DetailType,
  Detail,
  EventBusName,
  TraceHeader,
}: Entry) =>
  `PutEventsRequestEntry(time=${Time?.toISOString() ?? null}, source=${Source ?? null}, resources=${Resources === undefined ? null : `[${Resources.join(', ')}]`}, detailType=${DetailType ?? null}, detail=${Detail ?? null}, eventBusName=${EventBusName ?? null}, traceHeader=${TraceHeader ?? null}, kmsKeyIdentifier=null, internalMetadata=null)`;

const TIME_BYTES = 14;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const sizeOf = ({ Time, Source = '', DetailType = '', Detail = '', Resources = [] }: Entry) =>
  [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : TIME_BYTES,
  );

const checkEntries = (entries: readonly Entry[]) => {
  const violated = (rule: string) =>
    validation(
      `1 validation error detected: Value '[${entries.map(printed).join(', ')}]' at 'entries' failed to satisfy constraint: Member must have length ${rule}`,
    );
  if (entries.length === 0) throw violated('greater than or equal to 1');
  if (entries.length > LIMITS.entries) throw violated(`less than or equal to ${LIMITS.entries}`);
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > LIMITS.entriesBytes)
    throw validation('Total size of the entries in the request is over the limit.');
};

const isJsonObject = (text: string): boolean => {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
};

/** What is wrong with an entry; texts as recorded from AWS by LocalStack's snapshot tests (test_events.snapshot.json). */
const problemOf = (
  entry: Entry,
  principal: Principal,
): EventBridge.PutEventsResultEntry | undefined => {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if ((entry[name] ?? '') === '')
      return {
        ErrorCode: 'InvalidArgument',
        ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      };
  if ((entry.Source ?? '').startsWith('aws.') && !isOwnSource(principal, entry.Source))
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: 'Not authorized for the source.',
    };
  return isJsonObject(entry.Detail ?? '')
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};

const putOne = (entry: Entry, context: Context): EventBridge.PutEventsResultEntry => {
  const { state, random, clock, callId } = context;
  const bus = busNameOf(entry.EventBusName, context);
  const there = bus === DEFAULT_BUS || state.buses.has(bus);
  const forwarded = forwardedOf(entry, context);
  if (forwarded !== undefined) {
    const { id, event, ingestedAt, hops } = forwarded;
    if (goesRound(hops))
      context.journal.note(
        'eventbridge',
        `event ${id} has passed ${hops} buses, and goes no further`,
        {
          outcome: 'error',
          cause: callId,
        },
      );
    else if (there)
      publish(context, bus, { event, source: entry.Source ?? '', ingestedAt, hops, cause: callId });
    return { EventId: id };
  }
  const problem = problemOf(entry, context.principal);
  if (problem !== undefined) return problem;
  const refusal = refusalOf(context, bus, entry.DetailType ?? '');
  if (refusal !== undefined) return refusal;
  const id = random.uuid();
  const now = clock.now();
  // AWS takes what is sent to a bus that is not there, and drops it; recorded by LocalStack's snapshot tests.
  if (there)
    publish(context, bus, {
      event: writeEvent({
        id,
        detailType: entry.DetailType ?? '',
        source: entry.Source ?? '',
        account: context.accountId,
        at: entry.Time?.getTime() ?? now,
        region: context.region,
        resources: entry.Resources ?? [],
        detail: entry.Detail ?? '{}',
      }),
      source: entry.Source ?? '',
      ingestedAt: now,
      cause: callId,
    });
  return { EventId: id };
};

const putEvents = operation<
  EventBridgeState,
  EventBridge.PutEventsRequest,
  EventBridge.PutEventsResponse
>({
  needs: ({ Entries = [], EndpointId }, context) => {
    if (EndpointId !== undefined) throw notSupported('The parameter EndpointId of PutEvents');
    checkEntries(Entries);
    return Entries.map((entry) => needOf(entry, context));
  },
  handle: ({ Entries = [] }, context) => {
    const results = Entries.map((entry) => putOne(entry, context));
    const failed = results.filter(({ EventId }) => EventId === undefined).length;
    context.annotate({ items: results.length - failed });
    return {
      FailedEntryCount: failed,
      Entries: results,
    };
  },
});

const REQUIRED_FIELDS = ['id', 'detail-type', 'source', 'account', 'time', 'region'];

const testEventPattern = operation<
  EventBridgeState,
  EventBridge.TestEventPatternRequest,
  EventBridge.TestEventPatternResponse
>({
  needs: () => ({ action: 'events:TestEventPattern', resource: '*' }),
  handle: ({ EventPattern = '', Event = '' }) => {
    const pattern = readPattern(EventPattern);
    if (!isJsonObject(Event)) throw validation('Parameter Event is not valid.');
    const event = JSON.parse(Event) as Readonly<Record<string, unknown>>;
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html calls resources mandatory, too; AWS
    // answers without them (test/recordings/event-patterns).
    const missing = REQUIRED_FIELDS.find((name) => event[name] === undefined);
    if (missing !== undefined) throw validation('Parameter Event is not valid.');
    return { Result: matches(pattern, event) };
  },
});

/** @throws {InvalidEventPatternException} */
export const readPattern = (text: string) => {
  try {
    return compilePattern(text);
  } catch (error) {
    if (error instanceof PatternError) throw invalidPattern(error.message);
    throw error;
  }
};

/** What comes in, and whether it would fit. */
export const eventOperations: OperationTable<EventBridgeState> = {
  PutEvents: putEvents,
  TestEventPattern: testEventPattern,
};
