import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { notFound } from './errors.ts';
import type { Place } from './names.ts';
import { DEFAULT_BUS, requireBus } from './names.ts';
import type { EventBridgeState, Tags } from './state.ts';

export const asTags = (tags: readonly EventBridge.Tag[] | undefined): Tags =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

export const tagList = (tags: Tags): EventBridge.Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Something that has tags: a rule or a bus. */
interface Tagged {
  readonly tags: Tags;
  retag(tags: Tags): void;
}

interface Here extends Place {
  readonly state: EventBridgeState;
}

const findTagged = (context: Here, arn: string): Tagged | undefined => {
  const { state } = context;
  const [, resource = ''] = /^arn:aws:events:[\w-]+:\d{12}:(.+)$/.exec(arn) ?? [];
  const [kind, ...path] = resource.split('/');
  if (kind === 'event-bus') {
    const name = path.join('/');
    if (name !== DEFAULT_BUS && !state.buses.has(name)) return undefined;
    const bus = requireBus(context, name);
    return { tags: bus.tags, retag: (tags) => state.buses.set(name, { ...bus, tags }) };
  }
  if (kind !== 'rule') return undefined;
  const [busName, name] =
    path.length > 1 ? [path.slice(0, -1).join('/'), path.at(-1)] : [DEFAULT_BUS, path[0]];
  const rule = state.rule(busName ?? DEFAULT_BUS, name ?? '');
  return rule === undefined
    ? undefined
    : { tags: rule.tags, retag: (tags) => state.putRule({ ...rule, tags }) };
};

const requireTagged = (context: Here, arn: string): Tagged => {
  const found = findTagged(context, arn);
  if (found === undefined) {
    const [, rule] = /:rule\/(?:.+\/)?([^/]+)$/.exec(arn) ?? [];
    throw notFound(
      rule === undefined
        ? `Event bus ${arn.split('/').slice(1).join('/')} does not exist.`
        : `Rule ${rule} does not exist on EventBus ${/:rule\/(.+)\/[^/]+$/.exec(arn)?.[1] ?? DEFAULT_BUS}.`,
    );
  }
  return found;
};

/** `aws:ResourceTag/…` of a rule or a bus. */
export const resourceKeys = (
  arn: string,
  state: EventBridgeState,
): Readonly<Record<string, string>> | undefined => {
  const [, , , region = '', accountId = ''] = arn.split(':');
  return resourceTagKeys(findTagged({ state, region, accountId }, arn)?.tags);
};

/** Condition keys of tags that a request sets. */
export const requestTagKeys = (
  tags: readonly EventBridge.Tag[] | undefined,
): Readonly<Record<string, string | readonly string[]>> =>
  tags === undefined || tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(
          tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]),
        ),
        'aws:TagKeys': tags.map(({ Key = '' }) => Key),
      };

export const tagOperations: OperationTable<EventBridgeState> = {
  TagResource: operation<EventBridgeState, EventBridge.TagResourceRequest, object>({
    needs: ({ ResourceARN = '', Tags }) => ({
      action: 'events:TagResource',
      resource: ResourceARN,
      conditions: requestTagKeys(Tags),
    }),
    handle: ({ ResourceARN = '', Tags }, context) => {
      const tagged = requireTagged(context, ResourceARN);
      tagged.retag({ ...tagged.tags, ...asTags(Tags) });
      return {};
    },
  }),
  UntagResource: operation<EventBridgeState, EventBridge.UntagResourceRequest, object>({
    needs: ({ ResourceARN = '', TagKeys = [] }) => ({
      action: 'events:UntagResource',
      resource: ResourceARN,
      conditions: { 'aws:TagKeys': TagKeys },
    }),
    handle: ({ ResourceARN = '', TagKeys = [] }, context) => {
      const tagged = requireTagged(context, ResourceARN);
      tagged.retag(
        Object.fromEntries(Object.entries(tagged.tags).filter(([key]) => !TagKeys.includes(key))),
      );
      return {};
    },
  }),
  ListTagsForResource: operation<
    EventBridgeState,
    EventBridge.ListTagsForResourceRequest,
    EventBridge.ListTagsForResourceResponse
  >({
    needs: ({ ResourceARN = '' }) => ({
      action: 'events:ListTagsForResource',
      resource: ResourceARN,
    }),
    handle: ({ ResourceARN = '' }, context) => ({
      Tags: tagList(requireTagged(context, ResourceARN).tags),
    }),
  }),
};

/** A new bus or rule needs the permission to tag it, too. */
export const tagNeeds = (arn: string, tags: readonly EventBridge.Tag[] | undefined) =>
  tags === undefined || tags.length === 0
    ? []
    : [{ action: 'events:TagResource', resource: arn, conditions: requestTagKeys(tags) }];
