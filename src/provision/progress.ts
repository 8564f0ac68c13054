import type { DriftedResource } from './drift/drift.ts';
import type { ResourceFailure } from './errors.ts';
import type { DataLoss } from './data-loss/index.ts';
import type { Plan } from './plan/plan.ts';
import type { Rename } from './rename/index.ts';

/** One resource, as CloudFormation works on it. */
export interface ResourceProgress {
  readonly kind: 'resource';
  readonly stackName: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly physicalId?: string;
  /** What is done to it. */
  readonly verb: 'create' | 'update' | 'delete' | 'import';
  readonly phase: 'started' | 'done' | 'failed' | 'cancelled' | 'retained';
  /** Milliseconds since CloudFormation started on this resource, by CloudFormation's clock; 0 when it starts. */
  readonly elapsedMs: number;
  readonly reason?: string;
  /** Whether this undoes a failed operation. */
  readonly rollback: boolean;
}

/** One function, as it is changed without CloudFormation. */
export interface InPlaceProgress {
  readonly kind: 'in-place';
  /** `Hello` */
  readonly logicalId: string;
  readonly phase: 'started' | 'done' | 'failed';
  /** What changes: `Code`, `MemorySize`. */
  readonly properties: readonly string[];
  /** Milliseconds, from the first call until Lambda says that the function runs it. */
  readonly elapsedMs: number;
  readonly reason?: string;
}

/** What a deployment or a deletion tells while it goes on. */
export type Progress =
  | ResourceProgress
  | { readonly kind: 'bucket-creating'; readonly stackName: string }
  | { readonly kind: 'bucket-created'; readonly bucket: string; readonly durationMs: number }
  | {
      readonly kind: 'uploaded';
      readonly bucket: string;
      readonly key: string;
      readonly sizeBytes: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'upload-skipped'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'planned'; readonly plan: Plan }
  | { readonly kind: 'drift'; readonly resources: readonly DriftedResource[] }
  | { readonly kind: 'drift-unknown'; readonly why: string }
  | { readonly kind: 'renaming'; readonly moves: readonly Rename[] }
  | { readonly kind: 'data-loss'; readonly losses: readonly DataLoss[] }
  | { readonly kind: 'recovering'; readonly stackName: string; readonly from: string }
  | {
      readonly kind: 'executing';
      readonly stackName: string;
      readonly stackId: string;
      readonly operation: 'create' | 'update' | 'delete' | 'rollback';
    }
  | {
      readonly kind: 'rolling-back';
      readonly stackName: string;
      readonly failure: ResourceFailure | undefined;
    }
  | {
      readonly kind: 'emptied';
      readonly logicalId: string;
      readonly bucket: string;
      readonly objects: number;
    }
  | {
      readonly kind: 'purged';
      readonly logicalId: string;
      readonly resourceType: string;
      readonly physicalId: string;
    }
  | InPlaceProgress
  | {
      readonly kind: 'reconciled';
      /** Functions that ran what was put there in place, and now run what the template says. */
      readonly restored: readonly string[];
      /** Functions that were as the template says already. */
      readonly agreed: readonly string[];
    }
  | { readonly kind: 'left-behind'; readonly what: string; readonly why: string };

/** Receives progress as it happens. It must not throw. */
export type OnProgress = (progress: Progress) => void;
