/**
 * Characters without white space. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: both sizes are fixed; of managed policies a role
 * takes ten, and more only where the account has asked for it.
 */
export const LIMITS = { inline: 10_240, managed: 6_144, attached: 10 } as const;

/** `{"Version":"2012-10-17","Statement":[]}` */
const FRAME = 40;

/** The longest that pseudo parameters come to: a partition, a region, an account, a stack's name and id. */
const PSEUDO: Readonly<Record<string, number>> = {
  'AWS::Partition': 10,
  'AWS::Region': 14,
  'AWS::AccountId': 12,
  'AWS::URLSuffix': 16,
  'AWS::StackName': 128,
  'AWS::StackId': 230,
};
/** A name that CloudFormation makes: the longest of the names that policies speak of are roles', functions' and buckets'. */
const NAME = 64;
/** An ARN around such a name. */
const ARN = 140;

const SUB_VARIABLE = /\$\{[^!}][^}]*\}/g;

const lengthOfVariable = (variable: string): number =>
  PSEUDO[variable] ?? (variable.includes('.') ? ARN : NAME);

const lengthOf = (value: unknown): number => {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + lengthOf(item) + 1, 1);
  if (typeof value !== 'object' || value === null)
    return JSON.stringify(value ?? null).replace(/\s/g, '').length;
  const entries = Object.entries(value) as [string, unknown][];
  const [[key, member] = ['', undefined]] = entries;
  if (entries.length === 1) {
    if (key === 'Ref') return lengthOfVariable(String(member)) + 2;
    if (key === 'Fn::GetAtt') return ARN + 2;
    if (key === 'Fn::Sub') return lengthOfSub(member) + 2;
    if (key.startsWith('Fn::')) return Math.max(ARN, lengthOf(member));
  }
  return entries.reduce((sum, [name, item]) => sum + name.length + 4 + lengthOf(item), 1);
};

const lengthOfSub = (member: unknown): number => {
  const text = String(Array.isArray(member) ? member[0] : member);
  const variables = text.match(SUB_VARIABLE) ?? [];
  return (
    text.replaceAll(SUB_VARIABLE, '').length +
    variables.reduce((sum, variable) => sum + lengthOfVariable(variable.slice(2, -1)), 0)
  );
};

/** How long a policy of these statements can become, once CloudFormation has put names in: it is rather too long than too short. */
export const sizeOf = (statements: readonly unknown[]): number =>
  FRAME + statements.reduce((sum: number, statement) => sum + lengthOf(statement) + 1, 0);
