import type { StackState } from '../stack/stack-state.ts';

/** Everything that the doctor can do, by the name under which it is asked for. */
export const WAY_NAMES = [
  'wait',
  'cancel-update',
  'roll-back',
  'retry-rollback',
  'continue-rollback',
  'start-over',
  'retry-delete',
  'delete-retaining',
  'remove-shell',
  'remove-change-sets',
  'remove-foreign-change-sets',
  'keep-export',
  'unprotect',
] as const;

/** A name of {@link WAY_NAMES}. */
export type WayName = (typeof WAY_NAMES)[number];

/** A safe way out of a state. */
export interface WayOut {
  readonly name: WayName;
  /** What it does, as a sentence without its full stop. */
  readonly does: string;
  /** What is lost, or left behind, by it. */
  readonly costs: string;
  /** The command that does it: `node app.ts doctor --do retry-delete`. */
  readonly command: string;
  /** What it is done to: resources to skip or keep, change sets, exports. */
  readonly subjects: readonly string[];
}

/** The failure that everything else followed from. */
export interface Cause {
  readonly at: Date;
  /** Undefined when no resource failed: a time limit, an export in use, a person. */
  readonly logicalId?: string;
  readonly resourceType?: string;
  readonly status: string;
  readonly reason: string;
  /** The nested stack in which it happened. */
  readonly nestedStack?: string;
  /** Where the program declares the resource: `app.ts:12`. */
  readonly place?: string;
}

/** A resource that a rollback or deletion could not get past. */
export interface StuckResource {
  /** As the call wants it: `Photos`, in a nested stack `Imager-Nested-1ABC.Photos`. */
  readonly id: string;
  readonly resourceType: string;
  readonly physicalId?: string;
  readonly reason: string;
  readonly place?: string;
}

/** An operation that runs now. */
export interface RunningOperation {
  /** Undefined before its first event. */
  readonly since: Date | undefined;
  /** `Sparta`, a client request token, or that nothing tells. */
  readonly startedBy: string;
  /** Resources that it works on. */
  readonly workingOn: readonly string[];
}

/** A change set that nobody has executed. */
export interface LeftChangeSet {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date | undefined;
  /** Made by Sparta; others may wait for somebody's approval. */
  readonly ours: boolean;
  /** Of Sparta, and the run that made it is over. */
  readonly abandoned: boolean;
}

/** An export that other stacks import, so that it can neither go nor change. */
export interface ExportInUse {
  readonly name: string;
  readonly value: string;
  readonly outputKey: string;
  readonly importers: readonly Importer[];
  /** Whether the local program still has it; undefined when that is not known. */
  readonly inProgram?: boolean;
}

/** A stack that imports, and the resources in whose properties it does. */
export interface Importer {
  readonly stackName: string;
  /** Logical ids; empty when its template is not JSON, or may not be read. */
  readonly resources: readonly string[];
}

/** What is the matter with a stack, and what can be done. */
export interface Diagnosis {
  readonly stackName: string;
  /** Undefined when there is none. */
  readonly stack?: StackState;
  /** `UPDATE_ROLLBACK_FAILED`; `NOT_THERE` when there is none. */
  readonly status: string;
  /** Whether a deployment can go ahead (`absent`, `healthy`), has to wait, or needs something else first. */
  readonly health: 'absent' | 'healthy' | 'busy' | 'stuck';
  /** The state in plain words. */
  readonly summary: string;
  readonly cause?: Cause;
  readonly running?: RunningOperation;
  readonly stuckResources: readonly StuckResource[];
  readonly changeSets: readonly LeftChangeSet[];
  readonly exportsInUse: readonly ExportInUse[];
  /** What else to know. */
  readonly notes: readonly string[];
  readonly ways: readonly WayOut[];
}

/** Who asks, and what they know of the program. */
export interface DiagnoseOptions {
  /** How a user runs a command of this program: `status` → `node app.ts status --local`. */
  readonly command: (verb: string) => string;
  readonly signal: AbortSignal;
  /** Where the program declares a resource. @defaultValue it is not known */
  readonly placeOf?: (logicalId: string) => string | undefined;
  /** Names of the exports that the program has. @defaultValue not known */
  readonly programExports?: readonly string[];
}
