import { notHere, templateError } from '../errors.ts';
import { isList, isObject } from '../json.ts';
import { hasLanguageExtensions, LANGUAGE_EXTENSIONS } from '../template/model.ts';
import { attributeParts } from '../template/references.ts';
import { availabilityZones } from './availability-zones.ts';
import { cidrBlocks } from './cidr.ts';
import { evaluateCondition } from './conditions.ts';
import type { Scope, TemplateFunction } from './scope.ts';
import { PSEUDO_PARAMETERS } from './scope.ts';
import type { Value } from './values.ts';
import { hasUnknown, isValueList, isValueObject, NO_VALUE, toJson, UNKNOWN } from './values.ts';

// The texts of errors are CloudFormation's.

const ref: TemplateFunction = (argument, scope) => {
  if (typeof argument !== 'string')
    throw templateError('every Ref object must have a single String value.');
  if (argument === 'AWS::NoValue') return NO_VALUE;
  if (PSEUDO_PARAMETERS.includes(argument))
    return scope.pseudo[argument as keyof typeof scope.pseudo];
  return scope.parameters.get(argument) ?? scope.ref(argument);
};

const getAtt: TemplateFunction = (argument, scope, evaluate) => {
  const parts = attributeParts(argument);
  if (parts === undefined || typeof parts.name !== 'string')
    throw templateError(
      'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    );
  const attribute = evaluate(parts.attribute, scope);
  if (attribute === UNKNOWN) return UNKNOWN;
  if (typeof attribute !== 'string')
    throw templateError(
      'every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    );
  return scope.attribute(parts.name, attribute);
};

const SUB_ARGUMENTS =
  "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string";

const sub: TemplateFunction = (argument, scope, evaluate) => {
  const [text, variables, ...rest] = isList(argument) ? argument : [argument];
  if (
    typeof text !== 'string' ||
    rest.length > 0 ||
    (variables !== undefined && !isObject(variables))
  )
    throw templateError(SUB_ARGUMENTS);
  let unknown = false;
  const own = isObject(variables) ? variables : {};
  const replaced = text.replaceAll(/\$\{([^}]*)\}/g, (whole, inner: string) => {
    if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
    const name = inner.trim();
    const value = Object.hasOwn(own, name)
      ? evaluate(own[name] ?? '', scope)
      : name.includes('.')
        ? getAtt(name, scope, evaluate)
        : ref(name, scope, evaluate);
    if (hasUnknown(value)) unknown = true;
    return isScalar(value) ? String(value) : unknown ? whole : notAString(name);
  });
  return unknown ? UNKNOWN : replaced;
};

const notAString = (name: string): never => {
  throw templateError(
    `Fn::Sub expression does not resolve to a string: \${${name}} is no text. Use Fn::Join for a list.`,
  );
};

const JOIN_ARGUMENTS =
  'every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.';

const join: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length !== 2) throw templateError(JOIN_ARGUMENTS);
  const [delimiter, list] = argument.map((part) => evaluate(part, scope));
  if (hasUnknown(delimiter ?? null) || hasUnknown(list ?? null)) return UNKNOWN;
  if (typeof delimiter !== 'string' || !isValueList(list ?? null))
    throw templateError(JOIN_ARGUMENTS);
  return (list as readonly Value[])
    .map((member) => {
      if (!isScalar(member)) throw templateError(JOIN_ARGUMENTS);
      return String(member);
    })
    .join(delimiter);
};

const SPLIT_ARGUMENTS =
  'every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.';

const split: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length !== 2) throw templateError(SPLIT_ARGUMENTS);
  const [delimiter, text] = argument.map((part) => evaluate(part, scope));
  if (hasUnknown(text ?? null)) return UNKNOWN;
  if (typeof delimiter !== 'string' || delimiter === '' || !isScalar(text ?? null))
    throw templateError(SPLIT_ARGUMENTS);
  return String(text).split(delimiter);
};

const SELECT_ARGUMENTS =
  'Fn::Select requires a list argument with two elements: an integer index and a list';

const select: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length !== 2) throw templateError(SELECT_ARGUMENTS);
  const [index, list] = argument.map((part) => evaluate(part, scope));
  if (index === UNKNOWN || list === UNKNOWN) return UNKNOWN;
  const position = Number(index);
  if (!isScalar(index ?? null) || !Number.isInteger(position) || !isValueList(list ?? null))
    throw templateError(SELECT_ARGUMENTS);
  const selected = (list as readonly Value[])[position];
  if (selected === undefined)
    throw templateError(`Fn::Select cannot select nonexistent value at index ${position}`);
  return selected;
};

const FIND_ARGUMENTS =
  'every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value';

const findInMap: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length < 3) throw templateError(FIND_ARGUMENTS);
  const [map, key, attribute] = argument.slice(0, 3).map((part) => evaluate(part, scope));
  const options = argument[3];
  const fallback = isObject(options) ? options['DefaultValue'] : undefined;
  if (argument.length > 3) {
    if (!hasLanguageExtensions(scope.template) || fallback === undefined)
      throw templateError(FIND_ARGUMENTS);
  }
  if (!isScalar(map ?? null) || !isScalar(key ?? null) || !isScalar(attribute ?? null))
    throw templateError(FIND_ARGUMENTS);
  const mapping = scope.template.mappings.get(String(map));
  const found = mapping?.get(String(key))?.get(String(attribute));
  if (found !== undefined) return found as Value;
  if (fallback !== undefined) return evaluate(fallback, scope);
  if (mapping === undefined)
    throw templateError(
      `Mapping named '${String(map)}' is not present in the 'Mappings' section of template.`,
    );
  throw templateError(
    `Unable to get mapping for ${String(map)}::${String(key)}::${String(attribute)}`,
  );
};

const fnIf: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length !== 3)
    throw templateError('Fn::If requires a list argument with three elements');
  const [condition, whenTrue, whenFalse] = argument;
  if (typeof condition !== 'string')
    throw templateError('Fn::If first argument must be a condition name');
  return evaluate(
    (evaluateCondition({ Condition: condition }, scope, evaluate) ? whenTrue : whenFalse) ?? '',
    scope,
  );
};

const importValue: TemplateFunction = (argument, scope, evaluate) => {
  const name = evaluate(argument, scope);
  if (hasUnknown(name)) return UNKNOWN;
  if (typeof name !== 'string' || name === '')
    throw templateError('the attribute in Fn::ImportValue must evaluate to a non-empty string.');
  return scope.importValue(name);
};

const base64: TemplateFunction = (argument, scope, evaluate) => {
  const text = evaluate(argument, scope);
  if (text === UNKNOWN) return UNKNOWN;
  if (!isScalar(text))
    throw templateError('every Fn::Base64 object must have a String-typed value.');
  return Buffer.from(String(text)).toString('base64');
};

const getAZs: TemplateFunction = (argument, scope, evaluate) => {
  const region = evaluate(argument, scope);
  if (typeof region !== 'string')
    throw templateError('Fn::GetAZs requires the name of a region, or "".');
  return availabilityZones(region === '' ? scope.pseudo['AWS::Region'] : region);
};

const cidr: TemplateFunction = (argument, scope, evaluate) => {
  if (!isList(argument) || argument.length < 2 || argument.length > 3)
    throw templateError(
      'Every Fn::Cidr object requires two required parameters and one optional parameter, (1) an ipBlock, (2) a count and (3) cidrBits.',
    );
  const [block, count, bits] = argument.map((part) => evaluate(part, scope));
  if ([block, count, bits].includes(UNKNOWN)) return UNKNOWN;
  return cidrBlocks(String(block), Number(count), bits === undefined ? undefined : Number(bits));
};

const asCondition =
  (name: string): TemplateFunction =>
  (argument, scope, evaluate) =>
    evaluateCondition({ [name]: argument }, scope, evaluate);

const needsExtensions = (name: string, scope: Scope): void => {
  if (!hasLanguageExtensions(scope.template))
    throw templateError(
      `${name} is a function of ${LANGUAGE_EXTENSIONS}. Add "Transform": "${LANGUAGE_EXTENSIONS}" to the template.`,
    );
};

const length: TemplateFunction = (argument, scope, evaluate) => {
  needsExtensions('Fn::Length', scope);
  const list = evaluate(argument, scope);
  if (list === UNKNOWN) return UNKNOWN;
  if (!isValueList(list)) throw templateError('Fn::Length requires a list.');
  return list.length;
};

const toJsonString: TemplateFunction = (argument, scope, evaluate) => {
  needsExtensions('Fn::ToJsonString', scope);
  const value = evaluate(argument, scope);
  if (hasUnknown(value)) return UNKNOWN;
  if (!isValueList(value) && !isValueObject(value))
    throw templateError('Fn::ToJsonString requires an object or a list.');
  return JSON.stringify(toJson(value));
};

const transform: TemplateFunction = (argument) => {
  const name = isObject(argument) ? String(argument['Name']) : String(argument);
  throw notHere(`The macro ${name} in Fn::Transform`);
};

const forEach: TemplateFunction = () => {
  throw templateError(
    `Fn::ForEach is a function of ${LANGUAGE_EXTENSIONS}, and stands beside the members that it makes.`,
  );
};

const isScalar = (value: Value): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  Ref: ref,
  'Fn::GetAtt': getAtt,
  'Fn::Sub': sub,
  'Fn::Join': join,
  'Fn::Split': split,
  'Fn::Select': select,
  'Fn::FindInMap': findInMap,
  'Fn::If': fnIf,
  'Fn::ImportValue': importValue,
  'Fn::Base64': base64,
  'Fn::GetAZs': getAZs,
  'Fn::Cidr': cidr,
  'Fn::Equals': asCondition('Fn::Equals'),
  'Fn::And': asCondition('Fn::And'),
  'Fn::Or': asCondition('Fn::Or'),
  'Fn::Not': asCondition('Fn::Not'),
  'Fn::Length': length,
  'Fn::ToJsonString': toJsonString,
  'Fn::Transform': transform,
  'Fn::ForEach': forEach,
};
