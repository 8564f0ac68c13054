import type { EventSource } from '../../spec/event-source.ts';
import type { ClientsOf, Grants } from '../../spec/grant.ts';
import type { HandlerContext } from '../../spec/handler-context.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { FunctionDeclaration, lambda } from '../../spec/lambda.ts';
import type { FunctionSettings } from '../../spec/lambda-options.ts';
import type { MessageSchema, Received, Sent } from '../../spec/message-schema.ts';
import type { ResourceDeclaration, ResourceOptions } from '../../spec/resource.ts';
import { anyResource } from '../../spec/resource.ts';
import type { CustomTypeName, Settable } from '../../spec/resource-types.ts';
import type { Expression } from '../../spec/value.ts';
import type {
  CreateRequest,
  CustomResourceResult,
  DeleteRequest,
  SentProperties,
  UpdateRequest,
} from './request.ts';
import { requestReader } from './runtime.ts';

/** What the function of a custom resource is made with. */
export interface CustomResourceOptions<Schema extends MessageSchema | undefined, G extends Grants>
  extends FunctionSettings {
  /** How properties look. They arrive as text: CloudFormation makes text of numbers and truth values. */
  readonly schema?: Schema;
  /** What the handlers may do; they get a client under each name. */
  readonly grants?: G;
  /** Type of its resources in templates, up to 60 characters behind `Custom::`. @defaultValue `Custom::` and the name */
  readonly type?: CustomTypeName;
  /** The logical id of the function, where the declaration has got another name. @defaultValue the name of the declaration */
  readonly logicalId?: string;
}

type Properties<Schema> = Received<Schema, SentProperties>;
type Context<G extends Grants> = HandlerContext & ClientsOf<G>;

/** What a custom resource does. What is thrown fails the stack's operation, with the error as its reason. */
export interface CustomResourceHandlers<
  Schema extends MessageSchema | undefined,
  G extends Grants,
  Attributes extends object,
> {
  /** Makes the resource. It may be called again for the same one: CloudFormation tries again. */
  create(
    request: CreateRequest<Properties<Schema>>,
    context: Context<G>,
  ): Promise<CustomResourceResult<Attributes> | void>;
  /** Changes it. @defaultValue makes it again, by `create` */
  update?(
    request: UpdateRequest<Properties<Schema>>,
    context: Context<G>,
  ): Promise<CustomResourceResult<Attributes> | void>;
  /** Takes it away; one that is not there is a success. @defaultValue nothing is done */
  delete?(request: DeleteRequest, context: Context<G>): Promise<void>;
}

/** How one custom resource stands in the stack. */
export interface CustomResourceInstanceOptions
  extends Pick<
    ResourceOptions,
    'dependsOn' | 'deletionPolicy' | 'updateReplacePolicy' | 'logicalId' | 'metadata'
  > {
  /** Seconds that CloudFormation waits for an answer, 1 to 3,600. @defaultValue the function's timeout and a minute, which is when no answer can come any more */
  readonly serviceTimeout?: number;
}

/** A custom resource as data. */
export interface CustomResourceInstance<Attributes> extends Omit<ResourceDeclaration, 'getAtt'> {
  /** One of the attributes that the handlers answer with. */
  getAtt(attribute: keyof Attributes & string): Expression;
}

/** A kind of custom resource: the function that makes them. It stands among the functions of its service. */
export interface CustomResourceDeclaration<
  Schema extends MessageSchema | undefined,
  Attributes extends object,
> extends FunctionDeclaration<CreateRequest<Properties<Schema>>, unknown> {
  /** States a resource of this kind. It enters the stack when something refers to it, or in `resources`. */
  resource(
    name: string,
    properties: { readonly [Name in keyof Sent<Schema>]: Settable<Sent<Schema>[Name]> },
    options?: CustomResourceInstanceOptions,
  ): CustomResourceInstance<Attributes>;
}

const DEFAULT_TIMEOUT = 3;
const SPARE_SECONDS = 60;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
const LONGEST_SECONDS = 3_600;

type Requests<P> = CreateRequest<P> | UpdateRequest<P> | DeleteRequest;

const answerBy =
  <Schema extends MessageSchema | undefined, G extends Grants, Attributes extends object>(
    handlers: CustomResourceHandlers<Schema, G, Attributes>,
  ) =>
  async (request: Requests<Properties<Schema>>, context: Context<G>): Promise<unknown> => {
    switch (request.requestType) {
      case 'Create':
        return handlers.create(request, context);
      case 'Update':
        return handlers.update === undefined
          ? handlers.create({ ...request, requestType: 'Create' }, context)
          : handlers.update(request, context);
      case 'Delete':
        return handlers.delete?.(request, context);
    }
  };

/** Makes `customResource` on the `lambda` of a desk, or on that of an archive. */
export const customResourceWith =
  (declare: typeof lambda) =>
  <
    const Schema extends MessageSchema | undefined = undefined,
    const G extends Grants = Record<never, never>,
    const Attributes extends object = Record<never, never>,
  >(
    name: string,
    options: CustomResourceOptions<Schema, G>,
    handlers: CustomResourceHandlers<Schema, G, Attributes>,
  ): CustomResourceDeclaration<Schema, Attributes> => {
    const { schema, type = `Custom::${name}`, ...rest } = options;
    const id = logicalIdOf(name, options);
    const on: EventSource<Requests<Properties<Schema>>, unknown> = {
      kind: 'event-source',
      source: 'custom-resource',
      target: { kind: 'function', name: id },
      detail: {},
      reader: requestReader(schema),
    };
    const fn = declare(name, { ...rest, on }, answerBy<Schema, G, Attributes>(handlers) as never);
    const patience = Math.min((rest.timeout ?? DEFAULT_TIMEOUT) + SPARE_SECONDS, LONGEST_SECONDS);
    return Object.freeze({
      ...(fn as unknown as FunctionDeclaration<CreateRequest<Properties<Schema>>, unknown>),
      resource: (
        logicalName: string,
        properties: Readonly<Record<string, unknown>>,
        { serviceTimeout, ...more }: CustomResourceInstanceOptions = {},
      ) =>
        anyResource(
          type,
          logicalName,
          { ...properties, ServiceToken: fn.arn, ServiceTimeout: serviceTimeout ?? patience },
          more,
        ) as CustomResourceInstance<Attributes>,
    });
  };
