import type { ResourceTypes } from '../../types/cloudformation.d.ts';
import type { Expression } from './value.ts';

/** A resource type that AWS publishes: `AWS::SQS::Queue`. */
export type ResourceTypeName = keyof ResourceTypes;

/** A type of custom resources: `Custom::DnsRecord`. */
export type CustomTypeName = `Custom::${string}`;

/** CloudFormation's own words for a value that it fills in: `{ Ref: 'Jobs' }`, `{ 'Fn::GetAtt': ['Jobs', 'Arn'] }`. */
export type Intrinsic =
  | { readonly Ref: string }
  | { readonly [Function in `Fn::${string}`]?: unknown };

/** A property's value: of its type, or one that CloudFormation fills in, at any depth. */
export type Settable<T> =
  | Expression<unknown>
  | Intrinsic
  | (unknown extends T
      ? unknown
      : T extends string | number | boolean
        ? T
        : T extends readonly (infer Element)[]
          ? readonly Settable<Element>[]
          : { readonly [Name in keyof T]: Settable<T[Name]> | AbsentIfOptional<T, Name> });

/** `undefined` where a property may be left out. */
type AbsentIfOptional<T, Name extends keyof T> = object extends Pick<T, Name> ? undefined : never;

/** Properties of a resource type, by AWS's published schema; any, for custom resources. */
export type PropertiesOf<Type extends string> = Type extends ResourceTypeName
  ? {
      readonly [Name in keyof ResourceTypes[Type]['properties']]:
        | Settable<ResourceTypes[Type]['properties'][Name]>
        | AbsentIfOptional<ResourceTypes[Type]['properties'], Name>;
    }
  : Readonly<Record<string, unknown>>;

/** Types whose attributes are their maker's: outputs of a nested stack, data of a custom resource. */
type OpenTypeName = 'AWS::CloudFormation::Stack' | 'AWS::CloudFormation::CustomResource';

/** What `Fn::GetAtt` answers of a resource type. */
export type AttributeOf<Type extends string> = Type extends OpenTypeName
  ? string
  : Type extends ResourceTypeName
    ? ResourceTypes[Type]['attributes']
    : string;

/** Some of the properties, at any depth; `undefined` takes one away. */
export type Change<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Name in keyof T]?: Change<T[Name]> | undefined }
    : T;
