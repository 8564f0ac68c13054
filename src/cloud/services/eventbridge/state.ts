import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { CompiledPattern } from '../../patterns/index.ts';
import { compilePattern } from '../../patterns/index.ts';
import type { StateTools } from '../../core/define-service.ts';
import type { Reminders } from '../../core/reminders.ts';
import { createReminders } from '../../core/reminders.ts';
import type { Table } from '../../core/store.ts';
import type { EventText } from './event.ts';

export type Tags = Readonly<Record<string, string>>;
/** As `PutTargets` takes it. */
export type Target = EventBridge.Target;

export interface EventBus {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  /** Kept and told. */
  readonly kmsKeyIdentifier?: string;
  readonly deadLetterArn?: string;
  /** JSON. */
  readonly policy?: string;
  readonly tags: Tags;
  /** Milliseconds since the epoch; the default bus has always been there. */
  readonly createdAt?: number;
  readonly modifiedAt?: number;
}

export const RULE_STATES = [
  'ENABLED',
  'DISABLED',
  'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
] as const;

export interface Rule {
  readonly name: string;
  readonly busName: string;
  readonly arn: string;
  /** JSON. */
  readonly pattern?: string;
  readonly schedule?: string;
  readonly state: (typeof RULE_STATES)[number];
  readonly description?: string;
  readonly roleArn?: string;
  readonly managedBy?: string;
  readonly createdBy: string;
  readonly tags: Tags;
  readonly targets: readonly Target[];
  /** When the schedule falls due next. Milliseconds since the epoch. */
  readonly nextAt?: number;
  /** Name of the archive that it fills, in place of targets. */
  readonly archive?: string;
}

/** An event on its way to one target. A record until it has arrived, so that a killed cloud delivers it. */
export interface Delivery {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly target: Target;
  readonly event: EventText;
  /** When the event came in. Milliseconds since the epoch. */
  readonly ingestedAt: number;
  /** Buses that it has passed. */
  readonly hops: number;
  /** Tries after the first. */
  readonly retries: number;
  readonly dueAt: number;
  readonly cause?: number;
}

export interface Archive {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly description?: string;
  /** JSON. */
  readonly pattern?: string;
  /** 0 keeps them for ever. */
  readonly retentionDays: number;
  /** Kept and told. */
  readonly kmsKeyIdentifier?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** An event in an archive. */
export interface ArchivedEvent {
  readonly archive: string;
  readonly event: EventText;
  /** Milliseconds since the epoch. */
  readonly ingestedAt: number;
}

export interface Replay {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly archive: string;
  readonly sourceArn: string;
  readonly destination: { readonly Arn: string; readonly FilterArns?: readonly string[] };
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly lastReplayedAt?: number;
  readonly state: 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly stateReason?: string;
  readonly cause?: number;
}

/** A rule with its pattern compiled. */
export interface ReadyRule {
  readonly rule: Rule;
  readonly pattern?: CompiledPattern;
}

/** Rules of one bus. */
interface BusRules {
  readonly byName: Map<string, ReadyRule>;
  /** Rules whose pattern names its sources, by each of them; the others are under undefined. */
  readonly bySource: Map<string | undefined, Map<string, ReadyRule>>;
}

/** Invariants: a rule's index holds what its table holds; the events of an archive stand in the order in which they came. */
export interface EventBridgeState {
  readonly buses: Table<EventBus>;
  readonly deliveries: Table<Delivery>;
  readonly archives: Table<Archive>;
  readonly replays: Table<Replay>;
  readonly reminders: Reminders;
  rule(bus: string, name: string): Rule | undefined;
  /** By name. */
  rulesOn(bus: string): readonly Rule[];
  /** Rules that may match an event of this source. */
  candidates(bus: string, source: string): Iterable<ReadyRule>;
  allRules(): IterableIterator<Rule>;
  putRule(rule: Rule): void;
  dropRule(rule: Rule): void;
  archive(event: ArchivedEvent, id: string): void;
  /** Of one archive, oldest first. */
  archived(archive: string): readonly ArchivedEvent[];
  /** Forgets the events of an archive that came before; all of them without a time. */
  forget(archive: string, before?: number): void;
}

/** The sources that a pattern names one by one; undefined when it matches others, too. */
const sourcesOf = (pattern: string | undefined): readonly string[] | undefined => {
  const { source } = JSON.parse(pattern ?? '{}') as { readonly source?: unknown };
  return Array.isArray(source) && source.every((one) => typeof one === 'string')
    ? (source as readonly string[])
    : undefined;
};

const ruleKey = (bus: string, name: string) => `${bus}|${name}`;

export const createEventBridgeState = ({ table, clock }: StateTools): EventBridgeState => {
  const rules = table<Rule>('rules');
  const events = table<ArchivedEvent>('archived-events');
  const buses = new Map<string, BusRules>();
  const contents = new Map<string, string[]>();

  const unindex = (rule: Rule) => {
    const known = buses.get(rule.busName);
    known?.byName.delete(rule.name);
    for (const some of known?.bySource.values() ?? []) some.delete(rule.name);
  };
  const index = (rule: Rule) => {
    const known = buses.get(rule.busName) ?? { byName: new Map(), bySource: new Map() };
    buses.set(rule.busName, known);
    const ready: ReadyRule =
      rule.pattern === undefined ? { rule } : { rule, pattern: compilePattern(rule.pattern) };
    known.byName.set(rule.name, ready);
    if (rule.pattern === undefined) return;
    for (const source of sourcesOf(rule.pattern) ?? [undefined]) {
      const some = known.bySource.get(source) ?? new Map<string, ReadyRule>();
      known.bySource.set(source, some.set(rule.name, ready));
    }
  };
  for (const rule of rules.values()) index(rule);
  for (const [id, { archive }] of [...events.entries()].sort(
    ([, a], [, b]) => a.ingestedAt - b.ingestedAt,
  )) {
    const known = contents.get(archive);
    if (known === undefined) contents.set(archive, [id]);
    else known.push(id);
  }

  const archived = (archive: string): readonly ArchivedEvent[] =>
    (contents.get(archive) ?? []).flatMap((id) => events.get(id) ?? []);

  return {
    buses: table<EventBus>('buses'),
    deliveries: table<Delivery>('deliveries'),
    archives: table<Archive>('archives'),
    replays: table<Replay>('replays'),
    reminders: createReminders(clock),
    rule: (bus, name) => buses.get(bus)?.byName.get(name)?.rule,
    rulesOn: (bus) =>
      [...(buses.get(bus)?.byName.values() ?? [])]
        .map(({ rule }) => rule)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    candidates: function* (bus, source) {
      const known = buses.get(bus)?.bySource;
      yield* known?.get(source)?.values() ?? [];
      yield* known?.get(undefined)?.values() ?? [];
    },
    allRules: () => rules.values(),
    putRule: (rule) => {
      unindex(rule);
      rules.set(ruleKey(rule.busName, rule.name), rule);
      index(rule);
    },
    dropRule: (rule) => {
      unindex(rule);
      rules.delete(ruleKey(rule.busName, rule.name));
    },
    archive: (event, id) => {
      events.set(id, event);
      const known = contents.get(event.archive);
      if (known === undefined) contents.set(event.archive, [id]);
      else known.push(id);
    },
    archived,
    forget: (archive, before = Number.POSITIVE_INFINITY) => {
      const ids = contents.get(archive) ?? [];
      const first = ids.findIndex((id) => (events.get(id)?.ingestedAt ?? 0) >= before);
      const gone = ids.splice(0, first < 0 ? ids.length : first);
      for (const id of gone) events.delete(id);
      if (ids.length === 0) contents.delete(archive);
    },
  };
};
