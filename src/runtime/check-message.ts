import type { MessageSchema } from '../spec/message-schema.ts';
import type { MessageIssue } from './invalid-message.ts';
import { InvalidMessageError } from './invalid-message.ts';

type Segment = PropertyKey | { readonly key: PropertyKey };

const pathOf = (path: readonly Segment[] = []): string =>
  path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');

/**
 * A value as its schema makes it.
 * @param what - Names the message in the error.
 * @throws {InvalidMessageError} when the schema refuses it
 */
export const checkMessage = async (
  schema: MessageSchema,
  value: unknown,
  what: string,
): Promise<unknown> => {
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  throw new InvalidMessageError(
    what,
    result.issues.map(
      ({ path, message }): MessageIssue => ({ path: pathOf(path as Segment[]), message }),
    ),
  );
};

/**
 * The body of a message: with a schema it is JSON, read and checked; without one it is the text itself.
 * @throws {InvalidMessageError} when it is no JSON, or the schema refuses it
 */
export const readBody = async (
  schema: MessageSchema | undefined,
  text: string,
  what: string,
): Promise<unknown> => {
  if (schema === undefined) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidMessageError(what, [{ path: '', message: 'it is no JSON' }]);
  }
  return checkMessage(schema, value, what);
};

/**
 * The text of a message: with a schema checked and JSON; without one text stays as it is, and the rest is JSON.
 * @throws {InvalidMessageError} when the schema refuses it
 */
export const writeBody = async (
  schema: MessageSchema | undefined,
  body: unknown,
  what: string,
): Promise<string> => {
  if (schema === undefined) return typeof body === 'string' ? body : JSON.stringify(body);
  await checkMessage(schema, body, what);
  return JSON.stringify(body);
};
