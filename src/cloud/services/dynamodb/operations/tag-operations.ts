import type * as Dynamodb from '@aws-sdk/client-dynamodb';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import { invalid, resourceNotFound } from '../errors.ts';
import { TAGS } from '../limits.ts';
import type { DynamodbState } from '../state.ts';
import { findTable } from '../state.ts';
import type { TableRecord } from '../storage/index.ts';

type Tags = TableRecord['tags'];

/** @throws {ValidationException} for keys and values that AWS does not take */
export const readTags = (given: readonly Dynamodb.Tag[]): Tags => {
  const checks = constraints();
  given.forEach(({ Key, Value }, index) =>
    checks
      .length(`tags.${index + 1}.member.key`, Key, 1, 128)
      .length(`tags.${index + 1}.member.value`, Value, 0, 256),
  );
  checks.assert();
  const tags = Object.fromEntries(given.map(({ Key = '', Value = '' }) => [Key, Value]));
  if (Object.keys(tags).length < given.length)
    throw invalid('One or more parameter values were invalid: Duplicate tag keys');
  return withinLimit(tags);
};

const withinLimit = (tags: Tags): Tags => {
  if (Object.keys(tags).length > TAGS)
    throw invalid(
      `One or more parameter values were invalid: Number of tags exceeds the limit of ${TAGS}`,
    );
  return tags;
};

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html#API_TagResource_Errors */
const taggedTable = (state: DynamodbState, arn: string): TableRecord => {
  const table = findTable(state, arn);
  if (table === undefined || table.arn !== arn)
    throw resourceNotFound(`ResourcArn: ${arn} not found`);
  return table;
};

interface Tagged {
  readonly ResourceArn?: string | undefined;
}

const tagNeed =
  (action: string) =>
  ({ ResourceArn = '*' }: Tagged) => ({ action, resource: ResourceArn });

export const tagOperations: OperationTable<DynamodbState> = {
  TagResource: operation<DynamodbState, Dynamodb.TagResourceInput, object>({
    needs: tagNeed('dynamodb:TagResource'),
    handle: ({ ResourceArn = '', Tags = [] }, { state }) => {
      const table = taggedTable(state, ResourceArn);
      const tags = withinLimit({ ...table.tags, ...readTags(Tags) });
      state.tables.set(table.name, { ...table, tags });
      return {};
    },
  }),
  UntagResource: operation<DynamodbState, Dynamodb.UntagResourceInput, object>({
    needs: tagNeed('dynamodb:UntagResource'),
    handle: ({ ResourceArn = '', TagKeys = [] }, { state }) => {
      const table = taggedTable(state, ResourceArn);
      const tags = Object.fromEntries(
        Object.entries(table.tags).filter(([key]) => !TagKeys.includes(key)),
      );
      state.tables.set(table.name, { ...table, tags });
      return {};
    },
  }),
  ListTagsOfResource: operation<
    DynamodbState,
    Dynamodb.ListTagsOfResourceInput,
    Dynamodb.ListTagsOfResourceOutput
  >({
    needs: tagNeed('dynamodb:ListTagsOfResource'),
    handle: ({ ResourceArn = '' }, { state }) => ({
      // A table has no more tags than go on one page.
      Tags: Object.entries(taggedTable(state, ResourceArn).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};
