import type { DeclaredAt } from '../../spec/declared-at.ts';
import { isExpression } from '../../spec/value.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { placeholdersIn, PREDEFINED } from './target-input.ts';
import type { TransformDetail } from './transform.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST = { patternCharacters: 2_048, variables: 100 };

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html */
const MATCHERS: readonly string[] = [
  'anything-but',
  'cidr',
  'equals-ignore-case',
  'exists',
  'numeric',
  'prefix',
  'suffix',
  'wildcard',
];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const wrongMatcher = (path: string, one: Readonly<Record<string, unknown>>): string | undefined => {
  const names = Object.keys(one);
  const [name = ''] = names;
  if (names.length !== 1)
    return `${path} compares by ${names.length} operators at once (${shown(one)}); EventBridge takes one in an object. Write one object for each.`;
  if (!MATCHERS.includes(name))
    return `${path} compares by ${name}; EventBridge knows ${MATCHERS.join(', ')}.`;
  return undefined;
};

/** What EventBridge refuses of a pattern, in a sentence. The types tell most of it; a pattern of unknown details, or in JavaScript, they do not see. */
const wrongIn = (pattern: unknown, path: string): string | undefined => {
  if (Array.isArray(pattern)) {
    if (pattern.length === 0)
      return `${path} is an empty list, which nothing fits. Name a value, or leave ${path} out.`;
    for (const one of pattern) {
      if (Array.isArray(one))
        return `${path} holds a list in its list (${shown(one)}); EventBridge takes texts, numbers, true, false, null and comparisons.`;
      if (isObject(one) && !isExpression(one)) {
        const wrong = wrongMatcher(path, one);
        if (wrong !== undefined) return wrong;
      }
    }
    return undefined;
  }
  if (!isObject(pattern) || isExpression(pattern))
    return `${path} is ${shown(pattern)}; EventBridge wants a list of what it may be: [${shown(pattern)}].`;
  const members = Object.entries(pattern).filter(([, member]) => member !== undefined);
  if (members.length === 0)
    return `${path} is empty, and EventBridge takes no such pattern. Name a member, or leave ${path} out.`;
  for (const [name, member] of members) {
    if (name === '$or') {
      if (!Array.isArray(member) || member.length < 2)
        return `$or in ${path} needs a list of at least two patterns.`;
      for (const one of member) {
        const wrong = wrongIn(one, `${path}.$or`);
        if (wrong !== undefined) return wrong;
      }
    } else {
      const wrong = wrongIn(member, path === 'pattern' ? name : `${path}.${name}`);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
};

/** Tells what EventBridge would refuse of a pattern. */
export const checkPattern = (
  builder: TemplateBuilder,
  pattern: unknown,
  of: string,
  declaredAt: DeclaredAt | undefined,
): void => {
  const wrong = wrongIn(pattern, 'pattern');
  if (wrong !== undefined)
    builder.problem('INVALID_OPTION', `The pattern of ${of}: ${wrong}`, declaredAt);
  const { length } = JSON.stringify(builder.resolve(pattern));
  if (length > MOST.patternCharacters)
    builder.problem(
      'INVALID_OPTION',
      `The pattern of ${of} has ${length.toLocaleString('en')} characters; EventBridge takes ${MOST.patternCharacters.toLocaleString('en')}. Ask for less, such as by a prefix, or look at the rest in the handler.`,
      declaredAt,
    );
};

/** Tells what EventBridge would refuse of a template. */
export const checkTransform = (
  builder: TemplateBuilder,
  transform: TransformDetail | undefined,
  of: string,
  declaredAt: DeclaredAt | undefined,
): void => {
  if (transform === undefined || !('template' in transform)) return;
  const problem = (message: string) => builder.problem('INVALID_OPTION', message, declaredAt);
  const names = Object.keys(transform.paths ?? {});
  const known = [...names, ...PREDEFINED];
  for (const name of placeholdersIn(transform.template))
    if (!known.includes(name))
      problem(
        `The template of ${of} has the placeholder <${name}>, for which there is no path. Add it: paths: { ${/^\w+$/.test(name) ? name : `'${name}'`}: '$.detail.…' }, or correct the name; AWS's own are ${PREDEFINED.join(', ')}.`,
      );
  for (const name of names)
    if (name.startsWith('aws.'))
      problem(
        `The template of ${of} has a path for <${name}>; names that begin with aws. are AWS's own. Call it otherwise.`,
      );
  if (names.length > MOST.variables)
    problem(
      `The template of ${of} has ${names.length} paths; EventBridge takes ${MOST.variables}. Hand over a larger part of the event: '$.detail'.`,
    );
};
