import type { Statement } from './statement.ts';

/** A policy. */
export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

/**
 * Characters of a managed policy; whitespace is not counted.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
const MAX_POLICY_CHARACTERS = 6_144;

/** The longest values of what stands for an account in ARNs: a policy that fits with them fits everywhere. */
const LONGEST: Readonly<Record<string, string>> = {
  'AWS::AccountId': '000000000000',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-northeast-3',
};

/** A value with `${AWS::Region}` and its kin filled in. */
export const filled = <T>(value: T, values: Readonly<Record<string, string>>): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /\$\{(AWS::\w+)\}/g,
      (match, name: string) => values[name] ?? match,
    ),
  ) as T;

const charactersOf = (document: PolicyDocument): number =>
  JSON.stringify(filled(document, LONGEST)).replaceAll(/\s/g, '').length;

const documentOf = (statements: readonly Statement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** Parts statements into policies that IAM takes, whole topics together where they fit. */
export const splitPolicy = (statements: readonly Statement[]): readonly PolicyDocument[] => {
  const policies: Statement[][] = [];
  for (const statement of statements.flatMap(fitting)) {
    const last = policies.at(-1);
    if (
      last !== undefined &&
      charactersOf(documentOf([...last, statement])) <= MAX_POLICY_CHARACTERS
    )
      last.push(statement);
    else policies.push([statement]);
  }
  return policies.map(documentOf);
};

/** A statement that alone is too long, of very many names, is parted by its resources. */
const fitting = (statement: Statement): readonly Statement[] => {
  if (
    charactersOf(documentOf([statement])) <= MAX_POLICY_CHARACTERS ||
    statement.Resource.length < 2
  )
    return [statement];
  const half = Math.ceil(statement.Resource.length / 2);
  return [
    { ...statement, Resource: statement.Resource.slice(0, half) },
    { ...statement, Sid: `${statement.Sid}More`, Resource: statement.Resource.slice(half) },
  ].flatMap(fitting);
};
