import type { TemplateBuilder } from '../../synth/builder.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { MessageFilter } from '../../spec/filter-policy.ts';

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const MOST = { keys: 5, combinations: 150 };

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const alternatives = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

/** Names of the first level, those in alternatives among them. */
const keysOf = (policy: Json): ReadonlySet<string> =>
  new Set(
    Object.entries(policy).flatMap(([key, value]) =>
      key === '$or' ? alternatives(value).flatMap((one) => [...keysOf(one)]) : [key],
    ),
  );

/** Ways to fit, as SNS counts them: the values of each list times how deep it lies, multiplied; alternatives are added up. */
const combinationsOf = (policy: Json, depth = 1): number =>
  Object.entries(policy).reduce((product, [key, value]) => {
    if (key === '$or')
      return (
        product * alternatives(value).reduce((sum, one) => sum + combinationsOf(one, depth), 0)
      );
    if (Array.isArray(value)) return product * value.length * depth;
    return isObject(value) ? product * combinationsOf(value, depth + 1) : product;
  }, 1);

/** A filter in CloudFormation's words. */
export const filterProperties = (filter: MessageFilter | undefined): Json => {
  if (filter === undefined) return {};
  return 'body' in filter
    ? { FilterPolicy: filter.body, FilterPolicyScope: 'MessageBody' }
    : { FilterPolicy: filter.attributes, FilterPolicyScope: 'MessageAttributes' };
};

/** @param whose - `Work on News`, for the sentence */
export const checkFilter = (
  filter: MessageFilter | undefined,
  whose: string,
  builder: TemplateBuilder,
  declaredAt: DeclaredAt | undefined,
): void => {
  if (filter === undefined) return;
  const policy = ('body' in filter ? filter.body : filter.attributes) as Json;
  const keys = keysOf(policy).size;
  if (keys > MOST.keys)
    builder.problem(
      'OVER_LIMIT',
      `The filter of ${whose} names ${keys} ${'body' in filter ? 'members of the first level' : 'attributes'}; SNS takes ${MOST.keys}. Filter by fewer, and let the handler see to the rest.`,
      declaredAt,
    );
  const combinations = combinationsOf(policy);
  if (combinations > MOST.combinations)
    builder.problem(
      'OVER_LIMIT',
      `The filter of ${whose} can be met in ${combinations} ways (the values of each list, times how deep it lies, multiplied); SNS takes ${MOST.combinations}. Name fewer values, or test them by prefix or range.`,
      declaredAt,
    );
};
