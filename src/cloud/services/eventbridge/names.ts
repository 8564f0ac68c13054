import { notSupported } from '../../core/aws-error.ts';
import type { Need } from '../../core/define-service.ts';
import { BUS_NAME, constraints, NAME } from './constraints.ts';
import { archiveNotFound, busNotFound, ruleNotFound } from './errors.ts';
import type { Archive, EventBridgeState, EventBus, Rule } from './state.ts';

/** Where something is. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
}

interface Here extends Place {
  readonly state: EventBridgeState;
}

export const DEFAULT_BUS = 'default';

const arnOf = ({ region, accountId }: Place, resource: string) =>
  `arn:aws:events:${region}:${accountId}:${resource}`;

export const busArn = (place: Place, name: string): string => arnOf(place, `event-bus/${name}`);
export const archiveArn = (place: Place, name: string): string => arnOf(place, `archive/${name}`);
export const replayArn = (place: Place, name: string): string => arnOf(place, `replay/${name}`);
/** Rules of the default bus leave its name out. */
export const ruleArn = (place: Place, bus: string, name: string): string =>
  arnOf(place, bus === DEFAULT_BUS ? `rule/${name}` : `rule/${bus}/${name}`);

/** The bus that a parameter names, by name or by ARN. */
export const busNameOf = (given: string | undefined, place: Place): string => {
  const text = given ?? DEFAULT_BUS;
  if (!text.startsWith('arn:')) {
    constraints().text('eventBusName', text, BUS_NAME).check();
    return text;
  }
  const [, region, accountId, name] =
    /^arn:aws:events:([\w-]+):(\d{12}):event-bus\/([/.\-\w]+)$/.exec(text) ?? [];
  if (name === undefined) throw busNotFound(text);
  if (accountId !== place.accountId) throw notSupported(`The event bus of another account ${text}`);
  if (region !== place.region) throw notSupported(`Naming the event bus of another region ${text}`);
  return name;
};

/** @throws {ResourceNotFoundException} */
export const requireBus = ({ state, ...place }: Here, name: string): EventBus => {
  const bus = state.buses.get(name);
  if (bus !== undefined) return bus;
  if (name !== DEFAULT_BUS) throw busNotFound(name);
  return { name, arn: busArn(place, name), tags: {} };
};

interface RuleReference {
  readonly EventBusName?: string | undefined;
}

/** Bus and name of a rule that a request names. */
export const ruleReference = (
  input: RuleReference,
  name: string | undefined,
  place: Place,
  member = 'name',
) => {
  constraints().text(member, name, NAME(64)).check();
  return { busName: busNameOf(input.EventBusName, place), name: name ?? '' };
};

/** @throws {ResourceNotFoundException} when bus or rule are not there */
export const requireRule = (
  context: Here,
  { busName, name }: { readonly busName: string; readonly name: string },
): Rule => {
  requireBus(context, busName);
  const rule = context.state.rule(busName, name);
  if (rule === undefined) throw ruleNotFound(name, busName);
  return rule;
};

/** @throws {ResourceNotFoundException} */
export const requireArchive = (state: EventBridgeState, name: string): Archive => {
  const archive = state.archives.get(name);
  if (archive === undefined) throw archiveNotFound(name);
  return archive;
};

/**
 * What changing or seeing a rule needs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
 */
export const ruleNeed = (
  action: string,
  reference: { readonly busName: string; readonly name: string },
  context: Here,
  conditions: NonNullable<Need['conditions']> = {},
): Need => {
  const rule = context.state.rule(reference.busName, reference.name);
  return {
    action: `events:${action}`,
    resource: ruleArn(context, reference.busName, reference.name),
    conditions: {
      ...(rule === undefined ? {} : { 'events:creatorAccount': rule.createdBy }),
      ...(rule?.managedBy === undefined ? {} : { 'events:ManagedBy': rule.managedBy }),
      ...conditions,
    },
  };
};

/** Giving a role to EventBridge. */
export const passRole = (role: string): Need => ({
  action: 'iam:PassRole',
  resource: role,
  conditions: { 'iam:PassedToService': 'events.amazonaws.com' },
});
