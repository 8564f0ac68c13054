import { changeVariables, readGetAtt, TEMPLATES_PARAMETER } from '../../synth/index.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { listResources } from '../stack/describe-contents.ts';
import type { StackState } from '../stack/stack-state.ts';
import { readTemplate } from '../stack/template-resources.ts';
import { isNestedStack } from './nested-stack.ts';

type Members = Readonly<Record<string, unknown>>;

/** A template, by the logical id of the nested stack that it is of. */
type Parts = ReadonlyMap<string, Members>;

/** Whether a stack is the root of a service that was split. */
export const wasSplit = (stack: Pick<StackState, 'parameters'> | undefined): boolean =>
  stack !== undefined && TEMPLATES_PARAMETER in stack.parameters;

/**
 * The template of a stack as it was written before it was split: what its nested stacks hold stands in it, and parameters and
 * outputs between them are what they stand for. Undefined for a template that is not JSON.
 */
export const deployedTemplate = async (
  api: CloudFormationApi,
  stack: Pick<StackState, 'stackId' | 'parameters'>,
  signal: AbortSignal,
): Promise<Members | undefined> => {
  const root = await templateOf(api, stack.stackId, signal);
  if (root === undefined || !wasSplit(stack)) return root;
  const nested = (await listResources(api, stack.stackId, signal)).filter(isNestedStack);
  const parts = new Map<string, Members>();
  await Promise.all(
    nested.map(async ({ logicalId, physicalId = '' }) => {
      const part = await templateOf(api, physicalId, signal);
      if (part !== undefined) parts.set(logicalId, part);
    }),
  );
  return joinTemplates(root, parts);
};

const templateOf = async (
  api: CloudFormationApi,
  StackName: string,
  signal: AbortSignal,
): Promise<Members | undefined> => {
  const { TemplateBody = '' } = await api.getTemplate({ StackName }, signal);
  return readTemplate(TemplateBody);
};

const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

/** The root with its parts in the place of the stacks that they are of. */
export const joinTemplates = (root: Members, parts: Parts): Members => {
  const own = membersOf(root['Resources']);
  const resources: Record<string, unknown> = {};
  for (const [id, resource] of Object.entries(own))
    if (!parts.has(id)) resources[id] = within(undefined, resource, { root, parts });
  for (const [stack, part] of parts)
    for (const [id, resource] of Object.entries(membersOf(part['Resources'])))
      resources[id] = within(stack, resource, { root, parts });
  // Its metadata tells of the split.
  const others = Object.entries(root).filter(([name]) => name !== 'Metadata');
  return { ...Object.fromEntries(others), Resources: resources };
};

/** A value of a stack as it would stand in one template. @param stack - Undefined for the root. */
const within = (
  stack: string | undefined,
  value: unknown,
  all: { readonly root: Members; readonly parts: Parts },
): unknown => {
  if (Array.isArray(value)) return value.map((item) => within(stack, item, all));
  if (typeof value !== 'object' || value === null) return value;
  const members = value as Members;
  const [only, ...others] = Object.keys(members);
  if (only !== undefined && others.length === 0) {
    const member = members[only];
    if (only === 'Ref') return crossed(stack, { name: String(member) }, all) ?? value;
    if (only === 'Fn::GetAtt') return crossed(stack, readGetAtt(member), all) ?? value;
    if (only === 'Fn::Sub') return { 'Fn::Sub': substituted(stack, member, all) };
  }
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, within(stack, member, all)]),
  );
};

/** What a parameter of a nested stack, or an output of one, stands for. */
const crossed = (
  stack: string | undefined,
  { name, attribute }: { readonly name: string; readonly attribute?: string },
  all: { readonly root: Members; readonly parts: Parts },
): unknown => {
  if (attribute?.startsWith('Outputs.') === true && all.parts.has(name)) {
    const output = membersOf(all.parts.get(name)?.['Outputs'])[attribute.slice('Outputs.'.length)];
    return within(name, membersOf(output)['Value'], all);
  }
  if (stack === undefined || attribute !== undefined) return undefined;
  const properties = membersOf(membersOf(membersOf(all.root['Resources'])[stack])['Properties']);
  const given = membersOf(properties['Parameters'])[name];
  if (given === undefined) return undefined;
  const value = within(undefined, given, all);
  const { Type } = membersOf(membersOf(all.parts.get(stack)?.['Parameters'])[name]);
  return Type === 'CommaDelimitedList' ? unjoined(value) : value;
};

/** Lists cross as one text: `{ "Fn::Join": [",", LIST] }`. */
const unjoined = (value: unknown): unknown => {
  const join = membersOf(value)['Fn::Join'];
  return Array.isArray(join) && join[0] === ',' ? (join[1] as unknown) : value;
};

/** A text of `Fn::Sub` with its variables named as in one template, where one name can stand for them. */
const substituted = (
  stack: string | undefined,
  member: unknown,
  all: { readonly root: Members; readonly parts: Parts },
): unknown => {
  const text = changeVariables(member, (reference) => {
    const other = membersOf(crossed(stack, reference, all));
    if (typeof other['Ref'] === 'string') return other['Ref'];
    if (other['Fn::GetAtt'] === undefined) return undefined;
    const { name, attribute } = readGetAtt(other['Fn::GetAtt']);
    return `${name}.${attribute}`;
  });
  return Array.isArray(member) ? [text, within(stack, member[1], all)] : text;
};
