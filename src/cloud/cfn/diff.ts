import { references } from './dependencies.ts';
import { UNKNOWN } from './evaluate.ts';
import { resourceType } from './resource-types.ts';
import type { StackScope } from './stack-scope.ts';
import type { StackResource, Target } from './state.ts';
import { parseTemplate } from './parse-template.ts';

/** What a change set says of one resource. */
export interface ResourceChange {
  readonly Action: 'Add' | 'Modify' | 'Remove';
  readonly PolicyAction?: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly Replacement?: 'True' | 'False' | 'Conditional';
  readonly Scope: readonly string[];
  readonly Details: readonly ChangeDetail[];
  readonly BeforeContext?: string;
  readonly AfterContext?: string;
}

interface ChangeDetail {
  readonly Target: Readonly<Record<string, string>>;
  readonly Evaluation: 'Static' | 'Dynamic';
  readonly ChangeSource: string;
  readonly CausingEntity?: string;
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

export const same = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

const RECREATION = ['Never', 'Always', 'Conditionally'] as const;

/** How a property's change is applied. A property that the schema does not know cannot replace. */
export const recreation = (type: string, property: string): (typeof RECREATION)[number] =>
  RECREATION[resourceType(type)?.properties[property]?.[1] ?? 0];

export const changedProperties = (
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !same(before[name], after[name]))
    .sort();

/** A replaced resource has another physical id and other attributes; those of one that stays are as they were. */
const willChange = (changes: ReadonlyMap<string, ResourceChange>, id: string) =>
  changes.get(id)?.Replacement;

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Compares what stands with what is to be. Resources come in the order of their names, as AWS lists them. */
export const diffStack = (
  scope: StackScope,
  target: Target,
  existing: readonly StackResource[],
  previous: Target | undefined,
): readonly ResourceChange[] => {
  const byId = new Map(existing.map((resource) => [resource.logicalId, resource]));
  const oldTemplate = previous === undefined ? undefined : parseTemplate(previous.templateBody);
  const changes = new Map<string, ResourceChange>();
  const order = inDependencyOrder(scope);
  for (const id of order) {
    const stated = scope.template.Resources[id];
    if (stated === undefined) continue;
    const resource = byId.get(id);
    const after = scope.properties(id);
    if (resource === undefined) {
      changes.set(id, {
        Action: 'Add',
        LogicalResourceId: id,
        ResourceType: stated.Type,
        Replacement: 'True',
        Scope: [],
        Details: [],
        AfterContext: JSON.stringify({ Properties: textual(after) }),
      });
      continue;
    }
    const change = modification(
      id,
      stated.Type,
      resource,
      after,
      changes,
      scope,
      target,
      previous,
      oldTemplate?.Resources[id],
    );
    if (change !== undefined) changes.set(id, change);
  }
  for (const resource of existing) {
    if (scope.active.has(resource.logicalId)) continue;
    changes.set(resource.logicalId, {
      Action: 'Remove',
      ...(resource.deletionPolicy === undefined || resource.deletionPolicy === 'Delete'
        ? { PolicyAction: 'Delete' }
        : { PolicyAction: resource.deletionPolicy === 'Snapshot' ? 'Snapshot' : 'Retain' }),
      LogicalResourceId: resource.logicalId,
      ...(resource.physicalId === undefined ? {} : { PhysicalResourceId: resource.physicalId }),
      ResourceType: resource.type,
      Scope: [],
      Details: [],
      BeforeContext: JSON.stringify({ Properties: textual(resource.properties) }),
    });
  }
  return [...changes.values()].sort((a, b) => (a.LogicalResourceId < b.LogicalResourceId ? -1 : 1));
};

/** Contexts hold every scalar as text. */
const textual = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, textual(member)]));
  return typeof value === 'string' ? value : String(value);
};

const inDependencyOrder = (scope: StackScope): readonly string[] => {
  const done: string[] = [];
  const visit = (id: string) => {
    if (done.includes(id)) return;
    for (const name of references(scope.template.Resources[id]?.Properties))
      if (scope.active.has(name) && name !== id) visit(name);
    done.push(id);
  };
  for (const id of scope.active) visit(id);
  return done;
};

const modification = (
  id: string,
  type: string,
  resource: StackResource,
  after: Readonly<Record<string, unknown>>,
  changes: ReadonlyMap<string, ResourceChange>,
  scope: StackScope,
  target: Target,
  previous: Target | undefined,
  old: { readonly Properties?: Readonly<Record<string, unknown>> } | undefined,
): ResourceChange | undefined => {
  const stated = scope.template.Resources[id];
  const before = resource.properties;
  // What a replaced resource answers is not known yet, so whoever refers to it may change.
  const uncertain = (name: string) =>
    [...references(stated?.Properties?.[name])].filter(
      (other) =>
        willChange(changes, other) === 'True' || willChange(changes, other) === 'Conditional',
    );
  const names = [
    ...new Set([
      ...changedProperties(before, after),
      ...Object.keys(after).filter((name) => uncertain(name).length > 0),
    ]),
  ].sort();
  const tagsChanged =
    previous !== undefined &&
    !same(previous.tags, target.tags) &&
    resourceType(type)?.tags !== undefined;
  const metadataChanged = !same(resource.metadata, stated?.Metadata);
  const policies = [
    ['DeletionPolicy', resource.deletionPolicy, stated?.DeletionPolicy],
    ['UpdateReplacePolicy', resource.updateReplacePolicy, stated?.UpdateReplacePolicy],
  ] as const;
  const policyChanges = policies.filter(([, one, other]) => one !== other).map(([name]) => name);
  if (
    names.length === 0 &&
    !tagsChanged &&
    !metadataChanged &&
    policyChanges.length === 0 &&
    resource.type === type
  )
    return undefined;
  const details = names.flatMap((name) =>
    detailsOf(
      name,
      type,
      before,
      after,
      stated?.Properties?.[name],
      old?.Properties?.[name],
      uncertain(name),
      target,
      previous,
    ),
  );
  const replacement = resource.type !== type ? 'True' : replacementOf(details);
  return {
    Action: 'Modify',
    ...(replacement === 'True' || replacement === 'Conditional'
      ? {
          PolicyAction:
            stated?.UpdateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete',
        }
      : {}),
    LogicalResourceId: id,
    ...(resource.physicalId === undefined ? {} : { PhysicalResourceId: resource.physicalId }),
    ResourceType: type,
    Replacement: replacement,
    Scope: [
      ...(names.length > 0 ? ['Properties'] : []),
      ...(metadataChanged ? ['Metadata'] : []),
      ...policyChanges,
      ...(tagsChanged ? ['Tags'] : []),
    ],
    Details: [
      ...details,
      ...(metadataChanged
        ? [
            {
              Target: { Attribute: 'Metadata', RequiresRecreation: 'Never' },
              Evaluation: 'Static' as const,
              ChangeSource: 'DirectModification',
            },
          ]
        : []),
      ...(tagsChanged
        ? [
            {
              Target: { Attribute: 'Tags', RequiresRecreation: 'Never' },
              Evaluation: 'Static' as const,
              ChangeSource: 'DirectModification',
            },
          ]
        : []),
    ],
    BeforeContext: JSON.stringify({ Properties: textual(before) }),
    AfterContext: JSON.stringify({ Properties: textual(after) }),
  };
};

const replacementOf = (details: readonly ChangeDetail[]): 'True' | 'False' | 'Conditional' => {
  const certain = details.some(
    ({ Target, Evaluation }) =>
      Target['RequiresRecreation'] === 'Always' && Evaluation === 'Static',
  );
  if (certain) return 'True';
  const perhaps = details.some(({ Target }) => Target['RequiresRecreation'] !== 'Never');
  return perhaps ? 'Conditional' : 'False';
};

const detailsOf = (
  name: string,
  type: string,
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  stated: unknown,
  old: unknown,
  uncertain: readonly string[],
  target: Target,
  previous: Target | undefined,
): readonly ChangeDetail[] => {
  const had = Object.hasOwn(before, name);
  const has = Object.hasOwn(after, name);
  const base: Record<string, string> = {
    Attribute: 'Properties',
    Name: name,
    RequiresRecreation: recreation(type, name),
    Path: `/Properties/${name}`,
    AttributeChangeType: !had ? 'Add' : !has ? 'Remove' : 'Modify',
    ...(had ? { BeforeValue: shown(before[name]) } : {}),
    ...(has
      ? {
          AfterValue:
            uncertain.length > 0 && same(before[name], after[name]) ? UNKNOWN : shown(after[name]),
        }
      : {}),
  };
  const parameters = [...references(stated)].filter(
    (reference) =>
      reference in target.parameters &&
      previous?.parameters[reference] !== target.parameters[reference],
  );
  const details: ChangeDetail[] = [];
  for (const parameter of parameters) {
    details.push({
      Target: base,
      Evaluation: 'Static',
      ChangeSource: 'ParameterReference',
      CausingEntity: parameter,
    });
    details.push({ Target: base, Evaluation: 'Dynamic', ChangeSource: 'DirectModification' });
  }
  for (const reference of uncertain)
    details.push({
      Target: base,
      Evaluation: 'Dynamic',
      ...causeOf(stated, reference),
    });
  if (details.length === 0 || !same(stated, old))
    if (details.every(({ ChangeSource }) => ChangeSource !== 'DirectModification'))
      details.push({ Target: base, Evaluation: 'Static', ChangeSource: 'DirectModification' });
  return details;
};

/** Whether a value takes a resource's reference or one of its attributes. */
const causeOf = (
  stated: unknown,
  reference: string,
): { readonly ChangeSource: string; readonly CausingEntity: string } => {
  const text = JSON.stringify(stated) ?? '';
  const attribute = new RegExp(
    `"Fn::GetAtt":\\["${reference}","([^"]+)"\\]|\\$\\{${reference}\\.([\\w.]+)\\}`,
  ).exec(text);
  return attribute === null
    ? { ChangeSource: 'ResourceReference', CausingEntity: reference }
    : {
        ChangeSource: 'ResourceAttribute',
        CausingEntity: `${reference}.${attribute[1] ?? attribute[2]}`,
      };
};
