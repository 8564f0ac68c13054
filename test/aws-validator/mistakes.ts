/** A template that both validators take. */
export const RIGHT = {
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { Name: { Type: 'String' } },
  Conditions: { Named: { 'Fn::Equals': [{ Ref: 'Name' }, 'yes'] } },
  Resources: {
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
    Orders: {
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'jobs',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'sqs:SendMessage',
                  Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
                },
              ],
            },
          },
        ],
      },
    },
    Work: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        MemorySize: 256,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: 'exports.handler = async () => 1;' },
        Environment: { Variables: { JOBS: { Ref: 'Jobs' } } },
      },
    },
  },
  Outputs: { Queue: { Condition: 'Named', Value: { Ref: 'Jobs' } } },
} as const;

/** A mistake: what is put where, by the path in {@link RIGHT}. */
export interface Mistake {
  readonly what: string;
  readonly path: readonly (string | number)[];
  /** Undefined takes away what is there. */
  readonly value: unknown;
  /** Why AWS's validator says nothing, where it does not. */
  readonly unseenByAws?: string;
}

const properties = (id: string, ...path: readonly (string | number)[]) =>
  ['Resources', id, 'Properties', ...path] as const;

export const MISTAKES: readonly Mistake[] = [
  { what: 'unknown type', path: ['Resources', 'Jobs', 'Type'], value: 'AWS::SQS::Qeue' },
  { what: 'unknown property', path: properties('Jobs', 'VisibilityTimeOut'), value: 1 },
  {
    what: 'unknown property within',
    unseenByAws: 'its schema takes any object beside the list, and it looks no further',
    path: properties('Orders', 'KeySchema', 0, 'Order'),
    value: 1,
  },
  { what: 'text for a number', path: properties('Jobs', 'VisibilityTimeout'), value: 'long' },
  { what: 'list for a text', path: properties('Work', 'Handler'), value: ['index.handler'] },
  { what: 'text for a list', path: properties('Orders', 'KeySchema'), value: 'id' },
  { what: 'missing property', path: properties('Work', 'Role'), value: undefined },
  {
    what: 'missing property within',
    unseenByAws: 'its schema takes any object beside the list, and it looks no further',
    path: properties('Orders', 'KeySchema', 0, 'KeyType'),
    value: undefined,
  },
  { what: 'none of an enum', path: properties('Orders', 'BillingMode'), value: 'FREE' },
  { what: 'out of range', path: properties('Jobs', 'VisibilityTimeout'), value: 50_000 },
  { what: 'no match of a pattern', path: properties('Work', 'Role'), value: 'worker' },
  { what: 'too long', path: properties('Work', 'Description'), value: 'x'.repeat(257) },
  { what: 'too many items', path: properties('Work', 'Architectures'), value: ['arm64', 'x86_64'] },
  {
    what: 'read-only property',
    unseenByAws: 'it has no rule for them',
    path: properties('Jobs', 'Arn'),
    value: 'arn:aws:sqs:us-east-1:123456789012:a',
  },
  {
    what: 'Ref to nothing',
    path: properties('Work', 'Environment', 'Variables', 'JOBS'),
    value: { Ref: 'Job' },
  },
  {
    what: 'GetAtt of nothing',
    path: properties('Work', 'Role'),
    value: { 'Fn::GetAtt': ['Roll', 'Arn'] },
  },
  {
    what: 'attribute that is not there',
    path: properties('Work', 'Role'),
    value: { 'Fn::GetAtt': ['Role', 'Arm'] },
  },
  {
    what: 'variable of Fn::Sub to nothing',
    path: properties('Work', 'Description'),
    value: { 'Fn::Sub': 'of ${Job}' },
  },
  { what: 'DependsOn nothing', path: ['Resources', 'Work', 'DependsOn'], value: ['Job'] },
  { what: 'condition that is not there', path: ['Resources', 'Work', 'Condition'], value: 'Nmaed' },
  { what: 'cycle', path: ['Resources', 'Jobs', 'DependsOn'], value: ['Work'] },
  { what: 'unknown function', path: properties('Work', 'Description'), value: { 'Fn::Sup': 'x' } },
  {
    what: 'function of conditions in a property',
    unseenByAws: 'it takes whatever such a function answers',
    path: properties('Work', 'Description'),
    value: { 'Fn::Equals': ['a', 'b'] },
  },
  {
    what: 'Fn::Join of one',
    unseenByAws: 'it does not count arguments there',
    path: properties('Work', 'Description'),
    value: { 'Fn::Join': ['-'] },
  },
  {
    what: 'logical id with a hyphen',
    path: ['Resources', 'my-queue'],
    value: { Type: 'AWS::SQS::Queue' },
  },
  {
    what: 'unknown deletion policy',
    path: ['Resources', 'Orders', 'DeletionPolicy'],
    value: 'Keep',
  },
  { what: 'unknown attribute of a resource', path: ['Resources', 'Jobs', 'Propertys'], value: {} },
  {
    what: 'too many outputs',
    path: ['Outputs'],
    value: Object.fromEntries(
      Array.from({ length: 201 }, (_, index) => [`O${index}`, { Value: 'x' }]),
    ),
  },
  { what: 'too long a description', path: ['Description'], value: 'x'.repeat(1_025) },
  {
    what: 'policy with an unknown element',
    path: properties('Role', 'Policies', 0, 'PolicyDocument', 'Statement', 0, 'Ressource'),
    value: '*',
  },
  {
    what: 'policy with a wrong effect',
    path: properties('Role', 'Policies', 0, 'PolicyDocument', 'Statement', 0, 'Effect'),
    value: 'Alow',
  },
  {
    what: 'unknown action',
    unseenByAws: 'it has no list of actions',
    path: properties('Role', 'Policies', 0, 'PolicyDocument', 'Statement', 0, 'Action'),
    value: 'sqs:SendMesage',
  },
  {
    what: 'trust policy with a resource',
    unseenByAws: 'it checks the form that all policies have',
    path: properties('Role', 'AssumeRolePolicyDocument', 'Statement', 0, 'Resource'),
    value: '*',
  },
  {
    what: 'environment over 4 KB',
    unseenByAws: 'the limit stands in no schema',
    path: properties('Work', 'Environment', 'Variables', 'BIG'),
    value: 'x'.repeat(4_100),
  },
  {
    what: 'timeout over 900 seconds',
    unseenByAws: 'the limit stands in no schema',
    path: properties('Work', 'Timeout'),
    value: 901,
  },
  {
    what: 'a tag twice',
    unseenByAws: 'it compares whole tags',
    path: properties('Jobs', 'Tags'),
    value: [
      { Key: 'a', Value: '1' },
      { Key: 'a', Value: '2' },
    ],
  },
  {
    what: 'null',
    unseenByAws: 'it reads null as nothing stated',
    path: properties('Jobs', 'QueueName'),
    value: null,
  },
];

/** {@link RIGHT} with one mistake in it. */
export const withMistake = ({ path, value }: Mistake): object => {
  const change = (node: unknown, [key, ...rest]: readonly (string | number)[]): unknown => {
    if (key === undefined) return value;
    if (Array.isArray(node))
      return node.map((item, index) => (index === key ? change(item, rest) : (item as unknown)));
    const record = (node ?? {}) as Readonly<Record<string, unknown>>;
    const changed = change(record[key], rest);
    const { [key]: _before, ...others } = record;
    return changed === undefined ? others : { ...record, [key]: changed };
  };
  return change(RIGHT, path) as object;
};
