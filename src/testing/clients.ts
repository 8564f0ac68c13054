import { prepareClients } from '../runtime/clients/index.ts';
import type { ArchiveDeclaration } from '../sources/eventbridge/archive.ts';
import type { BusDeclaration, EventDeclaration } from '../sources/eventbridge/spec.ts';
import type { StreamDeclaration } from '../sources/kinesis/spec.ts';
import type { BucketDeclaration } from '../sources/s3/spec.ts';
import type { ParameterDeclaration } from '../sources/parameter/spec.ts';
import type { ScheduleGroupDeclaration } from '../sources/scheduler/group.ts';
import type { SecretDeclaration } from '../sources/secret/spec.ts';
import type { QueueDeclaration } from '../sources/sqs/spec.ts';
import type { TopicDeclaration } from '../sources/sns/spec.ts';
import type { TableDeclaration } from '../sources/dynamodb/spec.ts';
import type { BucketClient, BucketMode } from '../spec/bucket.ts';
import type { ArchiveReplayer, BusPutter, EventPutter } from '../spec/bus-client.ts';
import type { Grant } from '../spec/grant.ts';
import type { FunctionClient, FunctionDeclaration } from '../spec/lambda.ts';
import type { Received, Sent } from '../spec/message-schema.ts';
import type { QueueClient, QueueMode } from '../spec/queue-client.ts';
import type { RecordData } from '../runtime/record-data.ts';
import type { ScheduleGroupClient, ScheduleMode } from '../spec/schedule-client.ts';
import type { SettingReader } from '../spec/setting-client.ts';
import type { StreamClient, StreamMode } from '../spec/stream-client.ts';
import type { TableClient, TableMode } from '../spec/table-client.ts';
import type { TopicPublisher } from '../spec/topic-client.ts';
import type { Referable } from '../spec/value.ts';
import { TestingError } from './testing-error.ts';

/** What a test can do with a declaration: everything that any grant on it gives. */
export type ClientOf<Declaration> =
  Declaration extends Grant<infer Client>
    ? Client
    : Declaration extends BucketDeclaration
      ? BucketClient<BucketMode>
      : Declaration extends QueueDeclaration<infer Schema>
        ? QueueClient<QueueMode, Sent<Schema>, Received<Schema, string>>
        : Declaration extends StreamDeclaration<infer Schema, infer Keyed>
          ? StreamClient<StreamMode, Sent<Schema>, Received<Schema, RecordData>, Keyed>
          : Declaration extends TableDeclaration<infer Types>
            ? TableClient<TableMode<keyof Types['indexes'] & string>, Types>
            : Declaration extends TopicDeclaration<infer Schema>
              ? TopicPublisher<Sent<Schema>>
              : Declaration extends EventDeclaration<infer Schema>
                ? EventPutter<Sent<Schema>>
                : Declaration extends BusDeclaration
                  ? BusPutter
                  : Declaration extends ArchiveDeclaration
                    ? ArchiveReplayer
                    : Declaration extends ScheduleGroupDeclaration<infer Schema>
                      ? ScheduleGroupClient<ScheduleMode, Sent<Schema>>
                      : Declaration extends FunctionDeclaration<infer Event, infer Result>
                        ? FunctionClient<Event, Result>
                        : Declaration extends ParameterDeclaration | SecretDeclaration
                          ? SettingReader
                          : never;

/** Grants of everything, one line a kind. */
const WHOLE: Readonly<Record<string, (declaration: never) => Grant>> = {
  bucket: (declared: BucketDeclaration) => declared.access('read', 'write', 'delete', 'list'),
  queue: (declared: QueueDeclaration) =>
    declared.access('send', 'receive', 'purge', 'inspect', 'redrive'),
  stream: (declared: StreamDeclaration) => declared.access('put', 'read'),
  table: (declared: TableDeclaration) =>
    declared.access(
      'read',
      'scan',
      'write',
      'delete',
      ...Object.keys(declared.options.indexes ?? {}).map((index) => `index:${index}` as const),
      ...Object.keys(declared.options.localIndexes ?? {}).map((index) => `index:${index}` as const),
    ),
  topic: (declared: TopicDeclaration) => declared.publish(),
  bus: (declared: BusDeclaration) => declared.put(),
  'bus-event': (declared: EventDeclaration) => declared.put(),
  archive: (declared: ArchiveDeclaration) => declared.replay(),
  scheduleGroup: (declared: ScheduleGroupDeclaration) => declared.access('create', 'delete'),
  function: (declared: FunctionDeclaration) => declared.invoke(),
  // A test wants what is there now.
  parameter: (declared: ParameterDeclaration) => declared.read({ maxAge: 0 }),
  secret: (declared: SecretDeclaration) => declared.read({ maxAge: 0 }),
};

/**
 * The client of a declaration or a grant, under the test's own principal.
 *
 * @param physicalName - Physical name of a resource, by its logical one.
 * @throws {NO_CLIENT} for a declaration that has none
 * @throws {NOT_PROVISIONED} when its resource is in no stack
 */
export const clientFor = (
  target: Referable | Grant,
  settings: Readonly<Record<string, unknown>>,
  physicalName: (logicalId: string) => string | undefined,
): unknown => {
  const grant = target.kind === 'grant' ? (target as Grant) : WHOLE[target.kind]?.(target as never);
  const binding = grant?.binding;
  if (grant === undefined || binding === undefined)
    throw new TestingError(
      'NO_CLIENT',
      `${'name' in target ? target.name : 'This grant'} (${target.kind}) has no client. Use the AWS SDK with the cloud's settings: new XClient(cloud.settings).`,
    );
  const name = binding.physicalName ?? physicalName(binding.resource);
  if (name === undefined)
    throw new TestingError(
      'NOT_PROVISIONED',
      `${binding.resource} is in no stack of this cloud. Provision the service that it belongs to first: await cloud.provision(service).`,
    );
  const { client } = prepareClients(
    { client: grant },
    { env: { [`SPARTA_${binding.resource}`]: name }, settings },
  );
  return client;
};
