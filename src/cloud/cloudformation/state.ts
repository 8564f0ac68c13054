import type { DeploymentConfig } from '@aws-sdk/client-cloudformation';
import type { StateTools } from '../core/define-service.ts';
import type { Principal } from '../core/principals.ts';
import type { Table } from '../core/store.ts';
import type { Bell } from './engine/bell.ts';
import { createBell } from './engine/bell.ts';
import type { Json, JsonObject } from './json.ts';
import type { DeletionPolicy } from './template/model.ts';
import type { ParameterValue } from './template/parameters.ts';

// Records. Times are milliseconds since the epoch.

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What a stack is to be, or is: the request that a change set or an operation stands for. */
export interface StackSpec {
  /** Key in {@link CloudFormationState.templates}. */
  readonly templateKey: string;
  /** Of the text that its transforms made, where it has any. */
  readonly processedKey?: string;
  readonly description?: string;
  readonly parameters: readonly ParameterValue[];
  /** Names of parameters that are never shown. */
  readonly secretParameters: readonly string[];
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly rollbackConfiguration: JsonObject;
  /** `STANDARD` or `EXPRESS`: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html */
  readonly deploymentConfig?: DeploymentConfig;
  readonly roleArn?: string;
  /** Types that the template's metadata wants as records. */
  readonly inertTypes?: readonly string[];
}

/** A resource's way to another stack or name. */
export interface ResourceMove {
  readonly fromStackId: string;
  readonly fromId: string;
  readonly toStackId: string;
  readonly toId: string;
}

/** A planned change of names and stacks. */
export interface StackRefactor {
  readonly id: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly moves: readonly ResourceMove[];
  /** Each stack as it was, or is to be created, and what it is to become. */
  readonly stacks: readonly { readonly stack: Stack; readonly spec: StackSpec }[];
  readonly status: 'CREATE_COMPLETE' | 'CREATE_FAILED';
  readonly statusReason?: string;
  readonly executionStatus: 'AVAILABLE' | 'UNAVAILABLE' | 'EXECUTE_COMPLETE';
  /** Whether the moves were named or found. */
  readonly detection: 'AUTO' | 'MANUAL';
}

/** A look at a stack's drift. */
export interface DriftDetection {
  readonly id: string;
  readonly stackId: string;
  readonly status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE' | 'DETECTION_FAILED';
  readonly startedAt: number;
  readonly driftStatus?: 'IN_SYNC' | 'DRIFTED';
  readonly count?: number;
  readonly reason?: string;
}

export interface PropertyDifference {
  /** `/RetentionInDays` */
  readonly path: string;
  readonly type: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
  readonly expected: string;
  readonly actual: string;
}

/** What a resource was when its drift was looked for last. */
export interface ResourceDrift {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly checkedAt: number;
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED' | 'NOT_CHECKED';
  readonly expected: JsonObject;
  readonly actual?: JsonObject;
  /** The template's properties with what differs as it is. */
  readonly live?: JsonObject;
  readonly differences: readonly PropertyDifference[];
}

/** A macro that templates may name. */
export interface Macro {
  readonly name: string;
  readonly functionName: string;
  readonly stackId: string;
}

export interface Output {
  readonly OutputKey: string;
  readonly OutputValue: string;
  readonly Description?: string;
  readonly ExportName?: string;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly createdAt: number;
  readonly updatedAt?: number;
  readonly deletedAt?: number;
  /** As it was last deployed, or is being deployed. A stack in review has none. */
  readonly spec?: StackSpec;
  readonly outputs: readonly Output[];
  /** Names of the exports that its template imports. */
  readonly imports: readonly string[];
  readonly changeSetId?: string;
  /** Of a nested stack: what contains it, and the outermost. */
  readonly parentId?: string;
  readonly rootId?: string;
  /** Its logical id there. */
  readonly nestedAs?: string;
  readonly drift?: { readonly status: 'IN_SYNC' | 'DRIFTED'; readonly checkedAt: number };
  readonly disableRollback: boolean;
  readonly retainExceptOnCreate?: boolean;
  readonly timeoutMinutes?: number;
  readonly terminationProtection: boolean;
  readonly stackPolicy?: string;
  readonly deletionMode?: string;
  /** Of the request that created it: the same token again is the same request. */
  readonly creationToken?: string;
  readonly lastToken?: string;
  readonly lastOperations: readonly {
    readonly OperationType: string;
    readonly OperationId: string;
  }[];
}

/** A resource of a stack. */
export interface StackResource {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly status: string;
  readonly statusReason?: string;
  readonly changedAt: number;
  /** As the template resolved them. */
  readonly properties: JsonObject;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Its creation policy, evaluated. */
  readonly creationPolicy?: Json;
  /** Logical ids that it waits for. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy?: DeletionPolicy;
  readonly updateReplacePolicy?: DeletionPolicy;
  /** JSON of the template's Metadata, resolved. */
  readonly metadata?: string;
  /** The stack's own tags when it was last worked on, for types that take them. */
  readonly stackTags?: readonly Tag[];
}

export interface StackEvent {
  readonly eventId: string;
  readonly at: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** JSON. */
  readonly properties?: string;
  readonly token?: string;
  readonly operationId?: string;
}

/** What an operation does to one resource; it stays until the operation has ended, so that it can be undone. */
export interface ResourceChange {
  readonly stackId: string;
  readonly logicalId: string;
  /** The operation that did it last. */
  readonly operationId: string;
  readonly action: 'create' | 'update' | 'replace';
  readonly state: 'running' | 'done' | 'failed';
  /** The resource when it was last as a whole template says. */
  readonly before?: StackResource;
  /** What an update that failed was to make of it. */
  readonly attempted?: JsonObject;
}

/**
 * One provider's work while it runs. A cloud that was killed in the middle runs the provider again; the calls that
 * were made are answered from here, so that nothing is made twice.
 */
export interface Step {
  /** Makes generated names the same in a second run. */
  readonly token: string;
  readonly calls: readonly { readonly call: string; readonly output: unknown }[];
  /** What it has made, before it was done with it. */
  readonly created?: string;
}

/** A physical resource that is no longer of the stack and is to be deleted when the operation cleans up. */
export interface Leftover {
  readonly key: string;
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: JsonObject;
  readonly dependsOn: readonly string[];
  readonly retain: boolean;
  readonly stackTags?: readonly Tag[];
}

export type OperationPhase = 'apply' | 'rollback' | 'delete' | 'cleanup';

/** An operation of a stack that has not ended. What is here survives a killed cloud, which takes it up again. */
export interface StackOperation {
  readonly id: string;
  readonly stackId: string;
  readonly kind: 'create' | 'update' | 'delete' | 'import';
  readonly phase: OperationPhase;
  /** Ended in a state of failure: kept so that it can be rolled back or continued, but not run. */
  readonly halted?: boolean;
  readonly principal: Principal;
  /** @defaultValue the role that the stack was last worked on with */
  readonly roleArn?: string;
  readonly cause?: number;
  readonly token?: string;
  readonly changeSetId?: string;
  /** What the stack was before. */
  readonly previous?: StackSpec;
  readonly previousImports?: readonly string[];
  readonly onFailure: 'ROLLBACK' | 'DELETE' | 'DO_NOTHING';
  readonly cancelled?: boolean;
  /** When the time in which rollback triggers are watched is over, in ms. */
  readonly monitorUntil?: number;
  /** Logical ids to leave as they are: RetainResources of a deletion, ResourcesToSkip of a rollback. */
  readonly skip: readonly string[];
  readonly force?: boolean;
  readonly imports?: readonly ImportedResource[];
  /** In place of the stack's policy, for this update alone. */
  readonly policyDuringUpdate?: string;
}

/** A resource that is there and is to become a stack's. */
export interface ImportedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly type: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly imports?: readonly ImportedResource[];
  readonly status: string;
  readonly statusReason?: string;
  readonly executionStatus: string;
  readonly createdAt: number;
  readonly description?: string;
  readonly spec: StackSpec;
  readonly includeNestedStacks: boolean;
  /** Of a nested stack's change set: its parent's, and the outermost one. */
  readonly parentChangeSetId?: string;
  readonly rootChangeSetId?: string;
  /** Of a change set that reverts drift: what was found. */
  readonly drift?: {
    readonly status: 'IN_SYNC' | 'DRIFTED';
    /** Live properties of what has drifted, by logical id; null for what is gone. */
    readonly live: Readonly<Record<string, JsonObject | null>>;
  };
  readonly onStackFailure?: string;
  readonly importExistingResources?: boolean;
  /** `Changes` of its description, without and with values. */
  readonly changes: readonly JsonObject[];
  readonly changesWithValues: readonly JsonObject[];
  readonly token?: string;
}

export interface CloudFormationState {
  readonly stacks: Table<Stack>;
  readonly templates: Table<string>;
  readonly operations: Table<StackOperation>;
  readonly changeSets: Table<ChangeSet>;
  readonly steps: Table<Step>;
  /** Bodies that custom resources and wait conditions were answered with, by the key of their URL. */
  readonly signals: Table<readonly string[]>;
  readonly macros: Table<Macro>;
  readonly refactors: Table<StackRefactor>;
  readonly driftDetections: Table<DriftDetection>;
  drifts(stackId: string): readonly ResourceDrift[];
  putDrift(drift: ResourceDrift): void;
  /** Rings with a stack's id when its status changes, and with a signal's key. */
  readonly bell: Bell;
  /** The live stack of this name. */
  stackNamed(name: string): Stack | undefined;
  putStack(stack: Stack): void;
  resource(stackId: string, logicalId: string): StackResource | undefined;
  resources(stackId: string): readonly StackResource[];
  putResource(resource: StackResource): void;
  dropResource(stackId: string, logicalId: string): void;
  /** Oldest first. */
  events(stackId: string): readonly StackEvent[];
  addEvent(stackId: string, event: StackEvent): void;
  /** The newest event of a resource, among the few of this process. */
  lastEventOf(stackId: string, logicalId: string): StackEvent | undefined;
  changesOf(stackId: string): ReadonlyMap<string, ResourceChange>;
  putChange(change: ResourceChange): void;
  dropChange(stackId: string, logicalId: string): void;
  leftovers(stackId: string): readonly Leftover[];
  putLeftover(leftover: Leftover): void;
  dropLeftover(leftover: Leftover): void;
  /** Forgets a stack that was deleted long ago. */
  forgetStack(stackId: string): void;
}

/** A table of records that belong to a stack, with an index by stack. */
const byStack = <R>(table: Table<R>) => {
  const index = new Map<string, Map<string, R>>();
  const of = (stackId: string) => {
    let found = index.get(stackId);
    if (found === undefined) index.set(stackId, (found = new Map()));
    return found;
  };
  // An ARN of a stack has two slashes; the rest of the key is the record's own.
  for (const [key, record] of table.entries()) {
    const at = key.indexOf('|');
    of(key.slice(0, at)).set(key.slice(at + 1), record);
  }
  return {
    of,
    set: (stackId: string, key: string, record: R) => {
      table.set(`${stackId}|${key}`, record);
      of(stackId).set(key, record);
    },
    delete: (stackId: string, key: string) => {
      table.delete(`${stackId}|${key}`);
      of(stackId).delete(key);
    },
    forget: (stackId: string) => {
      for (const key of of(stackId).keys()) table.delete(`${stackId}|${key}`);
      index.delete(stackId);
    },
  };
};

export const createCloudFormationState = (tools: StateTools): CloudFormationState => {
  const stacks = tools.table<Stack>('stacks');
  const templates = tools.table<string>('templates');
  const changeSets = tools.table<ChangeSet>('change-sets');
  const resources = byStack(tools.table<StackResource>('resources'));
  const events = byStack(tools.table<StackEvent>('events'));
  const changes = byStack(tools.table<ResourceChange>('changes'));
  const leftovers = byStack(tools.table<Leftover>('leftovers'));
  const drifts = byStack(tools.table<ResourceDrift>('drifts'));
  const names = new Map<string, string>();
  const newest = new Map<string, StackEvent>();
  for (const stack of stacks.values())
    if (stack.status !== 'DELETE_COMPLETE') names.set(stack.name, stack.id);
  return {
    stacks,
    templates,
    changeSets,
    operations: tools.table('operations'),
    steps: tools.table('steps'),
    signals: tools.table('signals'),
    macros: tools.table('macros'),
    refactors: tools.table('refactors'),
    driftDetections: tools.table('drift-detections'),
    drifts: (stackId) => [...drifts.of(stackId).values()],
    putDrift: (drift) => drifts.set(drift.stackId, drift.logicalId, drift),
    bell: createBell(),
    stackNamed: (name) => {
      const id = names.get(name);
      return id === undefined ? undefined : stacks.get(id);
    },
    putStack: (stack) => {
      stacks.set(stack.id, stack);
      if (stack.status !== 'DELETE_COMPLETE') names.set(stack.name, stack.id);
      else if (names.get(stack.name) === stack.id) names.delete(stack.name);
    },
    resource: (stackId, logicalId) => resources.of(stackId).get(logicalId),
    resources: (stackId) => [...resources.of(stackId).values()],
    putResource: (resource) => resources.set(resource.stackId, resource.logicalId, resource),
    dropResource: (stackId, logicalId) => resources.delete(stackId, logicalId),
    events: (stackId) => [...events.of(stackId).values()],
    addEvent: (stackId, event) => {
      // Keys sort as events came, whatever order a file gives them back in.
      const sequence = String(events.of(stackId).size).padStart(8, '0');
      events.set(stackId, sequence, event);
      newest.set(`${stackId}|${event.logicalId}`, event);
    },
    lastEventOf: (stackId, logicalId) => newest.get(`${stackId}|${logicalId}`),
    changesOf: (stackId) => changes.of(stackId),
    putChange: (change) => changes.set(change.stackId, change.logicalId, change),
    dropChange: (stackId, logicalId) => changes.delete(stackId, logicalId),
    leftovers: (stackId) => [...leftovers.of(stackId).values()],
    putLeftover: (leftover) => leftovers.set(leftover.stackId, leftover.key, leftover),
    dropLeftover: (leftover) => leftovers.delete(leftover.stackId, leftover.key),
    forgetStack: (stackId) => {
      stacks.delete(stackId);
      for (const { logicalId } of events.of(stackId).values())
        newest.delete(`${stackId}|${logicalId}`);
      for (const index of [resources, events, changes, leftovers, drifts]) index.forget(stackId);
      for (const changeSet of changeSets.values())
        if (changeSet.stackId === stackId) changeSets.delete(changeSet.id);
    },
  };
};
