import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { Keeping } from './keeping.ts';
import { logicalIdOf } from './keeping.ts';
import type {
  AttributeOf,
  CustomTypeName,
  PropertiesOf,
  ResourceTypeName,
} from './resource-types.ts';
import type { Expression, Referable } from './value.ts';
import { getAtt, ref } from './value.ts';

/** What CloudFormation lets one say of a resource beside its properties. */
export interface ResourceOptions extends Keeping {
  /** Resources that must be there before. */
  readonly dependsOn?: readonly Referable[];
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' for types that hold data, else CloudFormation's own */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'Snapshot' | 'RetainExceptOnCreate';
  /** What becomes of the old one when it is replaced. @defaultValue as `deletionPolicy` for types that hold data, else CloudFormation's own */
  readonly updateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
  /** Anything, for tools. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /**
   * Where AWS's published schema is wrong or behind: the properties that are not held to it, each with all that is in it, such as
   * `['Code.S3Key', 'Tags']`; or `true` for all of them. References and CloudFormation's own limits are checked anyway.
   */
  readonly unchecked?: true | readonly string[];
}

/** A CloudFormation resource of any type, as data. */
export interface ResourceDeclaration<Type extends string = string> {
  readonly kind: 'resource';
  /** Logical id. */
  readonly name: string;
  /** `AWS::SQS::Queue` */
  readonly type: Type;
  /** Properties in CloudFormation's words; expressions may stand anywhere inside. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What is said beside them. */
  readonly options: ResourceOptions;
  /** Whether it goes out as it is: AWS's schemas are not asked. */
  readonly unchecked?: true;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** What `Ref` answers. */
  readonly ref: Expression;
  /** What `Fn::GetAtt` answers. */
  getAtt(attribute: AttributeOf<Type>): Expression;
}

/** The properties may be left out where the type requires none. */
type Stated<Type extends string> =
  object extends PropertiesOf<Type>
    ? [properties?: PropertiesOf<Type>, options?: ResourceOptions]
    : [properties: PropertiesOf<Type>, options?: ResourceOptions];

/**
 * States a CloudFormation resource of any type that AWS publishes, or a custom resource. Properties, their values and the attributes are
 * typed by AWS's schemas.
 *
 * @param type - `AWS::SQS::Queue`, `Custom::DnsRecord`; see {@link anyResource} for what AWS has not published.
 * @param name - Its logical id: a letter, then up to 99 letters and digits.
 * @example
 * ```ts
 * import { allow, lambda, resource } from 'sparta';
 * const jobs = resource('AWS::SQS::Queue', 'Jobs', { VisibilityTimeout: 60 });
 * const work = lambda('Work', {
 *   environment: { JOBS: jobs.ref },
 *   grants: { jobs: allow('sqs:SendMessage', jobs.getAtt('Arn')) },
 * }, async () => 'sent');
 * ```
 */
export const resource = <const Type extends ResourceTypeName | CustomTypeName>(
  type: Type,
  name: string,
  ...[properties = {} as PropertiesOf<Type>, options = {}]: Stated<Type>
): ResourceDeclaration<Type> => declare({ type, name, properties, options });

/**
 * States a resource whose type or properties AWS has not published yet, or never will: types of third parties, modules, what
 * is newer than this version of Sparta. Nothing of it is checked before CloudFormation sees it.
 *
 * @param type - `MyOrg::Service::Thing`
 * @param name - Its logical id: a letter, then up to 99 letters and digits.
 * @example
 * ```ts
 * import { anyResource } from 'sparta';
 * const monitor = anyResource('Datadog::Monitors::Monitor', 'Slow', { Type: 'metric alert' });
 * ```
 */
export const anyResource = (
  type: string,
  name: string,
  properties: Readonly<Record<string, unknown>> = {},
  options: ResourceOptions = {},
): ResourceDeclaration => declare({ type, name, properties, options, unchecked: true });

const declare = <Type extends string>(
  said: Omit<ResourceDeclaration<Type>, 'kind' | 'ref' | 'getAtt' | 'declaredAt'>,
): ResourceDeclaration<Type> => {
  const name = logicalIdOf(said.name, said.options);
  const self = { kind: 'resource', ...said, name, ...declaredAt() } as const;
  return Object.freeze({
    ...self,
    ref: ref(self),
    getAtt: (attribute: AttributeOf<Type>) => getAtt(self, attribute),
  });
};
