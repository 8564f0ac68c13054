import type { AttributeValue, KeyType } from '../values/index.ts';
import type { KeyAttribute, KeySchema } from './keys.ts';

/** One element of a key schema, as AWS writes it. */
export interface KeySchemaElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface Throughput {
  readonly ReadCapacityUnits: number;
  readonly WriteCapacityUnits: number;
}

export interface OnDemandThroughput {
  readonly MaxReadRequestUnits?: number | undefined;
  readonly MaxWriteRequestUnits?: number | undefined;
}

export interface IndexProjection {
  readonly ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  readonly NonKeyAttributes?: readonly string[] | undefined;
}

export interface IndexRecord {
  readonly name: string;
  readonly kind: 'local' | 'global';
  readonly keySchema: readonly KeySchemaElement[];
  readonly projection: IndexProjection;
  readonly throughput?: Throughput | undefined;
  readonly onDemand?: OnDemandThroughput | undefined;
}

export type StreamViewType = 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES' | 'KEYS_ONLY';

/** A table, without its items. */
export interface TableRecord {
  readonly name: string;
  readonly id: string;
  readonly arn: string;
  /** Milliseconds since the epoch, as every time here. */
  readonly createdAt: number;
  readonly attributes: readonly {
    readonly AttributeName: string;
    readonly AttributeType: KeyType;
  }[];
  readonly keySchema: readonly KeySchemaElement[];
  readonly indexes: readonly IndexRecord[];
  readonly billing: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readonly onDemandSince?: number | undefined;
  readonly throughput?: Throughput | undefined;
  readonly increasedAt?: number | undefined;
  readonly decreasedAt?: number | undefined;
  readonly onDemand?: OnDemandThroughput | undefined;
  readonly tableClass?: string | undefined;
  readonly classChangedAt?: number | undefined;
  readonly deletionProtection: boolean;
  /** ARN of the KMS key; left out for DynamoDB's own. */
  readonly kmsKey?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Resource policies, JSON. */
  readonly policy?: string | undefined;
  readonly streamPolicy?: string | undefined;
  /** ARN of the stream that records changes now. */
  readonly streamArn?: string | undefined;
  /** The last stream, on or off. */
  readonly latestStreamArn?: string | undefined;
  readonly ttlAttribute?: string | undefined;
  readonly pointInTimeRecovery?: { readonly since: number; readonly days: number } | undefined;
}

/** A stream of a table; it outlives its table by a day. */
export interface StreamRecord {
  readonly arn: string;
  readonly label: string;
  readonly tableName: string;
  readonly keySchema: readonly KeySchemaElement[];
  readonly viewType: StreamViewType;
  readonly createdAt: number;
  readonly shardId: string;
  readonly firstSequence: string;
  /** Once it is off. */
  readonly closed?: { readonly at: number; readonly lastSequence: string } | undefined;
}

/** One change of an item. */
export interface ChangeRecord {
  /** Sequence number; they sort as texts. */
  readonly sequence: string;
  readonly at: number;
  readonly kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly keys: Readonly<Record<string, AttributeValue>>;
  readonly oldImage?: Readonly<Record<string, AttributeValue>> | undefined;
  readonly newImage?: Readonly<Record<string, AttributeValue>> | undefined;
  readonly sizeBytes: number;
  /** Deleted because its time to live was over. */
  readonly expired?: true | undefined;
  /** Journal id of the call that made it. */
  readonly cause?: number | undefined;
}

const typeOfKey = (table: Pick<TableRecord, 'attributes'>, name: string): KeyType =>
  table.attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? 'S';

/** A key schema with the types of its attributes. */
export const schemaOf = (
  table: Pick<TableRecord, 'attributes'>,
  elements: readonly KeySchemaElement[],
): KeySchema => {
  const attribute = (kind: 'HASH' | 'RANGE'): KeyAttribute | undefined => {
    const name = elements.find(({ KeyType }) => KeyType === kind)?.AttributeName;
    return name === undefined ? undefined : { name, type: typeOfKey(table, name) };
  };
  const range = attribute('RANGE');
  const hash = attribute('HASH') ?? { name: '', type: 'S' };
  return range === undefined ? { hash } : { hash, range };
};
