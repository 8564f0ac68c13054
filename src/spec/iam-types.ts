import type { IamActions, IamArns, IamConditionKeys } from '../../types/iam.d.ts';
import type { Value } from './value.ts';

/** Prefix of a service's actions: `dynamodb`. */
export type IamService = keyof IamActions;

/** An action that AWS lists: `s3:GetObject`. */
export type KnownAction = {
  [Service in IamService]: `${Service}:${IamActions[Service]}`;
}[IamService];

/** Several actions of one service: `s3:*`, `s3:Get*`. What stands before the first wildcard must begin an action. */
export type ActionPattern = `${IamService}:${string}*${string}`;

/** An action, or a pattern of several. */
export type Action = KnownAction | ActionPattern;

/** Whether a pattern stands for anything: `s3:Gett*` does not. */
export type Meaningful<A extends string> = A extends `${infer Service}:${infer Start}*${string}`
  ? Service extends IamService
    ? // A second wildcard of another kind ends the text that can be compared.
      Start extends `${string}?${string}`
      ? A
      : [Extract<IamActions[Service], `${Start}${string}`>] extends [never]
        ? never
        : A
    : never
  : A;

type ServiceOf<A extends string> = A extends `${infer Service}:${string}`
  ? Service extends IamService
    ? Service
    : never
  : never;

/**
 * Condition keys that AWS fills for every service.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export type GlobalConditionKey =
  | 'aws:AssumedRoot'
  | 'aws:CalledVia'
  | 'aws:CalledViaAWSMCP'
  | 'aws:CalledViaFirst'
  | 'aws:CalledViaLast'
  | 'aws:ChatbotSourceArn'
  | 'aws:CurrentTime'
  | 'aws:Ec2InstanceSourcePrivateIPv4'
  | 'aws:Ec2InstanceSourceVpc'
  | 'aws:EpochTime'
  | 'aws:FederatedProvider'
  | 'aws:MultiFactorAuthAge'
  | 'aws:MultiFactorAuthPresent'
  | 'aws:PrincipalAccount'
  | 'aws:PrincipalArn'
  | 'aws:PrincipalIsAWSService'
  | 'aws:PrincipalOrgID'
  | 'aws:PrincipalOrgPaths'
  | 'aws:PrincipalServiceName'
  | 'aws:PrincipalServiceNamesList'
  | `aws:PrincipalTag/${string}`
  | 'aws:PrincipalType'
  | 'aws:RequestedRegion'
  | `aws:RequestTag/${string}`
  | 'aws:ResourceAccount'
  | 'aws:ResourceOrgID'
  | 'aws:ResourceOrgPaths'
  | `aws:ResourceTag/${string}`
  | 'aws:SecureTransport'
  | 'aws:SourceAccount'
  | 'aws:SourceArn'
  | 'aws:SourceIdentity'
  | 'aws:SourceIp'
  | 'aws:SourceOrgID'
  | 'aws:SourceOrgPaths'
  | 'aws:SourceVpc'
  | 'aws:SourceVpcArn'
  | 'aws:SourceVpce'
  | 'aws:TagKeys'
  | 'aws:TokenIssueTime'
  | 'aws:UserAgent'
  | 'aws:userid'
  | 'aws:username'
  | 'aws:ViaAWSMCPService'
  | 'aws:ViaAWSService'
  | 'aws:VpceAccount'
  | 'aws:VpceOrgID'
  | 'aws:VpceOrgPaths'
  | 'aws:VpcSourceIp';

/** Keys that conditions on these actions can name. */
export type ConditionKeyOf<A extends string> = GlobalConditionKey | IamConditionKeys[ServiceOf<A>];

type Comparison =
  | 'ArnEquals'
  | 'ArnLike'
  | 'ArnNotEquals'
  | 'ArnNotLike'
  | 'BinaryEquals'
  | 'Bool'
  | 'DateEquals'
  | 'DateGreaterThan'
  | 'DateGreaterThanEquals'
  | 'DateLessThan'
  | 'DateLessThanEquals'
  | 'DateNotEquals'
  | 'IpAddress'
  | 'NotIpAddress'
  | 'NumericEquals'
  | 'NumericGreaterThan'
  | 'NumericGreaterThanEquals'
  | 'NumericLessThan'
  | 'NumericLessThanEquals'
  | 'NumericNotEquals'
  | 'StringEquals'
  | 'StringEqualsIgnoreCase'
  | 'StringLike'
  | 'StringNotEquals'
  | 'StringNotEqualsIgnoreCase'
  | 'StringNotLike';

/**
 * Operators of conditions.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export type ConditionOperator =
  | 'Null'
  | `${'' | 'ForAllValues:' | 'ForAnyValue:'}${Comparison}${'' | 'IfExists'}`;

/** Conditions on actions: operator, key, values; a key that these actions do not have does not compile. */
export type ConditionsOn<A extends string> = {
  readonly [Operator in ConditionOperator]?: {
    readonly [Key in ConditionKeyOf<A>]?: Value<string> | readonly Value<string>[];
  };
};

type Arn<A extends string> = '*' | IamArns[ServiceOf<A>] | `${string}*` | `${string}?${string}`;

/** What a text that is known now must be, to name something that these actions work on; a text that is made later may be anything. */
export type ArnFor<A extends string, R> = R extends string
  ? string extends R
    ? R
    : R extends Arn<A>
      ? R
      : Arn<A>
  : R;

/** The same for one text or several. */
export type ArnsFor<A extends string, R> = R extends readonly (infer One)[]
  ? readonly ArnFor<A, One>[]
  : ArnFor<A, R>;
