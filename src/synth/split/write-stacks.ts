import type { Reference } from '../references.ts';
import { referencesIn } from '../references.ts';
import type { CfnValue, Template, TemplateResource } from '../template.ts';
import type { Borders, Crossing } from './cross.ts';
import { crossInto, inRoot } from './cross.ts';
import { crossingOf } from './load.ts';
import { inNumberOrder, recordPlacement, ROOT } from './placement.ts';

/** The stacks of a split service. */
export interface WrittenStacks {
  readonly root: Template;
  readonly nested: ReadonlyMap<string, Template>;
}

/** The parameter that says where the templates of the nested stacks lie, and by which a split stack is known. */
export const TEMPLATES_PARAMETER = 'NestedTemplates';

/** Writes the templates of a placed service. `templateUrl` says where a nested one will be found. */
export const writeStacks = (
  flat: Template,
  borders: Borders,
  templateUrl: (name: string, template: Template) => CfnValue,
): WrittenStacks => {
  const { placement } = borders;
  const names = [...new Set(placement.values())]
    .filter((stack) => stack !== ROOT)
    .sort(inNumberOrder);
  const used = crossedOutputs(flat, borders);
  const nested = new Map<string, Template>();
  const holders: Record<string, TemplateResource> = {};
  for (const name of names) {
    const crossing = crossInto(name, borders);
    const resources = resourcesOf(flat, name, borders, crossing);
    const template: Template = {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: `A part of the service; the stack that it is nested in changes and deletes it`,
      ...parametersOf(crossing, borders),
      Resources: resources,
      Outputs: Object.fromEntries(
        (used.get(name) ?? []).map((reference) => [
          borders.nameOf(reference),
          { Value: joined(ownValue(reference), reference, borders) },
        ]),
      ),
    };
    nested.set(name, template);
    holders[name] = holderOf(name, template, crossing, { flat, borders, templateUrl });
  }
  const crossing = crossInto(ROOT, borders);
  const own = resourcesOf(flat, ROOT, borders, crossing);
  const root: Template = {
    ...flat,
    Metadata: recordPlacement(placement),
    Resources: inNameOrder({ ...own, ...holders }),
    Outputs: Object.fromEntries(
      Object.entries(flat.Outputs).map(([name, output]) => [
        name,
        { ...output, Value: crossing.rewrite(output.Value) },
      ]),
    ),
  };
  return { root, nested };
};

const inNameOrder = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const ownValue = ({ name, attribute }: Reference): unknown =>
  attribute === undefined ? { Ref: name } : { 'Fn::GetAtt': [name, attribute] };

/** A list crosses as a text: parameters of nested stacks are texts. */
const joined = (value: unknown, reference: Reference, borders: Borders): unknown =>
  borders.isList(reference) ? { 'Fn::Join': [',', value] } : value;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html: no list may be passed; a text with commas may. */
const parametersOf = ({ imports }: Crossing, borders: Borders): Pick<Template, 'Parameters'> =>
  imports.size === 0
    ? {}
    : {
        Parameters: inNameOrder(
          Object.fromEntries(
            [...imports].map(([name, reference]) => [
              name,
              { Type: borders.isList(reference) ? 'CommaDelimitedList' : 'String' },
            ]),
          ),
        ),
      };

/** The resource of the root that a nested stack is. */
const holderOf = (
  name: string,
  template: Template,
  { imports }: Crossing,
  context: {
    readonly flat: Template;
    readonly borders: Borders;
    readonly templateUrl: (name: string, template: Template) => CfnValue;
  },
): TemplateResource => {
  const { flat, borders } = context;
  const waits = new Set(
    Object.keys(template.Resources).flatMap((id) =>
      (flat.Resources[id]?.DependsOn ?? []).map((other) => borders.placement.get(other) || other),
    ),
  );
  waits.delete(name);
  for (const id of Object.keys(template.Resources)) waits.delete(id);
  return {
    Type: 'AWS::CloudFormation::Stack',
    ...(waits.size === 0 ? {} : { DependsOn: [...waits].sort() }),
    Properties: {
      TemplateURL: context.templateUrl(name, template),
      ...(imports.size === 0
        ? {}
        : {
            Parameters: inNameOrder(
              Object.fromEntries(
                [...imports].map(([parameter, reference]) => [
                  parameter,
                  joined(inRoot(reference, borders), reference, borders),
                ]),
              ),
            ),
          }),
    },
  };
};

/** The resources of one stack, in order, as that stack says them. */
const resourcesOf = (
  flat: Template,
  stack: string,
  { placement }: Borders,
  { rewrite }: Crossing,
): Record<string, TemplateResource> => {
  const resources: Record<string, TemplateResource> = {};
  for (const [id, resource] of Object.entries(flat.Resources)) {
    if (placement.get(id) !== stack) continue;
    const { DependsOn: before = [], ...rest } = resource;
    // Of what is in another stack, the root waits for that stack; a nested stack is itself made to wait.
    const waits = before.flatMap((other) => {
      const at = placement.get(other) ?? ROOT;
      if (at === stack) return [other];
      return stack === ROOT ? [at] : [];
    });
    resources[id] = {
      ...rest,
      ...(waits.length === 0 ? {} : { DependsOn: [...new Set(waits)].sort() }),
      ...(rest.Properties === undefined
        ? {}
        : { Properties: rewrite(rest.Properties) as Record<string, unknown> }),
    };
  }
  return resources;
};

/** What of each nested stack is asked for from outside of it, in order. */
const crossedOutputs = (
  flat: Template,
  { placement }: Borders,
): ReadonlyMap<string, readonly Reference[]> => {
  const found = new Map<string, Map<string, Reference>>();
  const look = (from: string, value: unknown) => {
    for (const reference of referencesIn(value)) {
      const at = placement.get(reference.name) ?? ROOT;
      if (at === ROOT || at === from) continue;
      const own = found.get(at) ?? new Map<string, Reference>();
      found.set(at, own.set(crossingOf(reference), reference));
    }
  };
  for (const [id, resource] of Object.entries(flat.Resources))
    look(placement.get(id) ?? ROOT, resource.Properties);
  for (const { Value: value } of Object.values(flat.Outputs)) look(ROOT, value);
  return new Map(
    [...found].map(([stack, own]) => [
      stack,
      [...own].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference),
    ]),
  );
};
