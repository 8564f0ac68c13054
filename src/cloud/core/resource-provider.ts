import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Properties as the template resolved them: JSON. */
export type ResourceProperties = Readonly<Record<string, unknown>>;

/** What a provider gets beside the properties. */
export interface ProviderContext {
  /**
   * Calls an operation as the stack's role, or as whoever started the stack's operation.
   * @throws {AwsError} what the operation answers
   */
  call(
    service: string,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<unknown>;
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly endpoint: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** Tags of the stack with the system's own (`aws:cloudformation:stack-name` …), for types that take tags. */
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  /** Makes retries of one creation name one thing. */
  readonly clientRequestToken: string;
  /**
   * Tells that the resource is there by now, so that what fails after it does not leave it behind: a rollback deletes it.
   * For creations of more than one call.
   */
  created(physicalId: string): void;
  /**
   * A name as CloudFormation makes it: `STACK-LOGICAL-RANDOM`, cut to fit.
   * @param rules - `max` characters; `lowerCase` where the service wants it
   */
  generateName(rules?: { readonly max?: number; readonly lowerCase?: boolean }): string;
}

/** A resource as it stands after a provider's work. */
export interface ProvisionedResource {
  readonly physicalId: string;
  /** What `Fn::GetAtt` answers, by attribute name (`Arn`, `Endpoint.Address`). */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/**
 * A CloudFormation resource type: what it does here. What its properties are, which of them replace it and which
 * attributes it has is read from AWS's published schema.
 */
export interface ResourceProvider {
  /** `AWS::S3::Bucket` */
  readonly type: string;
  /** Properties that are accepted but not acted on; they are told in the stack's events and the service's README. */
  readonly inert?: readonly string[];
  create(properties: ResourceProperties, context: ProviderContext): Promise<ProvisionedResource>;
  /** In place. Left out, every change replaces the resource. */
  update?(
    physicalId: string,
    properties: ResourceProperties,
    previous: ResourceProperties,
    context: ProviderContext,
  ): Promise<ProvisionedResource>;
  /** A resource that is gone already is a success. */
  delete(
    physicalId: string,
    properties: ResourceProperties,
    context: ProviderContext,
  ): Promise<void>;
  /**
   * The properties as they are now, for drift: one that is not set is there as undefined, one that cannot be told is left
   * out. Undefined when the resource is gone.
   * @param properties - As the template has them: what contains the resource is named there
   */
  read?(
    physicalId: string,
    context: ProviderContext,
    properties: ResourceProperties,
  ): Promise<ResourceProperties | undefined>;
}
