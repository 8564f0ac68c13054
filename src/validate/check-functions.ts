import { isCustomResource, NESTED_STACK, resourceType } from '../schema/index.ts';
import type { JsonObject } from './json.ts';
import { isList, isObject, shown } from './json.ts';
import { listed, nearest } from './nearest.ts';
import type { PropertyPath } from './property-path.ts';
import { printPath } from './property-path.ts';
import type { Report } from './report.ts';
import type { TemplateFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html */
const PSEUDO_PARAMETERS: readonly string[] = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

/** Functions that answer with a value. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const VALUE_FUNCTIONS: readonly string[] = [
  'Fn::Base64',
  'Fn::Cidr',
  'Fn::FindInMap',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::GetStackOutput',
  'Fn::If',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Length',
  'Fn::Select',
  'Fn::Split',
  'Fn::Sub',
  'Fn::ToJsonString',
  'Fn::Transform',
];

/** Functions that answer with yes or no, which only conditions have a use for. */
const CONDITION_FUNCTIONS: readonly string[] = ['Fn::And', 'Fn::Equals', 'Fn::Not', 'Fn::Or'];

/** Lists that functions take: how many items. */
const ARGUMENTS: Readonly<Record<string, readonly [least: number, most: number, form: string]>> = {
  'Fn::If': [3, 3, '[condition, value if so, value if not]'],
  'Fn::Join': [2, 2, '[text between, list]'],
  'Fn::Select': [2, 2, '[place from 0, list]'],
  'Fn::Split': [2, 2, '[text between, text]'],
  'Fn::FindInMap': [3, 4, '[map, key, key]'],
  'Fn::Cidr': [2, 3, '[block, count, bits]'],
};

/** Where functions stand. */
export interface FunctionsPlace {
  /** The resource, output or condition. */
  readonly id: string;
  readonly facts: TemplateFacts;
  readonly report: Report;
  /** What is told of each resource that is referred to. */
  refers(id: string): void;
  /** In conditions there are parameters, and no resources yet. */
  readonly inCondition?: boolean;
}

/** `${Name}`, `${Name.Attribute}`; not `${!literal}`. */
const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

/** Finds every intrinsic function in a value: whether it is one, is well formed, and names something that is there. */
export const checkFunctions = (
  value: unknown,
  place: FunctionsPlace,
  path?: PropertyPath,
): void => {
  if (typeof value !== 'object') return;
  if (value === null)
    return place.report.problem(
      'INVALID_VALUE',
      { id: place.id, path },
      `${subject(place, path)} is null, which CloudFormation refuses. Leave it out.`,
    );
  if (isList(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item = value[index];
      if (typeof item === 'object') checkFunctions(item, place, { up: path, key: index });
    }
    return;
  }
  const object = value as JsonObject;
  let own: readonly string[] | undefined;
  for (const key in object) {
    const member = object[key];
    if (
      key === 'Ref' ||
      key.startsWith('Fn::') ||
      (key === 'Condition' && place.inCondition === true)
    ) {
      own ??= Object.keys(object);
      if (own.length === 1 || (key !== 'Ref' && key !== 'Condition'))
        checkCall(key, member, own, { place, path });
    }
    if (typeof member === 'object') checkFunctions(member, place, { up: path, key });
  }
};

const subject = ({ id }: FunctionsPlace, path: PropertyPath | undefined): string =>
  path === undefined ? id : `${printPath(path)} of ${id}`;

interface Call {
  readonly place: FunctionsPlace;
  readonly path: PropertyPath | undefined;
}

const say = ({ place, path }: Call, message: string): void =>
  place.report.problem(
    'INVALID_FUNCTION',
    { id: place.id, path },
    `${subject(place, path)} ${message}`,
  );

const checkCall = (
  name: string,
  argument: unknown,
  members: readonly string[],
  call: Call,
): void => {
  if (name.startsWith('Fn::ForEach::') || name === 'Fn::Transform') return;
  const { inCondition = false, facts } = call.place;
  const isCondition = CONDITION_FUNCTIONS.includes(name);
  if (name !== 'Ref' && name !== 'Condition' && !isCondition && !VALUE_FUNCTIONS.includes(name)) {
    const meant = nearest(name, VALUE_FUNCTIONS);
    return say(
      call,
      `calls ${name}, which CloudFormation does not have; ${meant === undefined ? `it has Ref, ${VALUE_FUNCTIONS.join(', ')}.` : `did you mean ${meant}?`}`,
    );
  }
  if (members.length > 1)
    return say(
      call,
      `calls ${name} beside ${members.filter((member) => member !== name).join(', ')}; a function stands in an object of its own.`,
    );
  if (isCondition && !inCondition)
    return say(
      call,
      `calls ${name}, which only conditions may. State it in Conditions, and choose with Fn::If.`,
    );
  const expected = ARGUMENTS[name];
  if (expected !== undefined) {
    const [least, most, form] = expected;
    // A macro, or another function, may stand for the whole list.
    if (!isList(argument) ? !isObject(argument) : argument.length < least || argument.length > most)
      return say(call, `calls ${name} with ${shown(argument)}; it takes ${form}.`);
  }
  switch (name) {
    case 'Ref':
      // Loops and macros may make the name.
      if (isObject(argument) && facts.transformed) return undefined;
      return typeof argument === 'string'
        ? checkRef(argument, 'Ref', call)
        : say(
            call,
            `calls Ref with ${shown(argument)}; it takes the name of a resource or parameter.`,
          );
    case 'Fn::GetAtt':
      return checkGetAtt(argument, call);
    case 'Fn::Sub':
      return checkSub(argument, call);
    case 'Fn::If':
    case 'Condition': {
      const condition = isList(argument) ? argument[0] : argument;
      return typeof condition === 'string' ? checkCondition(condition, name, call) : undefined;
    }
    case 'Fn::FindInMap': {
      const map = isList(argument) ? argument[0] : undefined;
      if (typeof map !== 'string' || facts.transformed || Object.hasOwn(facts.mappings, map))
        return undefined;
      return sayMissing(map, Object.keys(facts.mappings), 'Fn::FindInMap', call);
    }
    default:
      return undefined;
  }
};

const sayMissing = (
  name: string,
  known: Iterable<string>,
  how: string,
  { place, path }: Call,
): void => {
  const { resources } = place.facts;
  // What is in a module has the module's own name before it.
  for (const { id, type } of resources.values())
    if (type.endsWith('::MODULE') && name.startsWith(id)) return;
  const meant = nearest(name, known);
  place.report.problem(
    'MISSING_RESOURCE',
    { id: place.id, path },
    `${subject(place, path)} refers to ${name} (${how}), which is nothing in this service; ${meant === undefined ? 'declare it, or correct the name.' : `did you mean ${meant}?`}`,
  );
};

const checkRef = (name: string, how: string, call: Call): void => {
  const { facts, inCondition = false, refers } = call.place;
  if (Object.hasOwn(facts.parameters, name) || PSEUDO_PARAMETERS.includes(name)) return;
  if (!inCondition && facts.resources.has(name)) return refers(name);
  if (inCondition && facts.resources.has(name))
    return say(
      call,
      `refers to the resource ${name}; conditions are decided before there are resources. Refer to a parameter.`,
    );
  if (facts.transformed) return;
  sayMissing(
    name,
    name.startsWith('AWS::')
      ? PSEUDO_PARAMETERS
      : [...facts.resources.keys(), ...Object.keys(facts.parameters)],
    how,
    call,
  );
};

/** Exported for `DependsOn`, which names resources alone. */
export const checkDependsOn = (value: unknown, place: FunctionsPlace): void => {
  for (const name of isList(value) ? value : value === undefined ? [] : [value]) {
    if (typeof name !== 'string')
      say(
        { place, path: undefined },
        `states DependsOn with ${shown(name)}; it takes logical ids.`,
      );
    else if (place.facts.resources.has(name)) place.refers(name);
    else if (!place.facts.transformed)
      sayMissing(name, place.facts.resources.keys(), 'DependsOn', { place, path: undefined });
  }
};

/** A condition that must be among those of the template. */
export const checkCondition = (name: string, how: string, call: Call): void => {
  const { conditions, transformed } = call.place.facts;
  if (!Object.hasOwn(conditions, name) && !transformed)
    sayMissing(
      name,
      Object.keys(conditions),
      how === 'Condition' ? 'a condition' : `the condition of ${how}`,
      call,
    );
};

const checkGetAtt = (argument: unknown, call: Call): void => {
  const parts: readonly unknown[] = isList(argument)
    ? argument
    : typeof argument === 'string' && argument.includes('.')
      ? [argument.slice(0, argument.indexOf('.')), argument.slice(argument.indexOf('.') + 1)]
      : [];
  const [id, ...attribute] = parts;
  if (typeof id !== 'string' || attribute.length === 0)
    return say(call, `calls Fn::GetAtt with ${shown(argument)}; it takes [logical id, attribute].`);
  const known = attribute.every((part) => typeof part === 'string')
    ? attribute.join('.')
    : undefined;
  return checkAttribute(id, known, 'Fn::GetAtt', call);
};

const checkAttribute = (
  id: string,
  attribute: string | undefined,
  how: string,
  call: Call,
): void => {
  const { facts, inCondition = false, refers } = call.place;
  const target = facts.resources.get(id);
  if (inCondition)
    return say(
      call,
      `calls ${how}; conditions are decided before there are resources. Refer to a parameter.`,
    );
  if (target === undefined)
    return facts.transformed ? undefined : sayMissing(id, facts.resources.keys(), how, call);
  refers(id);
  if (attribute === undefined || target.origin?.unchecked === true) return undefined;
  if (isCustomResource(target.type) || target.type === NESTED_STACK) return undefined;
  const type = resourceType(target.type);
  const [first = ''] = attribute.split('.');
  // A property can be asked for too: recorded change sets show that.
  if (
    type === undefined ||
    type.attributes.has(attribute) ||
    type.attributes.has(first) ||
    type.properties.has(first)
  )
    return undefined;
  const names = [...type.attributes.keys()].sort();
  const meant = nearest(attribute, names);
  return call.place.report.problem(
    'UNKNOWN_ATTRIBUTE',
    { id: call.place.id, path: call.path },
    `${subject(call.place, call.path)} asks for ${attribute} of ${id}, which ${target.type} does not have; ${meant !== undefined ? `did you mean ${meant}?` : names.length === 0 ? 'it has no attributes. Refer to it with Ref.' : `it has ${listed(names)}.`}`,
  );
};

const checkSub = (argument: unknown, call: Call): void => {
  const [text, variables] = isList(argument) ? argument : [argument];
  if (
    typeof text !== 'string' ||
    (isList(argument) && (argument.length > 2 || !isObject(variables)))
  )
    // A macro may stand for both.
    return isObject(argument) && 'Fn::Transform' in argument
      ? undefined
      : say(call, `calls Fn::Sub with ${shown(argument)}; it takes a text, or [text, variables].`);
  for (const [, variable = ''] of text.matchAll(SUB_VARIABLE)) {
    const name = variable.trim();
    if (isObject(variables) && Object.hasOwn(variables, name)) continue;
    const dot = name.indexOf('.');
    if (dot < 0) checkRef(name, 'Fn::Sub', call);
    else checkAttribute(name.slice(0, dot), name.slice(dot + 1), 'Fn::Sub', call);
  }
  return undefined;
};
