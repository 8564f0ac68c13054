import { holdsData } from '../../spec/holds-data.ts';
import type { Plan, PlannedChange, PlannedProperty } from '../plan/plan.ts';
import type { StatedResources } from '../stack/template-resources.ts';
import { isReplaceable } from '../stack/template-resources.ts';

/** A resource whose data a plan takes away, from the world or from the service. */
export interface Endangered {
  readonly logicalId: string;
  readonly resourceType: string;
  readonly physicalId: string;
  /** `expire`: it stays, and what it holds is kept for a shorter time than before. */
  readonly action: 'remove' | 'replace' | 'may-replace' | 'expire';
  /** What becomes of the physical resource that is there now. */
  readonly old: 'deleted' | 'left-behind' | 'snapshot' | 'stays';
  /** Properties that force it. */
  readonly because: readonly string[];
  /** Whether the program says that its data may be lost. */
  readonly replaceable: boolean;
  /** Its properties as deployed. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** The templates of a plan; undefined where one is not JSON. */
export interface Templates {
  readonly before: StatedResources | undefined;
  readonly after: StatedResources | undefined;
}

/** Whether a plan has anything that may lose data: the templates are wanted only then. */
export const mayLose = (plan: Plan): boolean =>
  plan.changes.some((change) => holdsData(change.resourceType) && actionOf(change) !== undefined);

/** Everything in a plan that holds data and is replaced, removed, or kept shorter. */
export const findEndangered = (plan: Plan, templates: Templates): readonly Endangered[] =>
  plan.changes.flatMap((change): readonly Endangered[] => {
    const action = actionOf(change);
    const { logicalId, resourceType, physicalId } = change;
    // What was never made holds nothing.
    if (action === undefined || physicalId === undefined || !holdsData(resourceType)) return [];
    const before = templates.before?.[logicalId];
    // A removed resource is in the deployed template alone; of any other the program has the word now.
    const stated = action === 'remove' ? before : templates.after?.[logicalId];
    return [
      {
        logicalId,
        resourceType,
        physicalId,
        action,
        old: fateOf(change, action, stated),
        because: change.properties
          .filter((property) =>
            action === 'expire' ? shortens(resourceType, property) : property.recreates !== 'never',
          )
          .map(({ path }) => plainPath(path)),
        replaceable: isReplaceable(stated),
        ...(before?.Properties === undefined ? {} : { properties: before.Properties }),
      },
    ];
  });

const actionOf = (change: PlannedChange): Endangered['action'] | undefined => {
  switch (change.action) {
    case 'remove':
    case 'replace':
    case 'may-replace':
      return change.action;
    case 'modify':
      return change.properties.some((property) => shortens(change.resourceType, property))
        ? 'expire'
        : undefined;
    default:
      return undefined;
  }
};

const fateOf = (
  change: PlannedChange,
  action: Endangered['action'],
  stated: { readonly DeletionPolicy?: unknown; readonly UpdateReplacePolicy?: unknown } | undefined,
): Endangered['old'] => {
  if (action === 'expire') return 'stays';
  const policy = action === 'remove' ? stated?.DeletionPolicy : stated?.UpdateReplacePolicy;
  if (policy === 'Snapshot') return 'snapshot';
  if (change.retains) return 'left-behind';
  // CloudFormation tells the policy of what it certainly replaces; of what it may replace, the template does.
  return action === 'may-replace' && String(policy).startsWith('Retain')
    ? 'left-behind'
    : 'deleted';
};

const plainPath = (path: string): string =>
  path
    .replace(/^\/?Properties[./]/, '')
    .replaceAll('/', '.')
    .replace(/^\./, '');

/** Properties that say how long data is kept, in whatever unit. Absent, logs and archived events are kept for ever; the others have defaults of AWS. */
const KEPT_FOR: Readonly<Record<string, { readonly path: RegExp; readonly absent: number }>> = {
  'AWS::Events::Archive': { path: /RetentionDays$/, absent: Number.POSITIVE_INFINITY },
  'AWS::Logs::LogGroup': { path: /RetentionInDays$/, absent: Number.POSITIVE_INFINITY },
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html: 4 days
  'AWS::SQS::Queue': { path: /MessageRetentionPeriod$/, absent: 345_600 },
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html: 24 hours
  'AWS::Kinesis::Stream': { path: /RetentionPeriodHours$/, absent: 24 },
  'AWS::S3::Bucket': {
    path: /(ExpirationInDays|NoncurrentDays|NoncurrentVersionExpirationInDays)$/,
    absent: Number.POSITIVE_INFINITY,
  },
};

const shortens = (resourceType: string, { path, before, after }: PlannedProperty): boolean => {
  const kept = KEPT_FOR[resourceType];
  if (kept === undefined) return false;
  if (kept.path.test(path)) return daysOf(after, kept.absent) < daysOf(before, kept.absent);
  // A rule that comes whole.
  return (
    resourceType === 'AWS::S3::Bucket' &&
    path.includes('LifecycleConfiguration') &&
    /"(Noncurrent\w*)?Expiration/.test(after ?? '') &&
    !/"(Noncurrent\w*)?Expiration/.test(before ?? '')
  );
};

const daysOf = (value: string | undefined, absent: number): number => {
  const days = Number(value ?? absent);
  return Number.isNaN(days) ? absent : days;
};
