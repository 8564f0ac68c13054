import type { Json } from '../json.ts';
import type { Template } from '../template/model.ts';
import type { Value } from './values.ts';

/** What functions are evaluated with. */
export interface Scope {
  readonly template: Template;
  /** Values of the template's parameters: text, or a list of texts. */
  readonly parameters: ReadonlyMap<string, string | readonly string[]>;
  readonly pseudo: PseudoParameters;
  /** Conditions that have been evaluated. */
  readonly conditions: ReadonlyMap<string, boolean>;
  /** What `Ref` of a resource is. @throws {AwsError} when there is no such resource */
  ref(logicalId: string): Value;
  /** What `Fn::GetAtt` is. @throws {AwsError} when there is no such resource or attribute */
  attribute(logicalId: string, name: string): Value;
  /** @throws {AwsError} `No export named X found.` */
  importValue(name: string): Value;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
export interface PseudoParameters {
  readonly 'AWS::AccountId': string;
  readonly 'AWS::NotificationARNs': readonly string[];
  readonly 'AWS::Partition': string;
  readonly 'AWS::Region': string;
  readonly 'AWS::StackId': string;
  readonly 'AWS::StackName': string;
  readonly 'AWS::URLSuffix': string;
}

export const PSEUDO_PARAMETERS: readonly string[] = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
];

export type Evaluate = (value: Json, scope: Scope) => Value;

/** A function of the template language: its argument is not evaluated yet. */
export type TemplateFunction = (argument: Json, scope: Scope, evaluate: Evaluate) => Value;

/** https://docs.aws.amazon.com/general/latest/gr/rande.html, by the region's prefix */
export const partitionOf = (region: string): { readonly name: string; readonly suffix: string } => {
  if (region.startsWith('cn-')) return { name: 'aws-cn', suffix: 'amazonaws.com.cn' };
  if (region.startsWith('us-gov-')) return { name: 'aws-us-gov', suffix: 'amazonaws.com' };
  return { name: 'aws', suffix: 'amazonaws.com' };
};
