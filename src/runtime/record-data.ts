import type { MessageSchema } from '../spec/message-schema.ts';
import { readBody, writeBody } from './check-message.ts';

const UTF8 = new TextDecoder();
const BYTES = new TextEncoder();

/** The bytes of a record that has no schema. */
export class RecordData extends Uint8Array<ArrayBufferLike> {
  /** The bytes as UTF-8. */
  text(): string {
    return UTF8.decode(this);
  }

  /** The bytes as JSON. @throws {SyntaxError} when they are none */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T;
  }
}

/** The same bytes, without a copy. */
const dataOf = ({ buffer, byteOffset, byteLength }: Uint8Array): RecordData =>
  new RecordData(buffer, byteOffset, byteLength);

/**
 * The data of a record: with a schema it is JSON, read and checked; without one it is the bytes.
 * @param what - Names the record in the error.
 * @throws {InvalidMessageError} when it is no JSON, or the schema refuses it
 */
export const readData = async (
  schema: MessageSchema | undefined,
  bytes: Uint8Array,
  what: string,
): Promise<unknown> => {
  const data = dataOf(bytes);
  return schema === undefined ? data : readBody(schema, data.text(), what);
};

/**
 * The bytes of a record: with a schema checked and JSON; without one bytes and text stay as they are, and the rest is JSON.
 * @throws {InvalidMessageError} when the schema refuses it
 */
export const writeData = async (
  schema: MessageSchema | undefined,
  data: unknown,
  what: string,
): Promise<Uint8Array> =>
  schema === undefined && data instanceof Uint8Array
    ? data
    : BYTES.encode(await writeBody(schema, data, what));
