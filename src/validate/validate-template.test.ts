import { describe, expect, it } from 'vitest';
import { validateTemplate } from './index.ts';

type Properties = Readonly<Record<string, unknown>>;

const QUEUE = 'AWS::SQS::Queue';
const FUNCTION = {
  Code: { ZipFile: 'exports.handler = () => 1' },
  Role: 'arn:aws:iam::123456789012:role/worker',
  Handler: 'index.handler',
  Runtime: 'nodejs24.x',
};
const TABLE = {
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

const templateOf = (resources: Properties, sections: Properties = {}) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  ...sections,
  Resources: resources,
});

/** A template of one resource, `It`. */
const only = (Type: string, Properties: Properties = {}, sections: Properties = {}) =>
  templateOf({ It: { Type, Properties } }, sections);

const sentences = (template: object, severity = 'problem') =>
  validateTemplate(template)
    .filter((finding) => finding.severity === severity)
    .map(({ message }) => message);

/** Nothing is wrong but what the sentence says. */
const expectOnly = (template: object, sentence: string) =>
  expect(sentences(template)).toEqual([sentence]);

describe('policies that are alike', () => {
  const role = (Action: string, path: string) => ({
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
          PolicyName: path,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
          },
        },
      ],
    },
  });

  it('are each told of, where they have a fault', () => {
    const told = (id: string) =>
      `Policies[0].PolicyDocument.Statement[0].Action of ${id} names s3:GetObjekt, which is no action of s3; did you mean s3:GetObject?`;
    expect(
      sentences(
        templateOf({
          One: role('s3:GetObject', 'one'),
          Two: role('s3:GetObjekt', 'two'),
          Three: role('s3:GetObject', 'three'),
          Four: role('s3:GetObjekt', 'four'),
        }),
      ),
    ).toEqual([told('Two'), told('Four')]);
  });

  it('are not held to be sound for another use', () => {
    const document = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }],
    };
    const found = sentences(
      templateOf({
        Inline: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { PolicyDocument: document },
        },
        OnBucket: {
          Type: 'AWS::S3::BucketPolicy',
          Properties: { Bucket: 'photos', PolicyDocument: document },
        },
      }),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('of OnBucket');
  });
});

describe('a resource against the schema of its type', () => {
  it.each<[string, object, string]>([
    [
      'a type that AWS does not have',
      only('AWS::SQS::Qeue'),
      "It is of the type AWS::SQS::Qeue, which AWS does not publish; did you mean AWS::SQS::Queue? A type that is newer than this version of Sparta, or someone else's, is stated with anyResource.",
    ],
    [
      'a property that the type does not have',
      only(QUEUE, { VisibilityTimeOut: 60 }),
      'VisibilityTimeOut of It is no property of AWS::SQS::Queue; did you mean VisibilityTimeout?',
    ],
    [
      'the same where nothing is near',
      only('AWS::SNS::TopicPolicy', { PolicyDocument: 'text', Topics: ['arn'], Zebra: 1 }),
      'Zebra of It is no property of AWS::SNS::TopicPolicy; it has none beside those that are stated. Leave it out.',
    ],
    [
      'the same in an object in a list',
      only('AWS::DynamoDB::Table', {
        ...TABLE,
        KeySchema: [{ AttributeName: 'id', KeyTipe: 'HASH', KeyType: 'HASH' }],
      }),
      'KeySchema[0].KeyTipe of It is no property of KeySchema in AWS::DynamoDB::Table; KeyType is stated too. Leave one of them out.',
    ],
    [
      'the same three levels down',
      only('AWS::S3::Bucket', {
        LifecycleConfiguration: {
          Rules: [{ Status: 'Enabled', ExpirationInDays: 1, Prefx: 'x' }],
        },
      }),
      'LifecycleConfiguration.Rules[0].Prefx of It is no property of LifecycleConfiguration.Rules in AWS::S3::Bucket; did you mean Prefix?',
    ],
    [
      'a list for a text',
      only(QUEUE, { QueueName: ['a'] }),
      'QueueName of It is a list of 1 item; AWS::SQS::Queue takes a text there.',
    ],
    [
      'a text for a number',
      only(QUEUE, { VisibilityTimeout: 'long' }),
      "VisibilityTimeout of It is 'long'; AWS::SQS::Queue takes a whole number there.",
    ],
    [
      'a text for a list that may be JSON',
      only('AWS::DynamoDB::Table', { ...TABLE, KeySchema: 'id' }),
      "KeySchema of It is 'id'; AWS::DynamoDB::Table takes a list there.",
    ],
    [
      'a fraction for a whole number',
      only(QUEUE, { VisibilityTimeout: 1.5 }),
      'VisibilityTimeout of It is 1.5; AWS::SQS::Queue takes a whole number there.',
    ],
    [
      'a text for yes or no',
      only(QUEUE, { FifoQueue: 'yes' }),
      "FifoQueue of It is 'yes'; AWS::SQS::Queue takes true or false there.",
    ],
    [
      'one thing for a list',
      only('AWS::Lambda::Function', { ...FUNCTION, Layers: 'arn' }),
      "Layers of It is 'arn'; AWS::Lambda::Function takes a list there.",
    ],
    [
      'a list for an object of names',
      only('AWS::Lambda::Function', { ...FUNCTION, Environment: { Variables: ['A'] } }),
      'Environment.Variables of It is a list of 1 item; AWS::Lambda::Function takes an object of names and values there.',
    ],
    [
      'nothing where something is required',
      only('AWS::SNS::Subscription', { Protocol: 'sqs', Endpoint: 'arn' }),
      'It lacks TopicArn, which AWS::SNS::Subscription requires.',
    ],
    [
      'the same inside',
      only('AWS::DynamoDB::Table', { ...TABLE, KeySchema: [{ AttributeName: 'id' }] }),
      'KeySchema[0] of It lacks KeyType, which AWS::DynamoDB::Table requires.',
    ],
    [
      'a value that is none of the allowed',
      only('AWS::DynamoDB::Table', { ...TABLE, BillingMode: 'PAY_PER_REQUESTS' }),
      "BillingMode of It is 'PAY_PER_REQUESTS'; did you mean PAY_PER_REQUEST? AWS::DynamoDB::Table takes PAY_PER_REQUEST, PROVISIONED.",
    ],
    [
      'a text that does not match',
      only('AWS::Lambda::Function', { ...FUNCTION, Role: 'worker' }),
      "Role of It is 'worker'; AWS::Lambda::Function takes what matches ^arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+$.",
    ],
    [
      'a text that is too long',
      only('AWS::Lambda::Function', { ...FUNCTION, Description: 'x'.repeat(257) }),
      `Description of It is '${'x'.repeat(57)}…'; that is 257 characters long, and AWS::Lambda::Function takes 0 to 256.`,
    ],
    [
      'a number that is too large',
      only(QUEUE, { VisibilityTimeout: 50_000 }),
      'VisibilityTimeout of It is 50000; AWS::SQS::Queue takes 0 to 43200.',
    ],
    [
      'the same as text',
      only(QUEUE, { VisibilityTimeout: '50000' }),
      "VisibilityTimeout of It is '50000'; AWS::SQS::Queue takes 0 to 43200.",
    ],
    [
      'too many items',
      only('AWS::Lambda::Function', { ...FUNCTION, Architectures: ['arm64', 'x86_64'] }),
      'Architectures of It has 2 items; AWS::Lambda::Function takes 1.',
    ],
    [
      'an item twice',
      only('AWS::IAM::Group', {
        ManagedPolicyArns: [
          'arn:aws:iam::aws:policy/ReadOnlyAccess',
          'arn:aws:iam::aws:policy/ReadOnlyAccess',
        ],
      }),
      'ManagedPolicyArns[1] of It is the same as item 0; AWS::IAM::Group takes each once. Leave one out.',
    ],
    [
      'two of what excludes each other',
      only('AWS::Route53::RecordSet', {
        Name: 'a.example.com.',
        Type: 'A',
        TTL: '60',
        ResourceRecords: ['1.2.3.4'],
        HostedZoneId: 'Z1',
        HostedZoneName: 'example.com.',
      }),
      'It states HostedZoneId and HostedZoneName; AWS::Route53::RecordSet takes exactly one of HostedZoneId, HostedZoneName. Leave the other out.',
    ],
    [
      'none of what one is needed of',
      only('AWS::IAM::Policy', {
        PolicyName: 'p',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
        },
      }),
      'It states none of Users, Groups, Roles; AWS::IAM::Policy requires at least one.',
    ],
    [
      'what AWS sets alone',
      only(QUEUE, { Arn: 'arn' }),
      "Arn of It is set by AWS alone. Leave it out; others read it with getAtt('Arn').",
    ],
    [
      'null',
      only(QUEUE, { QueueName: null }),
      'QueueName of It is null, which CloudFormation refuses. Leave it out.',
    ],
    [
      'what no resource has beside its properties',
      templateOf({ It: { Type: QUEUE, Propertys: {} } }),
      'Propertys of It is nothing that a resource has; did you mean Properties?',
    ],
    [
      'a deletion policy of nobody',
      templateOf({ It: { Type: QUEUE, DeletionPolicy: 'Keep' } }),
      "DeletionPolicy of It is 'Keep'; CloudFormation takes Delete, Retain, RetainExceptOnCreate, Snapshot.",
    ],
    [
      'a tag twice',
      only(QUEUE, {
        Tags: [
          { Key: 'team', Value: 'a' },
          { Key: 'team', Value: 'b' },
        ],
      }),
      'Tags of It have the key team twice; AWS takes each once. Leave one out.',
    ],
  ])('%s', (_what, template, sentence) => expectOnly(template, sentence));

  it.each<[string, object]>([
    [
      'texts for numbers and for yes or no',
      only(QUEUE, { VisibilityTimeout: '60', FifoQueue: 'true' }),
    ],
    [
      'numbers and yes or no for texts',
      only('AWS::Lambda::Function', { ...FUNCTION, Environment: { Variables: { A: 1, B: true } } }),
    ],
    ['what is found elsewhere', only(QUEUE, { VisibilityTimeout: '{{resolve:ssm:/timeout}}' })],
    ['custom resources', only('Custom::Anything', { ServiceToken: 'arn', Whatever: [1] })],
    [
      'what a condition may take away',
      only(
        QUEUE,
        { QueueName: { 'Fn::If': ['Named', 'n', { Ref: 'AWS::NoValue' }] } },
        { Conditions: { Named: { 'Fn::Equals': ['a', 'a'] } } },
      ),
    ],
    [
      'properties of macros',
      templateOf(
        { It: { Type: 'AWS::Serverless::Function', Properties: { Any: 1 } } },
        { Transform: 'AWS::Serverless-2016-10-31' },
      ),
    ],
  ])('%s is fine', (_what, template) => expect(validateTemplate(template)).toEqual([]));

  it('warns of what AWS gives up', () => {
    const [warning] = validateTemplate(
      only('AWS::Athena::WorkGroup', { Name: 'w', WorkGroupConfigurationUpdates: {} }),
    );
    expect(warning).toMatchObject({
      severity: 'warning',
      code: 'DEPRECATED_PROPERTY',
      path: 'WorkGroupConfigurationUpdates',
    });
  });
});

describe('values that CloudFormation fills in', () => {
  const sections = {
    Parameters: {
      Seconds: { Type: 'Number', Default: 60 },
      TooLong: { Type: 'Number', Default: 50_000 },
      Name: { Type: 'String' },
      Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' },
      Empty: { Type: 'String', Default: '' },
      Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/not/a/number' },
    },
    Conditions: { Big: { 'Fn::Equals': [{ Ref: 'Name' }, 'big'] } },
    Mappings: { Sizes: { small: { seconds: 1 } } },
  };

  it.each<[string, Properties]>([
    ['a parameter', { VisibilityTimeout: { Ref: 'Seconds' } }],
    ['an empty default', { VisibilityTimeout: { Ref: 'Empty' } }],
    ['a stored parameter', { VisibilityTimeout: { Ref: 'Stored' } }],
    ['a map', { VisibilityTimeout: { 'Fn::FindInMap': ['Sizes', 'small', 'seconds'] } }],
    ['a text with variables', { QueueName: { 'Fn::Sub': '${Name}-jobs !' } }],
    [
      'a text with its own variables',
      { QueueName: { 'Fn::Sub': ['${x}-${AWS::StackName}-${!y}', { x: { Ref: 'Name' } }] } },
    ],
    ['either of two', { VisibilityTimeout: { 'Fn::If': ['Big', 100, 10] } }],
    ['an export', { KmsMasterKeyId: { 'Fn::ImportValue': 'key' } }],
  ])('%s may stand', (_what, properties) =>
    expect(validateTemplate(only(QUEUE, properties, sections))).toEqual([]),
  );

  it.each<[string, Properties, string]>([
    [
      'the default of a parameter',
      { VisibilityTimeout: { Ref: 'TooLong' } },
      'VisibilityTimeout of It is 50000; AWS::SQS::Queue takes 0 to 43200.',
    ],
    [
      'a branch',
      { VisibilityTimeout: { 'Fn::If': ['Big', 100, 'long'] } },
      "VisibilityTimeout of It is 'long'; AWS::SQS::Queue takes a whole number there.",
    ],
    [
      'a list',
      { QueueName: { Ref: 'Subnets' } },
      'QueueName of It is Ref Subnets, which is a list; AWS::SQS::Queue takes a text there. Take one of its items with Fn::Select, or join them with Fn::Join.',
    ],
    [
      'a text',
      { Tags: { Ref: 'Name' } },
      'Tags of It is Ref Name, which is a text; AWS::SQS::Queue takes a list there. Put it into a list.',
    ],
    [
      'no such parameter',
      { QueueName: { Ref: 'Nmae' } },
      'QueueName of It refers to Nmae (Ref), which is nothing in this service; did you mean Name?',
    ],
    [
      'no such pseudo parameter',
      { QueueName: { Ref: 'AWS::StackNam' } },
      'QueueName of It refers to AWS::StackNam (Ref), which is nothing in this service; did you mean AWS::StackName?',
    ],
    [
      'no such variable',
      { QueueName: { 'Fn::Sub': 'a-${Nam}' } },
      'QueueName of It refers to Nam (Fn::Sub), which is nothing in this service; did you mean Name?',
    ],
    [
      'no such condition',
      { QueueName: { 'Fn::If': ['Bigg', 'a', 'b'] } },
      'QueueName of It refers to Bigg (the condition of Fn::If), which is nothing in this service; did you mean Big?',
    ],
    [
      'no such map',
      { QueueName: { 'Fn::FindInMap': ['Size', 'small', 'seconds'] } },
      'QueueName of It refers to Size (Fn::FindInMap), which is nothing in this service; did you mean Sizes?',
    ],
    [
      'no such function',
      { QueueName: { 'Fn::GetAttr': ['It', 'Arn'] } },
      'QueueName of It calls Fn::GetAttr, which CloudFormation does not have; did you mean Fn::GetAtt?',
    ],
    [
      'a function of conditions',
      { QueueName: { 'Fn::Equals': ['a', 'b'] } },
      'QueueName of It calls Fn::Equals, which only conditions may. State it in Conditions, and choose with Fn::If.',
    ],
    [
      'too few arguments',
      { QueueName: { 'Fn::Join': ['-'] } },
      'QueueName of It calls Fn::Join with a list of 1 item; it takes [text between, list].',
    ],
    [
      'a reference to a list',
      { QueueName: { Ref: ['Name'] } },
      'QueueName of It calls Ref with a list of 1 item; it takes the name of a resource or parameter.',
    ],
  ])('%s is told', (_what, properties, sentence) =>
    expect(sentences(only(QUEUE, properties, sections))).toContain(sentence),
  );

  it('an attribute that the type does not have, wherever it is asked for', () => {
    const template = templateOf(
      {
        Jobs: { Type: QUEUE },
        Other: { Type: QUEUE, Properties: { QueueName: { 'Fn::GetAtt': ['Jobs', 'Arm'] } } },
        Third: { Type: QUEUE, Properties: { QueueName: { 'Fn::Sub': '${Jobs.Url}' } } },
      },
      { Outputs: { Out: { Value: { 'Fn::GetAtt': 'Jobs.QueueNam' } } } },
    );
    expect(sentences(template)).toEqual([
      'QueueName of Other asks for Arm of Jobs, which AWS::SQS::Queue does not have; did you mean Arn?',
      'QueueName of Third asks for Url of Jobs, which AWS::SQS::Queue does not have; it has Arn, QueueName, QueueUrl.',
      'Out asks for QueueNam of Jobs, which AWS::SQS::Queue does not have; did you mean QueueName?',
    ]);
  });

  it('conditions that ask for resources, and those of nothing', () => {
    const template = templateOf(
      { Jobs: { Type: QUEUE, Condition: 'Wanted' } },
      { Conditions: { Want: { 'Fn::Equals': [{ Ref: 'Jobs' }, 'a'] } } },
    );
    expect(sentences(template)).toEqual([
      'Jobs refers to Wanted (a condition), which is nothing in this service; did you mean Want?',
      'Fn::Equals[0] of Want refers to the resource Jobs; conditions are decided before there are resources. Refer to a parameter.',
    ]);
  });

  it('an order after nothing', () => {
    expectOnly(
      templateOf({ Jobs: { Type: QUEUE }, Other: { Type: QUEUE, DependsOn: ['Job'] } }),
      'Other refers to Job (DependsOn), which is nothing in this service; did you mean Jobs?',
    );
  });

  it('every circle, as a way round', () => {
    const to = (name: string) => ({ Type: QUEUE, Properties: { QueueName: { Ref: name } } });
    const found = sentences(
      templateOf({
        A: to('B'),
        B: { Type: QUEUE, DependsOn: 'C' },
        C: to('A'),
        Own: to('Own'),
        Fine: to('A'),
      }),
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      /^These resources need each other, so none can be made first: A → B → C → A\./,
    );
    expect(found[1]).toMatch(/^Own needs itself, so it cannot be made: Own → Own\./);
  });
});

describe('limits', () => {
  const many = (count: number, make: (index: number) => unknown) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`R${index}`, make(index)]));

  it('of a template', () => {
    const template = templateOf(
      many(501, () => ({ Type: QUEUE })),
      {
        Description: 'é'.repeat(600),
        Parameters: many(201, () => ({ Type: 'String' })),
        Outputs: many(201, () => ({ Value: 'x' })),
        Mappings: many(201, () => ({ a: { b: 'c' } })),
      },
    );
    expect(sentences(template)).toEqual([
      'The template has 501 resources; CloudFormation takes 500. Move some into a service of their own.',
      'The template has 201 parameters; CloudFormation takes 200. Join some into one.',
      'The template has 201 outputs; CloudFormation takes 200. Leave out what nothing reads.',
      'The template has 201 mappings; CloudFormation takes 200. Join some into one.',
      'The description is 1,200 bytes; CloudFormation takes 1,024. Shorten it.',
    ]);
  });

  it('of its text and its names', () => {
    const findings = validateTemplate(templateOf({ 'my-queue': { Type: QUEUE } }), {
      body: 'x'.repeat(1_048_577),
      stackName: '1st',
    });
    expect(findings.map(({ message }) => message)).toEqual([
      'The template is 1,048,577 bytes; CloudFormation takes 1,048,576. Move inline code and long texts into objects, or some resources into a service of their own.',
      "The stack's name is '1st'; CloudFormation takes a letter and then up to 127 letters, digits and hyphens.",
      "The name 'my-queue' is no logical id: those are up to 255 letters and digits.",
    ]);
  });

  it('of a function', () => {
    const Layers = Array.from(
      { length: 6 },
      (_, index) => `arn:aws:lambda:us-east-1:123456789012:layer:l${index}:1`,
    );
    expect(
      sentences(
        only('AWS::Lambda::Function', {
          ...FUNCTION,
          Layers,
          MemorySize: 64,
          Timeout: 901,
          EphemeralStorage: { Size: 1 },
          Environment: { Variables: { BIG: 'é'.repeat(2_047) } },
        }),
      ),
    ).toEqual([
      'Layers of It has 6 items; AWS::Lambda::Function takes at most 5.',
      'MemorySize of It is 64; AWS::Lambda::Function takes 128 to 32768.',
      'EphemeralStorage.Size of It is 1; AWS::Lambda::Function takes 512 to 32768.',
      'Timeout of It is 901; Lambda takes at most 900 seconds.',
      'The environment of It is at least 4,097 bytes; Lambda takes 4,096. Move what is large into a parameter or an object.',
    ]);
    expectOnly(
      only('AWS::Lambda::Function', { ...FUNCTION, MemorySize: 10_241 }),
      'MemorySize of It is 10241; Lambda takes at most 10,240 MiB.',
    );
  });

  it('of tags', () => {
    const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
    expectOnly(only(QUEUE, { Tags }), 'It has 51 tags; AWS takes 50. Leave some out.');
  });
});

describe('policies', () => {
  const TRUST = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const role = (statements: unknown, more: Properties = {}) =>
    only('AWS::IAM::Role', {
      AssumeRolePolicyDocument: TRUST,
      Policies: [
        { PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } },
      ],
      ...more,
    });
  const allow = (Action: unknown, more: Properties = {}) => ({
    Effect: 'Allow',
    Action,
    Resource: '*',
    ...more,
  });

  it.each<[string, object, string]>([
    [
      'an element of nobody',
      role([{ ...allow('s3:GetObject'), Ressource: 'x' }]),
      'Policies[0].PolicyDocument.Statement[0].Ressource of It: unknown element; allowed are Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition.',
    ],
    [
      'a principal where there is none',
      role([allow('s3:GetObject', { Principal: '*' })]),
      'Policies[0].PolicyDocument.Statement[0].Principal of It: an identity-based policy is about the identity that it is attached to; leave this out.',
    ],
    [
      'an action that no service has',
      role([allow('s3:GetObjct')]),
      'Policies[0].PolicyDocument.Statement[0].Action of It names s3:GetObjct, which is no action of s3; did you mean s3:GetObject?',
    ],
    [
      'a service that there is not',
      role([allow('dynamo:GetItem')]),
      'Policies[0].PolicyDocument.Statement[0].Action of It names dynamo:GetItem, and no service has the prefix dynamo; did you mean dynamodb:GetItem?',
    ],
    [
      'a pattern of nothing',
      role([allow('s3:Gte*')]),
      'Policies[0].PolicyDocument.Statement[0].Action of It names s3:Gte*, which matches no action of s3; did you mean s3:Get*?',
    ],
    [
      'a trust policy with a resource',
      only('AWS::IAM::Role', {
        AssumeRolePolicyDocument: {
          ...TRUST,
          Statement: [{ ...TRUST.Statement[0], Resource: '*' }],
        },
      }),
      'AssumeRolePolicyDocument.Statement[0].Resource of It: a trust policy is about the role that it belongs to; leave the resource out.',
    ],
    [
      'a policy of a queue without a principal',
      only('AWS::SQS::QueuePolicy', {
        Queues: ['q'],
        PolicyDocument: { Version: '2012-10-17', Statement: [allow('SQS:SendMessage')] },
      }),
      'PolicyDocument.Statement[0] of It: say who is meant, such as { "Service": "lambda.amazonaws.com" }.',
    ],
    [
      'a policy in a type that no one thought of',
      only('AWS::Logs::ResourcePolicy', {
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ ...allow('logs:PutLogEvent'), Principal: { Service: 'es.amazonaws.com' } }],
        }),
      }),
      'PolicyDocument.Statement[0].Action of It names logs:PutLogEvent, which is no action of logs; did you mean logs:PutLogEvents?',
    ],
  ])('%s', (_what, template, sentence) => expectOnly(template, sentence));

  it('every mistake of a policy, not the first alone', () => {
    expect(
      sentences(
        role([
          { ...allow('s3:GetObject'), Effect: 'Alow' },
          allow('s3'),
          allow('s3:PutObject', { Resource: 'bucket' }),
        ]),
      ),
    ).toEqual([
      'Policies[0].PolicyDocument.Statement[0].Effect of It: is "Alow"; use "Allow" or "Deny".',
      'Policies[0].PolicyDocument.Statement[1].Action of It: "s3" must be of the form service:Action, such as s3:GetObject.',
      'Policies[0].PolicyDocument.Statement[2].Resource of It: an ARN is arn:partition:service:region:account:resource.',
    ]);
  });

  it('condition keys that AWS lists nowhere are warned of', () => {
    const conditions = (keys: Properties) =>
      role([allow('s3:ListBucket', { Condition: { StringEquals: keys } })]);
    expect(sentences(conditions({ 's3:prefx': 'a', 'aws:SourceAcount': '1' }), 'warning')).toEqual([
      'Policies[0].PolicyDocument.Statement[0].Condition of It asks for s3:prefx, which AWS lists nowhere; did you mean s3:prefix?',
      'Policies[0].PolicyDocument.Statement[0].Condition of It asks for aws:SourceAcount, which AWS lists nowhere; did you mean aws:SourceAccount?',
    ]);
    expect(
      validateTemplate(
        conditions({
          's3:prefix': 'a',
          'AWS:sourceaccount': '1',
          'aws:PrincipalTag/team': 'x',
          's3:ExistingObjectTag/team': 'x',
          'lambda:SourceFunctionArn': 'arn',
        }),
      ),
    ).toEqual([]);
  });

  it('keys of identity providers are theirs', () => {
    const Statement = [
      {
        Effect: 'Allow',
        Principal: { Federated: { Ref: 'Provider' } },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            'token.actions.githubusercontent.com:sub': 'repo:a/b:ref:refs/heads/main',
          },
        },
      },
    ];
    expect(
      validateTemplate(
        only(
          'AWS::IAM::Role',
          { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } },
          { Parameters: { Provider: { Type: 'String' } } },
        ),
      ),
    ).toEqual([]);
  });

  it('what CloudFormation fills in is not judged', () => {
    const template = role([
      {
        Sid: { Ref: 'Name' },
        Effect: { Ref: 'Name' },
        Action: { Ref: 'Name' },
        Resource: [{ 'Fn::GetAtt': ['Jobs', 'Arn'] }, { 'Fn::Sub': '${Name}/*' }],
        Condition: { DateLessThan: { 'aws:CurrentTime': { Ref: 'Name' } } },
      },
      { 'Fn::If': ['Big', allow('s3:GetObject'), { Ref: 'AWS::NoValue' }] },
    ]);
    expect(
      validateTemplate({
        ...template,
        Parameters: { Name: { Type: 'String' } },
        Conditions: { Big: { 'Fn::Equals': ['a', 'b'] } },
        Resources: { ...template.Resources, Jobs: { Type: QUEUE } },
      }),
    ).toEqual([]);
  });

  it('sizes: inline policies together, wherever they stand, a managed one, a trust policy, and how many are attached', () => {
    const big = (characters: number) => ({
      Version: '2012-10-17',
      Statement: [allow('s3:GetObject', { Resource: `arn:aws:s3:::${'b'.repeat(characters)}` })],
    });
    const principals = Array.from(
      { length: 60 },
      (_, index) => `arn:aws:iam::${String(100_000_000_000 + index)}:role/some-role`,
    );
    const findings = validateTemplate(
      templateOf({
        Worker: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: {
              ...TRUST,
              Statement: [{ ...TRUST.Statement[0], Principal: { AWS: principals } }],
            },
            Policies: [{ PolicyName: 'a', PolicyDocument: big(6_000) }],
          },
        },
        More: {
          Type: 'AWS::IAM::Policy',
          Properties: { PolicyName: 'b', PolicyDocument: big(5_000), Roles: [{ Ref: 'Worker' }] },
        },
        Large: {
          Type: 'AWS::IAM::ManagedPolicy',
          Properties: { PolicyDocument: big(6_200), Roles: [{ Ref: 'Worker' }] },
        },
        Many: {
          Type: 'AWS::IAM::Role',
          Properties: {
            AssumeRolePolicyDocument: TRUST,
            ManagedPolicyArns: Array.from(
              { length: 11 },
              (_, index) => `arn:aws:iam::aws:policy/P${index}`,
            ),
          },
        },
      }),
    );
    expect(
      findings.map(({ severity, logicalId, message }) => [
        severity,
        logicalId,
        message.replaceAll(/[\d,]*\d/g, 'N'),
      ]),
    ).toEqual([
      [
        'warning',
        'Worker',
        "The trust policy of Worker is at least N characters; IAM takes N unless the account's quota was raised. Name fewer principals.",
      ],
      ['problem', 'Large', 'The policy Large is at least N characters; IAM takes N. Split it.'],
      [
        'problem',
        'Worker',
        'The inline policies of Worker are at least N characters together; IAM takes N. Name fewer resources one by one, or move statements into an AWS::IAM::ManagedPolicy.',
      ],
      [
        'warning',
        'Many',
        "Many has N managed policies; IAM takes N by default, and up to N where the account's quota was raised. Join some into one.",
      ],
    ]);
  });
});

describe('findings', () => {
  it('come all at once, each with its resource, its property and its line', () => {
    const findings = validateTemplate(
      templateOf({
        Jobs: { Type: QUEUE, Properties: { VisibilityTimeOut: 1, DelaySeconds: 901 } },
        Other: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'Job' } } },
      }),
      { origins: { service: 'app.ts:30', resources: new Map([['Jobs', { at: 'app.ts:12' }]]) } },
    );
    expect(findings.map(({ code, logicalId, path, at }) => [code, logicalId, path, at])).toEqual([
      ['UNKNOWN_PROPERTY', 'Jobs', 'VisibilityTimeOut', 'app.ts:12'],
      ['INVALID_VALUE', 'Jobs', 'DelaySeconds', 'app.ts:12'],
      ['MISSING_RESOURCE', 'Other', 'TopicName', 'app.ts:30'],
    ]);
  });

  it('leave out what the program says is not to be checked, and nothing else', () => {
    const template = templateOf({
      Jobs: {
        Type: QUEUE,
        Properties: { NewThing: { a: [1] }, NewThingToo: 1, QueueName: { Ref: 'Nobody' } },
      },
      Whole: { Type: 'MyOrg::New::Type', Properties: { Any: { Ref: 'Nobody' } } },
    });
    const findings = validateTemplate(template, {
      origins: {
        resources: new Map([
          ['Jobs', { unchecked: ['NewThing'] }],
          ['Whole', { unchecked: true }],
        ]),
      },
    });
    expect(findings.map(({ logicalId, path }) => `${logicalId} ${path}`)).toEqual([
      'Jobs NewThingToo',
      'Jobs QueueName',
      'Whole Any',
    ]);
  });
});
