import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { Work } from './work.ts';

/** `{{resolve:ssm:name}}`, `{{resolve:ssm:name:3}}`, `{{resolve:ssm-secure:name:3}}` */
const REFERENCE = /\{\{resolve:(ssm|ssm-secure):([a-zA-Z0-9_.\-/]+)(?::(\d+))?\}\}/g;

/**
 * Puts in what dynamic references stand for, when a resource is made or changed and never before: what a stack keeps
 * and shows has the references themselves.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 * @throws {AwsError} what Parameter Store answers
 */
export const resolveDynamic = async (properties: JsonObject, work: Work): Promise<JsonObject> => {
  const texts = new Set<string>();
  collect(properties, texts);
  if (texts.size === 0) return properties;
  const values = new Map<string, string>();
  for (const text of texts) values.set(text, await valueOf(text, work));
  return replace(properties, values) as JsonObject;
};

const collect = (value: Json, found: Set<string>): void => {
  if (typeof value === 'string') for (const [text] of value.matchAll(REFERENCE)) found.add(text);
  else if (isList(value)) for (const member of value) collect(member, found);
  else if (isObject(value)) for (const member of Object.values(value)) collect(member, found);
};

const valueOf = async (text: string, { context, principal, cause }: Work): Promise<string> => {
  const [[, kind, name = '', version] = []] = [...text.matchAll(REFERENCE)];
  const { Parameter } = (await context.call({
    service: 'ssm',
    operation: 'GetParameter',
    input: {
      Name: version === undefined ? name : `${name}:${version}`,
      WithDecryption: kind === 'ssm-secure',
    },
    principal,
    ...(cause === undefined ? {} : { cause }),
  })) as { readonly Parameter?: { readonly Value?: string } };
  return Parameter?.Value ?? '';
};

const replace = (value: Json, values: ReadonlyMap<string, string>): Json => {
  if (typeof value === 'string')
    return value.replaceAll(REFERENCE, (text) => values.get(text) ?? text);
  if (isList(value)) return value.map((member) => replace(member, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, replace(member, values)]),
  );
};
