import type { Plan } from '../plan/plan.ts';
import type { StatedResource, StatedResources } from '../stack/template-resources.ts';

/** A declaration that seems to have got another name: one resource goes, and one like it comes. */
export interface Rename {
  readonly from: string;
  readonly to: string;
  readonly resourceType: string;
}

/** Share of the properties that must be the same. */
const ALIKE = 0.75;

/**
 * Finds what was renamed. Of resources that belong together (a function, its role, its log) the one is told whose name all
 * others have in theirs; where several are alike, all are told, and a person chooses.
 */
export const detectRenames = (
  plan: Plan,
  before: StatedResources,
  after: StatedResources,
): readonly Rename[] => {
  const gone = plan.changes.filter(({ action }) => action === 'remove');
  const come = plan.changes.filter(({ action }) => action === 'add');
  const pairs = gone.flatMap((old) => {
    const candidates = come
      .filter(({ resourceType }) => resourceType === old.resourceType)
      .map((fresh) => ({
        from: old.logicalId,
        to: fresh.logicalId,
        resourceType: old.resourceType,
        likeness: likeness(old.logicalId, before[old.logicalId], {
          id: fresh.logicalId,
          resource: after[fresh.logicalId],
        }),
      }))
      .filter(({ likeness: share }) => share >= ALIKE);
    const best = Math.max(0, ...candidates.map(({ likeness: share }) => share));
    return candidates.filter(({ likeness: share }) => share === best);
  });
  return pairs
    .filter((pair) => !pairs.some((root) => root !== pair && follows(pair, root)))
    .map(({ from, to, resourceType }) => ({ from, to, resourceType }));
};

/** Whether one rename comes with another: `HelloRole` → `GreetRole` with `Hello` → `Greet`. */
const follows = (pair: Rename, root: Rename): boolean =>
  pair.from !== root.from && renamed(pair.from, root).includes(pair.to);

/** What a logical id can become when a part of it is renamed. */
export const renamed = (
  id: string,
  { from, to }: Pick<Rename, 'from' | 'to'>,
): readonly string[] => {
  const found: string[] = [];
  for (let at = id.indexOf(from); at >= 0; at = id.indexOf(from, at + 1))
    found.push(id.slice(0, at) + to + id.slice(at + from.length));
  return found;
};

/** How much of two resources is the same, from 0 to 1, once the old name is read as the new one. */
const likeness = (
  from: string,
  old: StatedResource | undefined,
  fresh: { readonly id: string; readonly resource: StatedResource | undefined },
): number => {
  const one = new Set(leaves(old?.Properties ?? {}).map((leaf) => withName(leaf, from, fresh.id)));
  const other = new Set(leaves(fresh.resource?.Properties ?? {}));
  const size = one.size + other.size;
  return size === 0 ? 1 : (2 * [...one].filter((leaf) => other.has(leaf)).length) / size;
};

const withName = (leaf: string, from: string, to: string): string => {
  const root = commonEnd(from, to);
  return root.from === '' ? leaf : leaf.replaceAll(root.from, root.to);
};

/** `HelloRole`, `GreetRole` → `Hello`, `Greet` */
const commonEnd = (from: string, to: string): { readonly from: string; readonly to: string } => {
  let shared = 0;
  while (
    shared < Math.min(from.length, to.length) - 1 &&
    from.at(-1 - shared) === to.at(-1 - shared)
  )
    shared += 1;
  // A shared end counts from a capital letter on: `Photos` and `Stamps` do not share a part of their names.
  while (shared > 0 && !/[A-Z]/.test(from.at(-shared) ?? '')) shared -= 1;
  return { from: from.slice(0, from.length - shared), to: to.slice(0, to.length - shared) };
};

const leaves = (value: unknown, path = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, `${path}/*`));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, member]) => leaves(member, `${path}/${name}`));
  return [`${path}=${JSON.stringify(value)}`];
};

const DECLARED_BY: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'httpApi',
  'AWS::DynamoDB::Table': 'table',
  'AWS::Events::Archive': 'bus(…).archive',
  'AWS::Events::EventBus': 'bus',
  'AWS::Kinesis::Stream': 'stream',
  'AWS::Lambda::Function': 'lambda',
  'AWS::Logs::LogGroup': 'logGroup',
  'AWS::S3::Bucket': 'bucket',
  'AWS::SNS::Topic': 'topic',
  'AWS::SQS::Queue': 'queue',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::Scheduler::ScheduleGroup': 'scheduleGroup',
  'AWS::SecretsManager::Secret': 'secret',
};

/** How a program keeps the logical id of what it calls otherwise now: `bucket('Pictures', { logicalId: 'Photos' })` */
export const pinOf = ({ from, to, resourceType }: Rename): string => {
  const declared = DECLARED_BY[resourceType];
  return declared === undefined
    ? `resource('${resourceType}', '${to}', { … }, { logicalId: '${from}' })`
    : `${declared}('${to}', { logicalId: '${from}' })`;
};
