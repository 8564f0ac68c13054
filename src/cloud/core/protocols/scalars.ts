import { AwsError } from '../aws-error.ts';
import type { TimestampFormat } from './model.ts';

export const serializationError = (message: string): AwsError =>
  new AwsError('SerializationException', message);

/** Seconds with milliseconds where there are any, as AWS's JSON has them. */
export const epochSeconds = (date: Date): number => date.getTime() / 1000;

export const isoDate = (date: Date): string => date.toISOString().replace('.000Z', 'Z');

export const printTimestamp = (value: unknown, format: TimestampFormat): string => {
  const date = value instanceof Date ? value : new Date(Number(value) * 1000);
  switch (format) {
    case 'date-time':
      return isoDate(date);
    case 'http-date':
      return date.toUTCString();
    case 'epoch-seconds':
      return String(epochSeconds(date));
  }
};

/** Reads any of the three forms. @throws {SerializationException} when it is none */
export const readTimestamp = (text: string, where: string): Date => {
  const date = new Date(/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) * 1000 : text);
  if (Number.isNaN(date.getTime()))
    throw serializationError(`${where} is '${text.slice(0, 50)}', which is no timestamp`);
  return date;
};

export const readNumber = (text: string, where: string): number => {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(number) && text !== 'NaN')
    throw serializationError(`${where} is '${text.slice(0, 50)}', which is no number`);
  return number;
};

export const readBoolean = (text: string, where: string): boolean => {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false')
    throw serializationError(`${where} is '${text.slice(0, 50)}', which is neither true nor false`);
  return lower === 'true';
};

export const readBigInt = (text: string, where: string): bigint => {
  if (!/^-?\d+$/.test(text))
    throw serializationError(`${where} is '${text.slice(0, 50)}', which is no whole number`);
  return BigInt(text);
};

/** Bytes as text, whichever array they are in. */
export const utf8Text = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  ).toString('utf8');

export const toBase64 = (value: unknown): string =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    : Buffer.from(String(value)).toString('base64');

export const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');
