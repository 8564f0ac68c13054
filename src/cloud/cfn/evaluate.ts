import { validationError } from './errors.ts';
import type { ParsedTemplate } from './parse-template.ts';

/** What stands for a value that only the execution will know, as AWS writes it in a change set. */
export const UNKNOWN = '{{changeSet:KNOWN_AFTER_APPLY}}';

/** What intrinsic functions are evaluated with. */
export interface Scope {
  readonly template: ParsedTemplate;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  /** `AWS::Region` and its kin. */
  readonly pseudo: Readonly<Record<string, string | readonly string[]>>;
  /** What `Ref` answers for a resource. */
  ref(logicalId: string): unknown;
  getAtt(logicalId: string, attribute: string): unknown;
  importValue(name: string): string;
}

/** Taken out of the structure that holds it: `AWS::NoValue`. */
const NOTHING = Symbol('AWS::NoValue');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const templateError = (message: string) => validationError(`Template error: ${message}`);

/** The one function that an object is, if it is one. */
const intrinsic = (
  value: Readonly<Record<string, unknown>>,
): readonly [string, unknown] | undefined => {
  const [only, ...others] = Object.keys(value);
  if (only === undefined || others.length > 0) return undefined;
  return only === 'Ref' || only === 'Condition' || only.startsWith('Fn::')
    ? [only, value[only]]
    : undefined;
};

/** Conditions of a template, decided on first use. */
export const createConditions = (scope: Scope): ((name: string) => boolean) => {
  const decided = new Map<string, boolean>();
  const open = new Set<string>();
  const decide = (name: string): boolean => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    const definition = scope.template.Conditions[name];
    if (definition === undefined)
      throw validationError(
        `Template format error: Unresolved condition dependency ${name} in the Conditions block of the template`,
      );
    if (open.has(name))
      throw validationError(`Template format error: Circular dependency in conditions: ${name}`);
    open.add(name);
    const value = test(definition);
    open.delete(name);
    decided.set(name, value);
    return value;
  };
  const test = (value: unknown): boolean => {
    const [name, argument] = isObject(value) ? (intrinsic(value) ?? []) : [];
    const list = Array.isArray(argument) ? (argument as readonly unknown[]) : [];
    switch (name) {
      case 'Condition':
        return decide(String(argument));
      case 'Fn::Equals':
        return (
          JSON.stringify(asText(evaluate(list[0], scope, decide))) ===
          JSON.stringify(asText(evaluate(list[1], scope, decide)))
        );
      case 'Fn::And':
        return list.every(test);
      case 'Fn::Or':
        return list.some(test);
      case 'Fn::Not':
        return !test(list[0]);
      default:
        throw validationError(
          `Template format error: Every Conditions member must be a condition function; found ${JSON.stringify(value)?.slice(0, 100)}`,
        );
    }
  };
  return decide;
};

/** Scalars compare as text: a template's `true` and a parameter's 'true' are one. */
const asText = (value: unknown): unknown => (typeof value === 'object' ? value : String(value));

/** A value with its functions evaluated. */
export const evaluate = (
  value: unknown,
  scope: Scope,
  condition: (name: string) => boolean = createConditions(scope),
): unknown => {
  const walk = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(walk).filter((item) => item !== NOTHING);
    if (!isObject(inner)) return typeof inner === 'string' ? dynamic(inner) : inner;
    const call = intrinsic(inner);
    if (call !== undefined) return apply(call[0], call[1]);
    return Object.fromEntries(
      Object.entries(inner)
        .map(([key, member]) => [key, walk(member)] as const)
        .filter(([, member]) => member !== NOTHING),
    );
  };
  const text = (argument: unknown, where: string): string => {
    const found = walk(argument);
    if (typeof found === 'object' || found === undefined || typeof found === 'symbol')
      throw templateError(`every ${where} object must resolve to a string.`);
    return String(found);
  };
  const listOf = (argument: unknown, where: string): readonly unknown[] => {
    const found = walk(argument);
    if (found === UNKNOWN) return [UNKNOWN];
    if (!Array.isArray(found)) throw templateError(`${where} requires a list.`);
    return found as readonly unknown[];
  };
  const pair = (argument: unknown, where: string, count: number): readonly unknown[] => {
    if (!Array.isArray(argument) || argument.length < count)
      throw templateError(`every ${where} object requires a list of ${count} parameters.`);
    return argument as readonly unknown[];
  };
  const ref = (name: string): unknown => {
    if (name === 'AWS::NoValue') return NOTHING;
    return scope.pseudo[name] ?? scope.parameters[name] ?? scope.ref(name);
  };
  const attribute = (argument: unknown): unknown => {
    const [id = '', ...rest] =
      typeof argument === 'string' ? argument.split('.') : pair(argument, 'Fn::GetAtt', 2);
    const name = rest.map((part) => String(walk(part))).join('.');
    return scope.getAtt(String(id), name);
  };
  const sub = (argument: unknown): unknown => {
    const [template, variables] = (
      Array.isArray(argument) ? argument : [argument, {}]
    ) as readonly unknown[];
    if (typeof template !== 'string')
      throw templateError(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
      );
    const own = isObject(variables) ? variables : {};
    let unknown = false;
    const result = template.replaceAll(
      /\$\{(!?)([^{}]*)\}/g,
      (_whole, literal: string, name: string) => {
        if (literal === '!') return `\${${name}}`;
        const trimmed = name.trim();
        const value = Object.hasOwn(own, trimmed)
          ? walk(own[trimmed])
          : trimmed.includes('.') && !trimmed.startsWith('AWS::')
            ? attribute(trimmed)
            : ref(trimmed);
        if (value === UNKNOWN) unknown = true;
        return Array.isArray(value) ? value.join(',') : String(value);
      },
    );
    return unknown ? UNKNOWN : result;
  };
  const apply = (name: string, argument: unknown): unknown => {
    switch (name) {
      case 'Ref':
        return ref(String(argument));
      case 'Fn::GetAtt':
        return attribute(argument);
      case 'Fn::Sub':
        return sub(argument);
      case 'Fn::Join': {
        const [delimiter, items] = pair(argument, 'Fn::Join', 2);
        const parts = listOf(items, 'Fn::Join');
        return parts.includes(UNKNOWN) ? UNKNOWN : parts.map(String).join(String(delimiter));
      }
      case 'Fn::Split': {
        const [delimiter, source] = pair(argument, 'Fn::Split', 2);
        const found = text(source, 'Fn::Split');
        return found === UNKNOWN ? [UNKNOWN] : found.split(String(delimiter));
      }
      case 'Fn::Select': {
        const [index, items] = pair(argument, 'Fn::Select', 2);
        const list = listOf(items, 'Fn::Select');
        if (list.length === 1 && list[0] === UNKNOWN) return UNKNOWN;
        const at = Number(walk(index));
        const found = list[at];
        if (found === undefined)
          throw templateError(`Fn::Select cannot select nonexistent value at index ${at}`);
        return found;
      }
      case 'Fn::If': {
        const [test, yes, no] = pair(argument, 'Fn::If', 3);
        return walk(condition(String(test)) ? yes : no);
      }
      case 'Fn::FindInMap':
        return findInMap(argument);
      case 'Fn::Base64': {
        const found = text(argument, 'Fn::Base64');
        return found === UNKNOWN ? UNKNOWN : Buffer.from(found).toString('base64');
      }
      case 'Fn::GetAZs': {
        const region = text(argument, 'Fn::GetAZs') || String(scope.pseudo['AWS::Region']);
        return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
      }
      case 'Fn::ImportValue': {
        const wanted = text(argument, 'Fn::ImportValue');
        return wanted === UNKNOWN ? UNKNOWN : scope.importValue(wanted);
      }
      case 'Fn::Cidr':
        return cidr(pair(argument, 'Fn::Cidr', 2).map(walk));
      case 'Fn::ToJsonString':
        return JSON.stringify(walk(argument));
      case 'Fn::Length':
        return listOf(argument, 'Fn::Length').length;
      case 'Condition':
        return argument === undefined ? undefined : { Condition: argument };
      case 'Fn::Equals':
      case 'Fn::And':
      case 'Fn::Or':
      case 'Fn::Not':
        throw templateError(
          `${name} is a condition function: it stands in Conditions, not in a value.`,
        );
      default:
        throw validationError(`The function ${name} is not supported by the embedded cloud.`);
    }
  };
  const findInMap = (argument: unknown): unknown => {
    const [map, top, second, options] = pair(argument, 'Fn::FindInMap', 3);
    const [mapName, topKey, secondKey] = [map, top, second].map((part) =>
      text(part, 'Fn::FindInMap'),
    );
    const found = scope.template.Mappings[mapName ?? '']?.[topKey ?? '']?.[secondKey ?? ''];
    if (found !== undefined) return found;
    if (isObject(options) && 'DefaultValue' in options) return walk(options['DefaultValue']);
    if (scope.template.Mappings[mapName ?? ''] === undefined)
      throw templateError(
        `Mapping named '${mapName}' is not present in the 'Mappings' section of template.`,
      );
    throw templateError(`Unable to get mapping for ${mapName}::${topKey}::${secondKey}`);
  };
  return walk(value);
};

/** `{{resolve:ssm:…}}` and its kin name services that the cloud does not have yet. */
const dynamic = (text: string): string => {
  if (!text.includes('{{resolve:')) return text;
  throw validationError(
    `The dynamic reference in '${text.slice(0, 100)}' is not supported by the embedded cloud.`,
  );
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-cidr.html; IPv4. */
const cidr = ([block, count, bits = 8]: readonly unknown[]): readonly string[] => {
  const [address = '', prefix = '32'] = String(block).split('/');
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255)))
    throw templateError(
      `Fn::Cidr: '${String(block)}' is no IPv4 block; others are not supported by the embedded cloud.`,
    );
  const base = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** Number(bits);
  const start = Math.floor(base / 2 ** (32 - Number(prefix))) * 2 ** (32 - Number(prefix));
  return Array.from({ length: Number(count) }, (_, index) => {
    const value = start + index * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')}/${32 - Number(bits)}`;
  });
};
