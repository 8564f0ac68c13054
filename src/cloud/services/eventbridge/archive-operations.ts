import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints, NAME } from './constraints.ts';
import { alreadyExists } from './errors.ts';
import { archiveArn, busArn, busNameOf, requireArchive, requireBus, ruleArn } from './names.ts';
import { assertOneFilter, pageOf } from './page.ts';
import { readPattern } from './put-events.ts';
import type { Archive, EventBridgeState, Rule } from './state.ts';

type Context = OperationContext<EventBridgeState>;

const DAY_MS = 86_400_000;
const ARCHIVE_STATES = [
  'ENABLED',
  'DISABLED',
  'CREATING',
  'UPDATING',
  'CREATE_FAILED',
  'UPDATE_FAILED',
];

/** What keeps an archive filled: a rule that AWS manages, which leaves replayed events out. */
const ruleOf = (archive: Archive, context: Context): Rule => {
  const name = `Events-Archive-${archive.name}`;
  return {
    name,
    busName: archive.busName,
    arn: ruleArn(context, archive.busName, name),
    pattern: JSON.stringify({
      ...(JSON.parse(archive.pattern ?? '{}') as object),
      'replay-name': [{ exists: false }],
    }),
    state: 'ENABLED',
    managedBy: 'prod.vhs.events.aws.internal',
    createdBy: context.accountId,
    tags: {},
    targets: [],
    archive: archive.name,
  };
};

interface ArchiveSettings {
  readonly Description?: string | undefined;
  readonly EventPattern?: string | undefined;
  readonly RetentionDays?: number | undefined;
  readonly KmsKeyIdentifier?: string | undefined;
}

const checkSettings = (input: ArchiveSettings & { readonly ArchiveName?: string | undefined }) => {
  constraints()
    .text('archiveName', input.ArchiveName, NAME(48))
    .text('description', input.Description, { most: 512 })
    .number('retentionDays', input.RetentionDays, { least: 0, most: Number.MAX_SAFE_INTEGER })
    .check();
  if (input.EventPattern !== undefined && input.EventPattern !== '')
    readPattern(input.EventPattern);
};

const settingsOf = ({ Description, EventPattern, KmsKeyIdentifier }: ArchiveSettings) => ({
  ...(Description === undefined ? {} : { description: Description }),
  ...(EventPattern === undefined || EventPattern === '' ? {} : { pattern: EventPattern }),
  ...(KmsKeyIdentifier === undefined || KmsKeyIdentifier === ''
    ? {}
    : { kmsKeyIdentifier: KmsKeyIdentifier }),
});

/** Events that are past the archive's retention are gone when anybody looks. */
export const eventsOf = (
  { state, clock }: Pick<Context, 'state' | 'clock'>,
  { name, retentionDays }: Archive,
) => {
  if (retentionDays > 0) state.forget(name, clock.now() - retentionDays * DAY_MS);
  return state.archived(name);
};

const told = (archive: Archive, context: Context): EventBridge.Archive => {
  const events = eventsOf(context, archive);
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn(context, archive.busName),
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: events.reduce((sum, { event }) => sum + Buffer.byteLength(event), 0),
    EventCount: events.length,
    CreationTime: new Date(archive.createdAt),
  };
};

const archiveNeed =
  (action: string) => (input: { readonly ArchiveName?: string | undefined }, context: Context) => ({
    action: `events:${action}`,
    resource: archiveArn(context, input.ArchiveName ?? ''),
  });

const answer = (archive: Archive) =>
  ({
    ArchiveArn: archive.arn,
    State: 'ENABLED',
    CreationTime: new Date(archive.createdAt),
  }) as const;

export const archiveOperations: OperationTable<EventBridgeState> = {
  CreateArchive: operation<
    EventBridgeState,
    EventBridge.CreateArchiveRequest,
    EventBridge.CreateArchiveResponse
  >({
    needs: archiveNeed('CreateArchive'),
    handle: (input, context) => {
      const { state, clock } = context;
      checkSettings(input);
      const name = input.ArchiveName ?? '';
      if (state.archives.has(name)) throw alreadyExists(`Archive ${name}`);
      const bus = requireBus(context, busNameOf(input.EventSourceArn, context));
      const archive: Archive = {
        name,
        arn: archiveArn(context, name),
        busName: bus.name,
        retentionDays: input.RetentionDays ?? 0,
        createdAt: clock.now(),
        ...settingsOf(input),
      };
      state.archives.set(name, archive);
      state.putRule(ruleOf(archive, context));
      return answer(archive);
    },
  }),
  UpdateArchive: operation<
    EventBridgeState,
    EventBridge.UpdateArchiveRequest,
    EventBridge.UpdateArchiveResponse
  >({
    needs: archiveNeed('UpdateArchive'),
    handle: (input, context) => {
      checkSettings(input);
      // Differs: AWS answers InternalException for an archive that is not there.
      const before = requireArchive(context.state, input.ArchiveName ?? '');
      const archive: Archive = {
        ...before,
        ...settingsOf(input),
        retentionDays: input.RetentionDays ?? before.retentionDays,
      };
      context.state.archives.set(archive.name, archive);
      context.state.putRule(ruleOf(archive, context));
      return answer(archive);
    },
  }),
  DescribeArchive: operation<
    EventBridgeState,
    EventBridge.DescribeArchiveRequest,
    EventBridge.DescribeArchiveResponse
  >({
    needs: archiveNeed('DescribeArchive'),
    handle: (input, context) => {
      const archive = requireArchive(context.state, input.ArchiveName ?? '');
      return {
        ArchiveArn: archive.arn,
        ...told(archive, context),
        ...(archive.description === undefined ? {} : { Description: archive.description }),
        ...(archive.pattern === undefined ? {} : { EventPattern: archive.pattern }),
        ...(archive.kmsKeyIdentifier === undefined
          ? {}
          : { KmsKeyIdentifier: archive.kmsKeyIdentifier }),
      };
    },
  }),
  ListArchives: operation<
    EventBridgeState,
    EventBridge.ListArchivesRequest,
    EventBridge.ListArchivesResponse
  >({
    needs: () => ({ action: 'events:ListArchives', resource: '*' }),
    handle: (input, context) => {
      constraints().text('state', input.State, { values: ARCHIVE_STATES }).check();
      assertOneFilter('ListArchives', input);
      const bus =
        input.EventSourceArn === undefined
          ? undefined
          : requireBus(context, busNameOf(input.EventSourceArn, context)).name;
      const archives = [...context.state.archives.values()]
        .filter(
          ({ name, busName }) =>
            name.startsWith(input.NamePrefix ?? '') &&
            (bus === undefined || bus === busName) &&
            (input.State === undefined || input.State === 'ENABLED'),
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { page, next } = pageOf(archives, input);
      return { Archives: page.map((archive) => told(archive, context)), ...next };
    },
  }),
  DeleteArchive: operation<EventBridgeState, EventBridge.DeleteArchiveRequest, object>({
    needs: archiveNeed('DeleteArchive'),
    handle: (input, context) => {
      const { state } = context;
      const archive = requireArchive(state, input.ArchiveName ?? '');
      state.archives.delete(archive.name);
      state.forget(archive.name);
      const rule = state.rule(archive.busName, `Events-Archive-${archive.name}`);
      if (rule !== undefined) state.dropRule(rule);
      return {};
    },
  }),
};
