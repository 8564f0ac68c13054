import type { PropertyDifference, StackResourceDrift } from '@aws-sdk/client-cloudformation';
import type { PlannedChange } from '../plan/plan.ts';
import type { DriftedProperty, DriftedResource } from './drift.ts';

/**
 * Resources as they were found, each property with what a plan does to it.
 *
 * @param changes - The plan's changes; none when nothing changes
 */
export const readDrift = (
  drifts: readonly StackResourceDrift[],
  changes: readonly PlannedChange[],
): readonly DriftedResource[] =>
  drifts.map((drift) => {
    const logicalId = drift.LogicalResourceId ?? '';
    const change = changes.find((one) => one.logicalId === logicalId);
    return {
      logicalId,
      resourceType: drift.ResourceType ?? '',
      physicalId: drift.PhysicalResourceId ?? '',
      state: drift.StackResourceDriftStatus === 'DELETED' ? 'deleted' : 'modified',
      properties: (drift.PropertyDifferences ?? []).map((difference) =>
        readProperty(difference, change),
      ),
    };
  });

const readProperty = (
  { PropertyPath = '', ExpectedValue, ActualValue, DifferenceType }: PropertyDifference,
  change: PlannedChange | undefined,
): DriftedProperty => ({
  path: PropertyPath,
  ...(DifferenceType === 'ADD' || ExpectedValue === undefined ? {} : { expected: ExpectedValue }),
  ...(DifferenceType === 'REMOVE' || ActualValue === undefined ? {} : { actual: ActualValue }),
  fate: fateOf(PropertyPath, change),
});

const fateOf = (path: string, change: PlannedChange | undefined): DriftedProperty['fate'] => {
  if (change === undefined) return 'untouched';
  // A new resource is made from the template alone, and one that goes takes its properties with it.
  if (change.action !== 'modify') return 'overwritten';
  const top = path.split('/')[1] ?? '';
  return change.properties.some(({ path: changed }) => topOf(changed) === top)
    ? 'overwritten'
    : 'perhaps';
};

/** `/Properties/Tags/0/Value` or `Tags.0` → `Tags` */
const topOf = (path: string): string =>
  path.replace(/^\/Properties\//, '').split(/[./[]/)[0] ?? path;
