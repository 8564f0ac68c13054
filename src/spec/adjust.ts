import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { ResourceOptions } from './resource.ts';
import type { Change, PropertiesOf, ResourceTypeName } from './resource-types.ts';
import type { Referable } from './value.ts';

/** What can be said beside the properties; the logical id is the declaration's own. */
export type AdjustmentOptions = Omit<ResourceOptions, 'logicalId'>;

/** A change of what a declaration becomes in the template, as data. */
export interface Adjustment {
  readonly kind: 'adjustment';
  /** The declaration whose resource it is, or a logical id. */
  readonly target: Referable | string;
  /** `AWS::Lambda::Function` */
  readonly type: string;
  /** What is merged into its properties. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What is said beside them. */
  readonly options: AdjustmentOptions;
  /** Where it stands. */
  readonly declaredAt?: DeclaredAt;
}

/**
 * Changes a resource that a declaration makes, in CloudFormation's own words, where the declaration has no option for it. Objects are
 * merged member by member, lists and other values are replaced, and `undefined` takes a property away.
 *
 * @param target - The declaration: a function, a bucket, a topic, an API. Or a logical id of the template.
 * @param type - Which of its resources: a function has a role and a log group too.
 * @example
 * ```ts
 * import { adjust, bucket, lambda, service } from 'sparta';
 * const photos = bucket('Photos');
 * const stamp = lambda('Stamp', { on: photos.objectCreated() }, async () => 'stamped');
 * export const imager = service('Imager', {
 *   functions: [stamp],
 *   adjustments: [
 *     adjust(photos, 'AWS::S3::Bucket', { AccelerateConfiguration: { AccelerationStatus: 'Enabled' } }),
 *     adjust(stamp, 'AWS::Logs::LogGroup', { LogGroupClass: 'INFREQUENT_ACCESS' }),
 *   ],
 * });
 * ```
 */
export const adjust = <const Type extends ResourceTypeName>(
  target: Referable | string,
  type: Type,
  properties: Change<PropertiesOf<Type>>,
  options: AdjustmentOptions = {},
): Adjustment =>
  Object.freeze({ kind: 'adjustment', target, type, properties, options, ...declaredAt() });
