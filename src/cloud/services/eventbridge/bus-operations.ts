import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { readTargetArn } from '../../targets/index.ts';
import { BUS_NAME, constraints } from './constraints.ts';
import { alreadyExists, limitExceeded, validation } from './errors.ts';
import { LIMITS } from './limits.ts';
import { busArn, busNameOf, DEFAULT_BUS, requireBus } from './names.ts';
import { pageOf } from './page.ts';
import type { EventBridgeState, EventBus } from './state.ts';
import { asTags, requestTagKeys, tagNeeds } from './tags.ts';

interface BusSettings {
  readonly Description?: string | undefined;
  readonly KmsKeyIdentifier?: string | undefined;
  readonly DeadLetterConfig?: EventBridge.DeadLetterConfig | undefined;
  readonly LogConfig?: EventBridge.LogConfig | undefined;
}

const checkSettings = ({ Description, DeadLetterConfig, LogConfig }: BusSettings): void => {
  constraints().text('description', Description, { most: 512 }).check();
  if (LogConfig?.Level !== undefined && LogConfig.Level !== 'OFF')
    throw notSupported(`The LogConfig of an event bus with the level ${LogConfig.Level}`);
  const arn = DeadLetterConfig?.Arn;
  if (arn === undefined) return;
  if (readTargetArn(arn)?.kind !== 'sqs')
    throw validation(`${arn.split(':')[2] ?? arn} is not supported as a dead letter resource.`);
  if (arn.endsWith('.fifo')) throw validation('SQS FIFO is not supported by Dead Letter Queues.');
};

const settingsOf = ({ Description, KmsKeyIdentifier, DeadLetterConfig }: BusSettings) => ({
  ...(Description === undefined || Description === '' ? {} : { description: Description }),
  ...(KmsKeyIdentifier === undefined || KmsKeyIdentifier === ''
    ? {}
    : { kmsKeyIdentifier: KmsKeyIdentifier }),
  ...(DeadLetterConfig?.Arn === undefined ? {} : { deadLetterArn: DeadLetterConfig.Arn }),
});

const told = ({ description, kmsKeyIdentifier, deadLetterArn }: EventBus) => ({
  ...(description === undefined ? {} : { Description: description }),
  ...(kmsKeyIdentifier === undefined ? {} : { KmsKeyIdentifier: kmsKeyIdentifier }),
  ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
});

const times = ({ createdAt, modifiedAt }: EventBus) => ({
  ...(createdAt === undefined ? {} : { CreationTime: new Date(createdAt) }),
  ...(modifiedAt === undefined ? {} : { LastModifiedTime: new Date(modifiedAt) }),
});

const busNeed =
  (action: string) =>
  (
    input: { readonly Name?: string | undefined },
    context: { readonly region: string; readonly accountId: string },
  ) => ({
    action: `events:${action}`,
    resource: busArn(context, busNameOf(input.Name, context)),
  });

export const busOperations: OperationTable<EventBridgeState> = {
  CreateEventBus: operation<
    EventBridgeState,
    EventBridge.CreateEventBusRequest,
    EventBridge.CreateEventBusResponse
  >({
    needs: ({ Name = '', Tags }, context) => {
      const arn = busArn(context, Name);
      return [
        { action: 'events:CreateEventBus', resource: arn, conditions: requestTagKeys(Tags) },
        ...tagNeeds(arn, Tags),
      ];
    },
    handle: (input, { state, clock, ...place }) => {
      const name = input.Name ?? '';
      constraints().text('name', name, BUS_NAME).check();
      if (input.EventSourceName !== undefined || name.startsWith('aws.partner/'))
        throw notSupported(`The event bus of a partner event source (${name})`);
      if (name.includes('/')) throw validation("Event bus name must not contain '/'.");
      checkSettings(input);
      if (name === DEFAULT_BUS || state.buses.has(name)) throw alreadyExists(`Event bus ${name}`);
      if (state.buses.size >= LIMITS.buses) throw limitExceeded();
      const bus: EventBus = {
        name,
        arn: busArn(place, name),
        ...settingsOf(input),
        tags: asTags(input.Tags),
        createdAt: clock.now(),
        modifiedAt: clock.now(),
      };
      state.buses.set(name, bus);
      return { EventBusArn: bus.arn, ...told(bus) };
    },
  }),
  UpdateEventBus: operation<
    EventBridgeState,
    EventBridge.UpdateEventBusRequest,
    EventBridge.UpdateEventBusResponse
  >({
    needs: busNeed('UpdateEventBus'),
    handle: (input, context) => {
      checkSettings(input);
      const before = requireBus(context, busNameOf(input.Name, context));
      const { description, kmsKeyIdentifier, ...kept } = before;
      const bus: EventBus = {
        ...kept,
        // An empty text takes a setting back.
        ...(input.Description !== undefined || description === undefined ? {} : { description }),
        ...(input.KmsKeyIdentifier !== undefined || kmsKeyIdentifier === undefined
          ? {}
          : { kmsKeyIdentifier }),
        ...settingsOf(input),
        modifiedAt: context.clock.now(),
      };
      context.state.buses.set(bus.name, bus);
      return { Arn: bus.arn, Name: bus.name, ...told(bus) };
    },
  }),
  DeleteEventBus: operation<EventBridgeState, EventBridge.DeleteEventBusRequest, object>({
    needs: busNeed('DeleteEventBus'),
    handle: ({ Name = '' }, { state, ...place }) => {
      const name = busNameOf(Name, place);
      if (name === DEFAULT_BUS) throw validation('Cannot delete event bus default.');
      const rules = state.rulesOn(name);
      if (rules.some(({ archive }) => archive === undefined))
        throw validation(`Event bus ${name} can't be deleted since it has rules.`);
      // What an archive has kept stays when its bus goes.
      for (const rule of rules) state.dropRule(rule);
      state.buses.delete(name);
      return {};
    },
  }),
  DescribeEventBus: operation<
    EventBridgeState,
    EventBridge.DescribeEventBusRequest,
    EventBridge.DescribeEventBusResponse
  >({
    needs: busNeed('DescribeEventBus'),
    handle: ({ Name }, context) => {
      const bus = requireBus(context, busNameOf(Name, context));
      return {
        Name: bus.name,
        Arn: bus.arn,
        ...told(bus),
        ...(bus.policy === undefined ? {} : { Policy: bus.policy }),
        ...times(bus),
      };
    },
  }),
  ListEventBuses: operation<
    EventBridgeState,
    EventBridge.ListEventBusesRequest,
    EventBridge.ListEventBusesResponse
  >({
    needs: () => ({ action: 'events:ListEventBuses', resource: '*' }),
    handle: (input, context) => {
      const names = [...new Set([DEFAULT_BUS, ...context.state.buses.keys()])]
        .filter((name) => name.startsWith(input.NamePrefix ?? ''))
        .sort();
      const { page, next } = pageOf(names, input);
      return {
        EventBuses: page.map((name) => {
          const bus = requireBus(context, name);
          return {
            Name: name,
            Arn: bus.arn,
            ...(bus.description === undefined ? {} : { Description: bus.description }),
            ...(bus.policy === undefined ? {} : { Policy: bus.policy }),
            ...times(bus),
          };
        }),
        ...next,
      };
    },
  }),
};
