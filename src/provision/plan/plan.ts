import type { Change, ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { holdsData } from '../../spec/holds-data.ts';
import type { DataLoss } from '../data-loss/index.ts';
import type { ArchiveChange } from './archive-change.ts';
import type { HolderChange } from './permissions/index.ts';

/** What happens to one resource. `may-replace` is decided by CloudFormation only while it runs. */
export type PlannedAction =
  | 'add'
  | 'modify'
  | 'replace'
  | 'may-replace'
  | 'remove'
  | 'import'
  | 'unknown';

/** A property that changes. */
export interface PlannedProperty {
  /** `/Properties/MemorySize`, or the name when CloudFormation gives no path */
  readonly path: string;
  /** As CloudFormation prints it; undefined when it was not there. */
  readonly before?: string;
  /** As CloudFormation prints it; undefined when it goes, or is known only later. */
  readonly after?: string;
  /** Whether this property forces a new physical resource. */
  readonly recreates: 'never' | 'maybe' | 'always';
  /** What else in this stack makes it change: `Role.Arn`, `ArtifactKey`. */
  readonly causedBy?: string;
}

/** A resource that will change. */
export interface PlannedChange {
  readonly action: PlannedAction;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly physicalId?: string;
  readonly properties: readonly PlannedProperty[];
  /** Whether resources of this type hold what no template can make again. */
  readonly holdsData: boolean;
  /** Whether the physical resource that goes takes stored data with it. */
  readonly losesData: boolean;
  /** Whether the physical resource that goes, or may go, stays behind, outside of the stack. */
  readonly retains: boolean;
}

/** How permissions change, or why that is not known. */
export type PlannedPermissions =
  | { readonly known: true; readonly holders: readonly HolderChange[] }
  | { readonly known: false; readonly why: string };

/** What CloudFormation will do, before it does it. It is data: nothing in it acts. */
export interface Plan {
  readonly stackName: string;
  readonly stackId: string;
  readonly accountId: string;
  readonly region: string;
  readonly kind: 'create' | 'update' | 'unchanged';
  readonly changes: readonly PlannedChange[];
  readonly permissions: PlannedPermissions;
  /** Absent when the code stays as it is, or there is none. */
  readonly archive?: ArchiveChange;
  /** Whether the bucket for archives is to be made first. */
  readonly makesBucket: boolean;
  /** Data that would be lost, and what allows it; only of a plan that is made for its own sake. */
  readonly losses?: readonly DataLoss[];
}

/** Reads the changes of a change set, sorted so that what is destroyed comes last and stands out. */
export const readChanges = (changes: readonly Change[]): readonly PlannedChange[] =>
  changes
    .flatMap((change) => (change.ResourceChange === undefined ? [] : [change.ResourceChange]))
    .map(readChange)
    .sort(
      (a, b) =>
        ORDER.indexOf(a.action) - ORDER.indexOf(b.action) ||
        (a.logicalId < b.logicalId ? -1 : a.logicalId > b.logicalId ? 1 : 0),
    );

const ORDER: readonly PlannedAction[] = [
  'import',
  'add',
  'modify',
  'unknown',
  'may-replace',
  'replace',
  'remove',
];

const readChange = (change: ResourceChange): PlannedChange => {
  const action = readAction(change);
  const resourceType = change.ResourceType ?? '';
  const policy = change.PolicyAction;
  const goes = action === 'remove' || action === 'replace';
  const retains =
    (goes || action === 'may-replace') &&
    (policy === 'Retain' ||
      policy === 'ReplaceAndRetain' ||
      policy === 'Snapshot' ||
      policy === 'ReplaceAndSnapshot');
  return {
    action,
    logicalId: change.LogicalResourceId ?? '',
    resourceType,
    properties: mergeDetails(change.Details ?? []),
    holdsData: holdsData(resourceType),
    losesData: goes && !retains && holdsData(resourceType),
    retains,
    ...(change.PhysicalResourceId ? { physicalId: change.PhysicalResourceId } : {}),
  };
};

const readAction = (change: ResourceChange): PlannedAction => {
  switch (change.Action) {
    case 'Add':
      return 'add';
    case 'Remove':
      return 'remove';
    case 'Import':
      return 'import';
    case 'Modify':
      if (change.Replacement === 'True') return 'replace';
      return change.Replacement === 'Conditional' ? 'may-replace' : 'modify';
    default:
      return 'unknown';
  }
};

/** CloudFormation lists a property once per reason to change; a reader wants it once. */
const mergeDetails = (details: readonly ResourceChangeDetail[]): readonly PlannedProperty[] => {
  const byPath = new Map<string, PlannedProperty>();
  for (const detail of details) {
    const property = readDetail(detail);
    const known = byPath.get(property.path);
    byPath.set(property.path, known === undefined ? property : { ...property, ...known });
  }
  return [...byPath.values()];
};

const readDetail = ({ Target: target, CausingEntity }: ResourceChangeDetail): PlannedProperty => {
  const recreation = target?.RequiresRecreation;
  return {
    path: target?.Path ?? [target?.Attribute, target?.Name].filter(Boolean).join('.'),
    recreates:
      recreation === 'Always' ? 'always' : recreation === 'Conditionally' ? 'maybe' : 'never',
    ...(target?.BeforeValue === undefined ? {} : { before: target.BeforeValue }),
    ...(target?.AfterValue === undefined ? {} : { after: target.AfterValue }),
    ...(CausingEntity === undefined ? {} : { causedBy: CausingEntity }),
  };
};
