import { formatError, templateError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';

const LOOP = 'Fn::ForEach::';

/** What a loop's collection comes to. @throws {AwsError} when it is no list of texts */
export type EvaluateCollection = (collection: Json) => readonly string[];

/**
 * Writes out every `Fn::ForEach` of a template.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 * @throws {AwsError} `Template format error: …`
 */
export const expandLoops = (value: Json, collectionOf: EvaluateCollection): Json => {
  if (isList(value)) return value.map((member) => expandLoops(member, collectionOf));
  if (!isObject(value)) return value;
  const entries: [string, Json][] = [];
  for (const [name, member] of Object.entries(value))
    if (name.startsWith(LOOP)) entries.push(...expandLoop(name, member, collectionOf));
    else entries.push([name, expandLoops(member, collectionOf)]);
  refuseTwice(entries);
  return Object.fromEntries(entries);
};

const expandLoop = (
  name: string,
  loop: Json,
  collectionOf: EvaluateCollection,
): readonly [string, Json][] => {
  if (!isList(loop) || loop.length !== 3)
    throw formatError(
      `${name} has to be a list of an identifier, a collection and a map of what is made.`,
    );
  const [identifier = null, collection = null, fragment = null] = loop;
  if (typeof identifier !== 'string' || !isObject(fragment))
    throw formatError(`${name} needs a text as its identifier and a map of what is made.`);
  return collectionOf(collection).flatMap((element) => {
    const written = expandLoops(substitute(fragment, identifier, element), collectionOf);
    return Object.entries(written as JsonObject);
  });
};

/** `${Name}` is the element, `&{Name}` its letters and digits alone, for logical ids. */
const substitute = (value: Json, identifier: string, element: string): Json => {
  const write = (text: string) =>
    text
      .replaceAll(`\${${identifier}}`, element)
      .replaceAll(`&{${identifier}}`, element.replaceAll(/[^A-Za-z0-9]/g, ''));
  const visit = (part: Json): Json => {
    if (typeof part === 'string') return write(part);
    if (isList(part)) return part.map(visit);
    if (!isObject(part)) return part;
    const names = Object.keys(part);
    if (names.length === 1 && part['Ref'] === identifier) return element;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [write(name), visit(member)]),
    );
  };
  return visit(value);
};

const refuseTwice = (entries: readonly [string, Json][]): void => {
  const seen = new Set<string>();
  for (const [name] of entries) {
    if (seen.has(name)) throw templateError(`Fn::ForEach makes ${name} twice`);
    seen.add(name);
  }
};
