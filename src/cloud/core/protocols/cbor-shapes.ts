import type { Shape } from './model.ts';

/**
 * CBOR comes in two forms. Smithy's rpcv2Cbor tags timestamps, in seconds. The older one is awsJson1.1 in CBOR, which SDKs for
 * Java speak to Kinesis: its timestamps are whole milliseconds.
 * https://github.com/aws/aws-sdk-java-v2, core/protocols/aws-cbor-protocol, AwsCborProtocolFactory: UNIX_TIMESTAMP_MILLIS
 */
export const AWS_CBOR = 'application/x-amz-cbor-1.1';
export const RPC_CBOR = 'application/cbor';

export const isAwsCbor = (contentType: string): boolean => contentType.startsWith(AWS_CBOR);

/** What an answer in CBOR says of itself. */
export const cborHeaders = (contentType: string): Readonly<Record<string, string>> =>
  isAwsCbor(contentType)
    ? { 'content-type': AWS_CBOR }
    : { 'content-type': RPC_CBOR, 'smithy-protocol': 'rpc-v2-cbor' };

/** A value as it is encoded; members unknown to the model are left out. */
export const toCborValue = (shape: Shape, value: unknown, contentType: string): unknown => {
  if (value === undefined || value === null) return undefined;
  switch (shape.kind) {
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        shape.members.map((member) => [
          member.name,
          toCborValue(member.shape, given[member.name], contentType),
        ]),
      );
    }
    case 'list':
      return (value as readonly unknown[]).map((item) =>
        toCborValue(shape.member.shape, item, contentType),
      );
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          key,
          toCborValue(shape.value.shape, item, contentType),
        ]),
      );
    case 'scalar': {
      if (shape.type !== 'timestamp') return value;
      const date = value instanceof Date ? value : new Date(Number(value) * 1000);
      return isAwsCbor(contentType) ? date.getTime() : date;
    }
    case 'unit':
      return {};
  }
};

/** Makes dates of the milliseconds that the older form has, with or without a tag. */
export const datesOfMillis = (shape: Shape, value: unknown): unknown => {
  if (value === undefined || value === null) return value;
  switch (shape.kind) {
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        Object.entries(given).map(([name, item]) => {
          const member = shape.byName.get(name);
          return [name, member === undefined ? item : datesOfMillis(member.shape, item)];
        }),
      );
    }
    case 'list':
      return Array.isArray(value)
        ? value.map((item) => datesOfMillis(shape.member.shape, item))
        : value;
    case 'scalar':
      if (shape.type !== 'timestamp') return value;
      // A tag was read as seconds.
      if (value instanceof Date) return new Date(value.getTime() / 1000);
      return typeof value === 'number' || typeof value === 'bigint'
        ? new Date(Number(value))
        : value;
    case 'map':
    case 'unit':
      return value;
  }
};
