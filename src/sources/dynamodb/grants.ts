import type { ClientBinding, Grant, GrantStatement } from '../../spec/grant.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { TableMode } from '../../spec/table-client.ts';
import type { AnyItem, KeyAttribute } from '../../spec/table-keys.ts';
import type { TableKeyNames } from '../../spec/table-key-names.ts';
import type { Expression, Referable } from '../../spec/value.ts';
import { sub } from '../../spec/value.ts';
import type { DeclaredTable } from './spec.ts';

/** A check stands in transactions beside writes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html */
const CHECK = 'dynamodb:ConditionCheckItem';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html */
const ACTIONS: Readonly<Record<Exclude<TableMode, `index:${string}`>, readonly string[]>> = {
  read: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
  scan: ['dynamodb:Scan'],
  write: [CHECK, 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  delete: [CHECK, 'dynamodb:DeleteItem'],
};

/**
 * What whoever reads or writes a table does with its key, through DynamoDB alone. These are the actions that CDK grants:
 * https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-dynamodb/lib/perms.ts
 */
const KEY_ACTIONS = {
  read: ['kms:Decrypt', 'kms:DescribeKey'],
  write: ['kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
} as const;

/** The use of a table's key; of AWS's own key in the account everyone may who may use DynamoDB. */
export const keyStatements = (
  { kmsKeyArn }: DeclaredTable,
  writes: boolean,
): readonly GrantStatement[] =>
  kmsKeyArn === undefined || kmsKeyArn === 'alias/aws/dynamodb'
    ? []
    : [
        {
          actions: writes ? [...KEY_ACTIONS.read, ...KEY_ACTIONS.write] : KEY_ACTIONS.read,
          resources: [kmsKeyArn],
          conditions: { StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' } },
        },
      ];

const isIndex = (mode: TableMode): mode is `index:${string}` => mode.startsWith('index:');

const indexStatement = (
  arn: Expression,
  modes: readonly TableMode[],
): readonly GrantStatement[] => {
  const indexes = modes.filter(isIndex).map((mode) => mode.slice('index:'.length));
  if (indexes.length === 0) return [];
  return [
    {
      actions: modes.includes('scan') ? ['dynamodb:Query', 'dynamodb:Scan'] : ['dynamodb:Query'],
      resources: indexes.map((index) => sub`${arn}/index/${index}`),
    },
  ];
};

/** What is granted, and on what. */
export interface TableGrant {
  readonly target: Referable & { readonly options: DeclaredTable };
  readonly arn: Expression;
  readonly modes: readonly TableMode[];
  readonly schema: MessageSchema | undefined;
  readonly keys: TableKeyNames;
}

/** The permissions of modes, and how their client is made. */
export const grantOn = ({ target, arn, modes, schema, keys }: TableGrant): Grant<never> => {
  const actions = modes.flatMap((mode) => (isIndex(mode) ? [] : ACTIONS[mode]));
  const binding: ClientBinding = {
    kind: 'table',
    resource: target.name,
    modes,
    keys,
    ...(schema === undefined ? {} : { schema }),
  };
  return {
    kind: 'grant',
    statements: [
      ...(actions.length === 0 ? [] : [{ actions: [...new Set(actions)], resources: [arn] }]),
      ...indexStatement(arn, modes),
      ...keyStatements(
        target.options,
        modes.some((mode) => mode === 'write' || mode === 'delete'),
      ),
    ],
    binding,
    target,
  };
};

const nameOf = (key: KeyAttribute<AnyItem>): string => (typeof key === 'string' ? key : key.name);

/** Names of a table's keys and of those of its indexes. */
export const keyNamesOf = (options: DeclaredTable): TableKeyNames => {
  const { partitionKey, sortKey, indexes = {}, localIndexes = {} } = options;
  const names = (...keys: readonly (KeyAttribute<AnyItem> | undefined)[]) =>
    keys.flatMap((key) => (key === undefined ? [] : [nameOf(key)]));
  return {
    table: names(partitionKey, sortKey),
    indexes: {
      ...Object.fromEntries(
        Object.entries(indexes).map(([name, index]) => [
          name,
          names(index.partitionKey, index.sortKey),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(localIndexes).map(([name, index]) => [
          name,
          names(partitionKey, index.sortKey),
        ]),
      ),
    },
  };
};
