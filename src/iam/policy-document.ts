/**
 * The policy language as JSON holds it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export interface PolicyDocument {
  /** The version of the policy language; without it AWS reads `2008-10-17`, which has no policy variables. */
  readonly Version?: PolicyVersion;
  /** A name for the document, in resource-based policies. */
  readonly Id?: string;
  /** The statements, always as a list: {@link parsePolicy} wraps a single one. */
  readonly Statement: readonly Statement[];
}

/** The two versions of the policy language. */
export type PolicyVersion = '2008-10-17' | '2012-10-17';

/** One value or several, as most elements allow. */
export type OneOrMany<T> = T | readonly T[];

/** One statement of a policy. */
export interface Statement {
  /** The statement's name, unique in its document. */
  readonly Sid?: string;
  /** What a match means. */
  readonly Effect: 'Allow' | 'Deny';
  /** Whom the statement is about, in resource-based policies. */
  readonly Principal?: Principal;
  /** Whom the statement is not about. */
  readonly NotPrincipal?: Principal;
  /** Actions (`s3:GetObject`), with `*` and `?`, in any case. */
  readonly Action?: OneOrMany<string>;
  /** Every action but these. */
  readonly NotAction?: OneOrMany<string>;
  /** ARNs, with `*`, `?` and policy variables. */
  readonly Resource?: OneOrMany<string>;
  /** Every resource but these. */
  readonly NotResource?: OneOrMany<string>;
  /** When the statement applies: operator, then key, then the values of which one must match. */
  readonly Condition?: ConditionBlock;
}

/** `*`, or principals by kind. */
export type Principal = '*' | PrincipalMap;

/** Principals by kind. */
export interface PrincipalMap {
  /** Accounts (12 digits or `arn:aws:iam::ACCOUNT:root`), users, roles, sessions, or `*`. */
  readonly AWS?: OneOrMany<string>;
  /** Service principals, such as `lambda.amazonaws.com`. */
  readonly Service?: OneOrMany<string>;
  /** Identity providers. */
  readonly Federated?: OneOrMany<string>;
  /** S3's own name for an account: 64 hexadecimal digits. */
  readonly CanonicalUser?: OneOrMany<string>;
}

/** A value that a condition compares with. */
export type ConditionValue = string | number | boolean;

/** Operator → key → values. */
export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, OneOrMany<ConditionValue>>>>
>;

/** A value or a list, as a list. */
export function asList<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
