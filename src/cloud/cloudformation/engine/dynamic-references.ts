import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { isCustomResource } from '../../../schema/index.ts';
import { secretReferenced } from './secret-references.ts';
import type { Work } from './work.ts';

/** `{{resolve:ssm:name}}`, `{{resolve:ssm:name:3}}`, `{{resolve:ssm-secure:name:3}}`, `{{resolve:secretsmanager:…}}` */
const REFERENCE =
  /\{\{resolve:(?:(ssm|ssm-secure):([a-zA-Z0-9_.\-/]+)(?::(\d+))?|(secretsmanager):([^{}]+))\}\}/g;

/**
 * Puts in what dynamic references stand for, when a resource is made or changed and never before: what a stack keeps
 * and shows has the references themselves.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
 * @throws {AwsError} what Parameter Store or Secrets Manager answers
 */
export const resolveDynamic = async (
  properties: JsonObject,
  type: string,
  work: Work,
): Promise<JsonObject> => {
  const texts = new Set<string>();
  collect(properties, texts);
  const values = new Map<string, string>();
  for (const text of texts) {
    // "Dynamic references for secure values, such as ssm-secure and secretsmanager, aren't currently supported in custom resources."
    if (isCustomResource(type) && !text.startsWith('{{resolve:ssm:')) continue;
    values.set(text, await valueOf(text, work));
  }
  return values.size === 0 ? properties : (replace(properties, values) as JsonObject);
};

const collect = (value: Json, found: Set<string>): void => {
  if (typeof value === 'string') for (const [text] of value.matchAll(REFERENCE)) found.add(text);
  else if (isList(value)) for (const member of value) collect(member, found);
  else if (isObject(value)) for (const member of Object.values(value)) collect(member, found);
};

const valueOf = async (text: string, work: Work): Promise<string> => {
  const [[, kind, name = '', version, secret, body = ''] = []] = [...text.matchAll(REFERENCE)];
  if (secret !== undefined) return secretReferenced(body, work);
  const { context, principal, cause } = work;
  const { Parameter } = (await context.call({
    service: 'ssm',
    operation: 'GetParameter',
    input: {
      Name: version === undefined ? name : `${name}:${version}`,
      WithDecryption: kind === 'ssm-secure',
    },
    principal,
    cause,
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

/** What is live, with the references in place of what they stand for: values that were referenced are not shown. */
export const withReferences = (live: Json, expected: Json): Json => {
  if (typeof expected === 'string') return expected.search(REFERENCE) >= 0 ? expected : live;
  if (isList(expected) && isList(live))
    return live.map((member, index) => {
      const was = expected[index];
      return was === undefined ? member : withReferences(member, was);
    });
  if (!isObject(expected) || !isObject(live)) return live;
  return Object.fromEntries(
    Object.entries(live).map(([name, member]) => {
      const was = expected[name];
      return [name, was === undefined ? member : withReferences(member, was)];
    }),
  );
};
