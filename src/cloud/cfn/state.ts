import type { StateTools } from '../core/define-service.ts';
import type { Principal } from '../core/principals.ts';
import type { Table } from '../core/store.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a stack is to become: the request of a creation or update, resolved. */
export interface Target {
  readonly templateBody: string;
  /** Values of parameters, as text. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
}

/** An operation that runs, so that a cloud that was killed goes on with it. */
export interface RunningOperation {
  readonly kind: 'create' | 'update' | 'delete' | 'rollback-create' | 'rollback-update' | 'cleanup';
  readonly principal: Principal;
  readonly token?: string;
  readonly target?: Target;
  /** The stack as it was, for the way back. */
  readonly previous?: Target;
  readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  readonly retain?: readonly string[];
}

/** A stack. Times are milliseconds since the epoch. */
export interface Stack {
  readonly stackId: string;
  readonly stackName: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly current?: Target;
  readonly description?: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly deletedAt?: number;
  readonly changeSetId?: string;
  readonly disableRollback: boolean;
  readonly terminationProtection: boolean;
  readonly outputs: readonly {
    readonly OutputKey: string;
    readonly OutputValue: string;
    readonly Description?: string;
    readonly ExportName?: string;
  }[];
  readonly operation?: RunningOperation;
  readonly cancelRequested?: boolean;
}

export interface StackResource {
  readonly stackId: string;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly changedAt: number;
  /** Properties as they were last applied. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly dependsOn: readonly string[];
  readonly metadata?: unknown;
  /** What it was before the update that runs; undefined in a resource that the update made. */
  readonly before?: StackResource | 'absent';
  /** Physical resources that this one has replaced, to be deleted when the update is done. */
  readonly replaced?: readonly ReplacedResource[];
}

export interface ReplacedResource {
  readonly physicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly retain: boolean;
}

export interface StackEvent {
  readonly eventId: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly at: number;
  readonly status: string;
  readonly reason?: string;
  readonly properties?: string;
  readonly token?: string;
}

export interface ChangeSet {
  readonly changeSetId: string;
  readonly name: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly description?: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly executionStatus: string;
  readonly createdAt: number;
  readonly target: Target;
  readonly onFailure?: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  /** JSON of the changes, with property values. */
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  readonly deleted?: boolean;
}

export interface CloudFormationState {
  readonly stacks: Table<Stack>;
  readonly resources: Table<StackResource>;
  readonly events: Table<StackEvent>;
  readonly changeSets: Table<ChangeSet>;
  /** The stack of this name or id: a name finds those that live, an id the deleted ones, too. */
  find(nameOrId: string): Stack | undefined;
  resourcesOf(stackId: string): readonly StackResource[];
  eventsOf(stackId: string): readonly StackEvent[];
  addEvent(event: StackEvent): void;
}

export const resourceKey = (stackId: string, logicalId: string): string =>
  `${stackId}\n${logicalId}`;

export const createCloudFormationState = (tools: StateTools): CloudFormationState => {
  const stacks = tools.table<Stack>('stacks');
  const resources = tools.table<StackResource>('resources');
  const events = tools.table<StackEvent>('events');
  // Derived: ids of live stacks by name, events and resources by stack.
  const byStack = new Map<string, StackEvent[]>();
  let sequence = 0;
  for (const key of [...events.keys()].sort()) {
    const event = events.get(key);
    if (event === undefined) continue;
    byStack.set(event.stackId, [...(byStack.get(event.stackId) ?? []), event]);
    sequence = Math.max(sequence, Number(key));
  }
  return {
    stacks,
    resources,
    events,
    changeSets: tools.table<ChangeSet>('change-sets'),
    find: (nameOrId) => {
      if (nameOrId.startsWith('arn:')) return stacks.get(nameOrId);
      for (const stack of stacks.values())
        if (stack.stackName === nameOrId && stack.status !== 'DELETE_COMPLETE') return stack;
      return undefined;
    },
    resourcesOf: (stackId) =>
      [...resources.values()].filter((resource) => resource.stackId === stackId),
    eventsOf: (stackId) => byStack.get(stackId) ?? [],
    addEvent: (event) => {
      sequence += 1;
      events.set(String(sequence).padStart(12, '0'), event);
      const known = byStack.get(event.stackId);
      if (known === undefined) byStack.set(event.stackId, [event]);
      else known.push(event);
    },
  };
};
