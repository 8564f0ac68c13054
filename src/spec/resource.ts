import { declaredAt } from './declared-at.ts';
import type { DeclaredAt } from './declared-at.ts';
import type { Expression, Referable } from './value.ts';
import { getAtt, ref } from './value.ts';

/** What CloudFormation lets one say of a resource beside its properties. */
export interface ResourceOptions {
  /** Resources that must be there before. */
  readonly dependsOn?: readonly Referable[];
  /** What becomes of it when the stack lets go of it. @defaultValue CloudFormation's own for the type */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'Snapshot' | 'RetainExceptOnCreate';
  /** What becomes of the old one when it is replaced. @defaultValue CloudFormation's own for the type */
  readonly updateReplacePolicy?: 'Delete' | 'Retain' | 'Snapshot';
  /** Anything, for tools. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A CloudFormation resource of any type, as data. */
export interface ResourceDeclaration {
  readonly kind: 'resource';
  /** Logical id. */
  readonly name: string;
  /** `AWS::SQS::Queue` */
  readonly type: string;
  /** Properties in CloudFormation's words; expressions may stand anywhere inside. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What is said beside them. */
  readonly options: ResourceOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** What `Ref` answers. */
  readonly ref: Expression;
  /** What `Fn::GetAtt` answers. */
  getAtt(attribute: string): Expression;
}

/**
 * States any CloudFormation resource.
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
export const resource = (
  type: string,
  name: string,
  properties: Readonly<Record<string, unknown>> = {},
  options: ResourceOptions = {},
): ResourceDeclaration => {
  const self = { kind: 'resource', name, type, properties, options, ...declaredAt() } as const;
  return Object.freeze({
    ...self,
    ref: ref(self),
    getAtt: (attribute: string) => getAtt(self, attribute),
  });
};
