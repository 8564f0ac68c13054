import type { EventSource } from '../spec/event-source.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { TemplateBuilder } from './builder.ts';
import { said } from './template.ts';

/** What a drawer says of its mapping, in CloudFormation's words. */
export interface MappingProperties {
  readonly EventSourceArn: unknown;
  readonly [property: string]: unknown;
}

const isList = (filter: unknown): filter is readonly unknown[] => Array.isArray(filter);

/**
 * Patterns as Lambda takes them: each a text of JSON.
 * @param place - The member of a record that patterns are of: `body`, `data`, `dynamodb`.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export const filterCriteria = (filter: unknown, place: string): unknown => {
  if (filter === undefined) return undefined;
  // A pattern of plain text is itself a list of texts; a list of patterns holds objects.
  const patterns =
    isList(filter) && filter.every((each) => typeof each === 'object' && !isMatcher(each))
      ? filter
      : [filter];
  return {
    Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify({ [place]: pattern }) })),
  };
};

/** `{ prefix: 'a' }` and its kin stand in lists. */
const isMatcher = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 1 &&
  /^(exists|prefix|suffix|anything-but|numeric|equals-ignore-case|wildcard|cidr)$/.test(
    Object.keys(value)[0] ?? '',
  );

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html */
export const synthesiseMapping = (
  fn: FunctionDeclaration,
  { target, detail }: EventSource,
  properties: MappingProperties,
  builder: TemplateBuilder,
): void =>
  builder.add(
    `${fn.name}${target.name}Mapping`,
    {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: said({
        BatchSize: detail['batchSize'],
        Enabled: detail['enabled'],
        FunctionName: { 'Fn::GetAtt': [fn.name, 'Arn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: detail['batchWindow'],
        Tags: builder.tags(),
        ...properties,
      }),
    },
    fn.declaredAt,
  );
