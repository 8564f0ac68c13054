import { FrameworkError } from './errors.ts';

/**
 * A value that CloudFormation fills in: a reference, an attribute, text with either inside.
 * @typeParam T - What it will be.
 */
export interface Expression<T = string> {
  readonly kind: 'expression';
  /** What CloudFormation is asked for. */
  readonly form: ExpressionForm;
  /** Only for the compiler. */
  readonly yields?: T;
}

/** The forms of an {@link Expression}. */
export type ExpressionForm =
  | { readonly is: 'ref'; readonly target: Referable }
  | { readonly is: 'getAtt'; readonly target: Referable; readonly attribute: string }
  | {
      readonly is: 'sub';
      readonly texts: readonly string[];
      readonly values: readonly Value<string | number>[];
    }
  | { readonly is: 'pseudo'; readonly name: string };

/** A value known now, or one that CloudFormation fills in. */
export type Value<T> = T | Expression<T>;

/** What can be referred to: anything that becomes a resource of the template. */
export interface Referable {
  readonly kind: string;
  /** Its logical id. */
  readonly name: string;
}

const expression = <T>(form: ExpressionForm): Expression<T> =>
  Object.freeze({ kind: 'expression', form });

/**
 * What CloudFormation's `Ref` answers: most often a resource's name.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html
 * @example
 * ```ts
 * import { bucket, ref } from 'sparta';
 * const name = ref(bucket('Photos'));
 * ```
 */
export const ref = (target: Referable): Expression => expression({ is: 'ref', target });

/**
 * An attribute of a resource, such as its `Arn`.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
 * @example
 * ```ts
 * import { getAtt, topic } from 'sparta';
 * const arn = getAtt(topic('Alerts'), 'TopicArn');
 * ```
 */
export const getAtt = (target: Referable, attribute: string): Expression =>
  expression({ is: 'getAtt', target, attribute });

/**
 * Text with values inside, as CloudFormation's `Fn::Sub`.
 *
 * @throws {INVALID_OPTION} when a value is undefined or null
 * @example
 * ```ts
 * import { aws, sub } from 'sparta';
 * const arn = sub`arn:${aws.partition}:s3:::${aws.accountId}-photos`;
 * ```
 */
export const sub = (
  texts: TemplateStringsArray,
  ...values: readonly Value<string | number>[]
): Expression => {
  // `node app.ts` runs without the compiler's word, and "undefined" in the middle of an ARN is found late.
  const absent = values.findIndex((value) => (value ?? undefined) === undefined);
  if (absent >= 0)
    throw new FrameworkError(
      'INVALID_OPTION',
      `sub was given ${String(values[absent])} after ${JSON.stringify(texts[absent])}; it takes texts, numbers and references. Correct the name inside the braces.`,
    );
  return expression({ is: 'sub', texts: [...texts], values });
};

const pseudo = (name: string): Expression => expression({ is: 'pseudo', name: `AWS::${name}` });

/**
 * CloudFormation's pseudo parameters: what is known only where and when the stack is made.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
 */
export const aws = Object.freeze({
  /** Twelve digits. */
  accountId: pseudo('AccountId'),
  /** `us-east-1` */
  region: pseudo('Region'),
  /** `aws`, `aws-cn`, `aws-us-gov` */
  partition: pseudo('Partition'),
  /** ARN of the stack. */
  stackId: pseudo('StackId'),
  /** Name of the stack, which is the service's. */
  stackName: pseudo('StackName'),
  /** `amazonaws.com` */
  urlSuffix: pseudo('URLSuffix'),
  /** As a property's value: leaves the property out. */
  noValue: pseudo('NoValue'),
});

export const isExpression = (value: unknown): value is Expression =>
  typeof value === 'object' && value !== null && (value as Expression).kind === 'expression';
