import { failureOutcome, notSupported } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { comeLate, timesOf } from './disorder.ts';
import { invalidArgument } from './errors.ts';
import { principalOf, sendEvent } from './events.ts';
import type { Bucket, ObjectVersion, S3State } from './state.ts';

type Context = OperationContext<S3State>;

interface Destination {
  readonly Id?: string | undefined;
  readonly Events?: readonly string[] | undefined;
  readonly Filter?:
    | {
        readonly Key?:
          | {
              readonly FilterRules?:
                | readonly {
                    readonly Name?: string | undefined;
                    readonly Value?: string | undefined;
                  }[]
                | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly LambdaFunctionArn?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly QueueArn?: string | undefined;
}

/** As `PutBucketNotificationConfiguration` takes it. */
export interface Notifications {
  readonly LambdaFunctionConfigurations?: readonly Destination[] | undefined;
  readonly TopicConfigurations?: readonly Destination[] | undefined;
  readonly QueueConfigurations?: readonly Destination[] | undefined;
  readonly EventBridgeConfiguration?: object | undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const EVENTS =
  /^s3:(ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)|ObjectRemoved:(\*|Delete|DeleteMarkerCreated)|ObjectTagging:(\*|Put|Delete)|ObjectRestore:(\*|Post|Completed|Delete)|ReducedRedundancyLostObject|Replication:.+|LifecycleExpiration:.+|LifecycleTransition|IntelligentTiering|ObjectAcl:Put|TestEvent)$/;

const arnOf = (destination: Destination) =>
  destination.LambdaFunctionArn ?? destination.TopicArn ?? destination.QueueArn ?? '';

const all = (configuration: Notifications): readonly Destination[] => [
  ...(configuration.LambdaFunctionConfigurations ?? []),
  ...(configuration.TopicConfigurations ?? []),
  ...(configuration.QueueConfigurations ?? []),
];

/**
 * S3 asks every destination whether it may deliver, before it takes the configuration.
 * @throws {InvalidArgument}
 * @throws {NotImplemented} for queues
 */
export const validateNotifications = async (
  context: Context,
  bucket: Bucket,
  configuration: Notifications,
): Promise<void> => {
  if ((configuration.QueueConfigurations ?? []).length > 0)
    throw notSupported("A bucket's notification to a queue");
  for (const destination of all(configuration)) {
    for (const event of destination.Events ?? [])
      if (!EVENTS.test(event))
        throw invalidArgument('The event is not supported for notifications', 'Event', event);
    for (const { Name = '' } of destination.Filter?.Key?.FilterRules ?? [])
      if (!/^(prefix|suffix)$/i.test(Name))
        throw invalidArgument(
          'filter rule name must be either prefix or suffix',
          'FilterRule.Name',
          Name,
        );
  }
  checkOverlaps(all(configuration));
  for (const destination of all(configuration)) {
    try {
      await ask(context, bucket, destination);
    } catch (error) {
      context.journal.note(
        's3',
        `the destination ${arnOf(destination)} of ${bucket.name} was refused: ${error instanceof Error ? error.message : String(error)}`,
        {
          outcome: failureOutcome(error),
          cause: context.callId,
        },
      );
      throw invalidArgument(
        'Unable to validate the following destination configurations',
        arnOf(destination),
        'null',
      );
    }
  }
};

const ask = async (context: Context, bucket: Bucket, destination: Destination): Promise<void> => {
  const principal = principalOf(bucket);
  if (destination.LambdaFunctionArn !== undefined)
    await context.call({
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName: destination.LambdaFunctionArn, InvocationType: 'DryRun' },
      principal,
    });
  else
    await context.call({
      service: 'sns',
      operation: 'Publish',
      input: {
        TopicArn: destination.TopicArn,
        Subject: 'Amazon S3 Notification',
        Message: JSON.stringify(testEvent(context, bucket)),
      },
      principal,
    });
};

const testEvent = (context: Context, bucket: Bucket) => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: new Date(context.clock.now()).toISOString(),
  Bucket: bucket.name,
  RequestId: context.random.hex(16).toUpperCase(),
  HostId: context.random.hex(32),
});

const filterOf = (destination: Destination) => {
  const rules = destination.Filter?.Key?.FilterRules ?? [];
  const value = (wanted: string) =>
    rules.find(({ Name }) => Name?.toLowerCase() === wanted)?.Value ?? '';
  return { prefix: value('prefix'), suffix: value('suffix') };
};

/** Two destinations may not want the same event of the same key. */
const checkOverlaps = (destinations: readonly Destination[]): void => {
  for (const [index, one] of destinations.entries())
    for (const other of destinations.slice(index + 1)) {
      const [a, b] = [filterOf(one), filterOf(other)];
      const prefixes = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
      const suffixes = a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix);
      const events = (one.Events ?? []).some((event) =>
        (other.Events ?? []).some((second) => wants(event, second) || wants(second, event)),
      );
      if (prefixes && suffixes && events)
        throw invalidArgument(
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
        );
    }
};

const wants = (pattern: string, event: string) =>
  pattern === event || (pattern.endsWith('*') && event.startsWith(pattern.slice(0, -1)));

/** Keys go URL-encoded, with plus for space. */
const encodeKey = (key: string) =>
  encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const eventOf = (
  context: Context,
  bucket: Bucket,
  name: string,
  key: string,
  version: ObjectVersion,
  configurationId: string,
) => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: bucket.region,
      eventTime: new Date(context.clock.now()).toISOString(),
      eventName: name,
      userIdentity: {
        principalId:
          'userId' in context.principal ? `AWS:${context.principal.userId}` : 'AWS:Anonymous',
      },
      requestParameters: { sourceIPAddress: context.wire?.sourceIp ?? '127.0.0.1' },
      responseElements: {
        'x-amz-request-id': context.requestId,
        'x-amz-id-2': Buffer.from(context.requestId).toString('base64'),
      },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId,
        bucket: {
          name: bucket.name,
          ownerIdentity: { principalId: bucket.accountId },
          arn: `arn:aws:s3:::${bucket.name}`,
        },
        object: {
          key: encodeKey(key),
          ...(name.startsWith('ObjectRemoved')
            ? {}
            : { size: version.sizeBytes, eTag: version.etag.replaceAll('"', '') }),
          ...(version.versionId === 'null' ? {} : { versionId: version.versionId }),
          sequencer: version.sequencer,
        },
      },
    },
  ],
});

/** Tells whoever asked for it. A function gets its event once Lambda has taken it; what is refused is dropped and noted. */
export const notify = (
  context: Context,
  bucket: Bucket,
  name: string,
  key: string,
  version: ObjectVersion,
): void => {
  const configuration = bucket.configuration['Notification'] as Notifications | undefined;
  if (configuration === undefined) return;
  if (configuration.EventBridgeConfiguration !== undefined)
    sendEvent(context, { bucket, name, key, version });
  for (const destination of all(configuration)) {
    const { prefix, suffix } = filterOf(destination);
    if (!key.startsWith(prefix) || !key.endsWith(suffix)) continue;
    if (!(destination.Events ?? []).some((event) => wants(event, `s3:${name}`))) continue;
    const event = JSON.stringify(
      eventOf(context, bucket, name, key, version, destination.Id ?? ''),
    );
    const whom = arnOf(destination).split(':').at(-1) ?? '';
    const telling = { bucket, name, key, whom };
    const tell = async () => {
      try {
        if (context.disorder !== undefined) await comeLate(context, telling);
        await deliver(context, bucket, destination, event);
      } catch (error) {
        context.journal.note(
          's3',
          `${name} of ${bucket.name}/${key} to ${arnOf(destination)} was dropped: ${error instanceof Error ? error.message : String(error)}`,
          {
            outcome: failureOutcome(error),
            cause: context.callId,
            source: `arn:aws:s3:::${bucket.name}`,
            target: arnOf(destination),
          },
        );
      }
    };
    for (let times = timesOf(context, telling); times > 0; times -= 1)
      context.background(`notification of ${bucket.name}`, tell);
  }
};

const deliver = async (
  context: Context,
  bucket: Bucket,
  destination: Destination,
  event: string,
): Promise<void> => {
  const principal = principalOf(bucket);
  if (destination.LambdaFunctionArn !== undefined)
    await context.call({
      service: 'lambda',
      operation: 'Invoke',
      input: {
        FunctionName: destination.LambdaFunctionArn,
        InvocationType: 'Event',
        Payload: Buffer.from(event),
      },
      principal,
      region: bucket.region,
    });
  else if (destination.TopicArn !== undefined)
    await context.call({
      service: 'sns',
      operation: 'Publish',
      input: { TopicArn: destination.TopicArn, Subject: 'Amazon S3 Notification', Message: event },
      principal,
      region: bucket.region,
    });
};
