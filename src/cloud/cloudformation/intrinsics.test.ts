import { ValidateTemplateCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFakeQueues, startStacks } from './fixtures/stacks.ts';

const fakes = createFakeQueues();
let cloud: Awaited<ReturnType<typeof startStacks>>;
let stacks = 0;

beforeAll(async () => {
  cloud = await startStacks([fakes.provider]);
});
afterAll(() => cloud.stop());

const BASE = {
  Transform: 'AWS::LanguageExtensions',
  Parameters: {
    List: { Type: 'CommaDelimitedList', Default: 'a, b,c' },
    Stage: { Type: 'String', Default: 'prod' },
    Number: { Type: 'Number', Default: '3' },
  },
  Mappings: {
    Sizes: { prod: { small: '1', large: '9', names: ['x', 'y'] }, dev: { small: '0' } },
    Regions: { 'us-east-1': { bucket: 'east' } },
  },
  Conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    IsDev: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    Both: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Not': [{ Condition: 'IsDev' }] }] },
    Either: { 'Fn::Or': [{ Condition: 'IsDev' }, { 'Fn::Equals': ['a', 'a'] }] },
  },
};

/** What an expression comes to, as an output of a stack. */
const outputOf = async (expression: unknown): Promise<string> => {
  stacks += 1;
  const stack = await cloud.create(
    `intrinsic-${stacks}`,
    {
      ...BASE,
      Resources: {
        Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: `queue-${stacks}` } },
      },
      Outputs: { Value: { Value: expression } },
    },
    { Capabilities: ['CAPABILITY_AUTO_EXPAND'] },
  );
  if (stack.StackStatus !== 'CREATE_COMPLETE')
    throw new TypeError(`${stack.StackStatus} ${stack.StackStatusReason}`);
  return stack.Outputs?.[0]?.OutputValue ?? '';
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
it.each<[unknown, string | RegExp]>([
  [{ Ref: 'Stage' }, 'prod'],
  [{ Ref: 'Number' }, '3'],
  [{ Ref: 'Queue' }, /^queue-\d+$/],
  [{ Ref: 'AWS::Region' }, 'us-east-1'],
  [{ Ref: 'AWS::AccountId' }, '000000000000'],
  [{ Ref: 'AWS::Partition' }, 'aws'],
  [{ Ref: 'AWS::URLSuffix' }, 'amazonaws.com'],
  [{ Ref: 'AWS::StackName' }, /^intrinsic-\d+$/],
  [{ Ref: 'AWS::StackId' }, /^arn:aws:cloudformation:us-east-1:000000000000:stack\/intrinsic-/],
  [{ 'Fn::GetAtt': ['Queue', 'Arn'] }, /^arn:aws:sqs:us-east-1:000000000000:queue-\d+$/],
  [{ 'Fn::GetAtt': 'Queue.Arn' }, /^arn:aws:sqs:/],
  [{ 'Fn::Join': ['-', ['a', { Ref: 'Stage' }, 'c']] }, 'a-prod-c'],
  [{ 'Fn::Join': ['', { Ref: 'List' }] }, 'abc'],
  [{ 'Fn::Join': ['+', { 'Fn::Split': ['/', 'x/y/z'] }] }, 'x+y+z'],
  [{ 'Fn::Select': [1, { Ref: 'List' }] }, 'b'],
  [{ 'Fn::Select': ['2', ['x', 'y', { Ref: 'Stage' }]] }, 'prod'],
  [{ 'Fn::Select': ['0', { 'Fn::Split': ['|', 'a|b'] }] }, 'a'],
  [{ 'Fn::Sub': '${Stage}-${AWS::Region}-${!Literal}' }, 'prod-us-east-1-${Literal}'],
  [{ 'Fn::Sub': '${Queue.Arn}/*' }, /^arn:aws:sqs:.*\/\*$/],
  [{ 'Fn::Sub': ['${A}-${Stage}', { A: { 'Fn::Select': [0, { Ref: 'List' }] } }] }, 'a-prod'],
  [{ 'Fn::Base64': { 'Fn::Sub': 'hello ${Stage}' } }, 'aGVsbG8gcHJvZA=='],
  [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'large'] }, '9'],
  [{ 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'bucket'] }, 'east'],
  [{ 'Fn::Select': [1, { 'Fn::FindInMap': ['Sizes', 'prod', 'names'] }] }, 'y'],
  [{ 'Fn::FindInMap': ['Sizes', 'prod', 'none', { DefaultValue: 'fallback' }] }, 'fallback'],
  [{ 'Fn::If': ['IsProd', 'yes', 'no'] }, 'yes'],
  [{ 'Fn::If': ['IsDev', 'yes', 'no'] }, 'no'],
  [{ 'Fn::If': ['Both', { 'Fn::If': ['Either', 'deep', 'x'] }, 'no'] }, 'deep'],
  [
    { 'Fn::Join': [',', { 'Fn::Cidr': ['10.0.0.0/16', 3, 8] }] },
    '10.0.0.0/24,10.0.1.0/24,10.0.2.0/24',
  ],
  [{ 'Fn::Select': [0, { 'Fn::Cidr': ['10.0.0.0/24', '4', '5'] }] }, '10.0.0.0/27'],
  [{ 'Fn::Select': [1, { 'Fn::Cidr': ['2001:db8::/56', 2, 64] }] }, /^2001:db8:0:1::\/64$/],
  [{ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
  [{ 'Fn::Select': [1, { 'Fn::GetAZs': { Ref: 'AWS::Region' } }] }, 'us-east-1b'],
  [{ 'Fn::Length': ['a', 'b', { Ref: 'Stage' }] }, '3'],
  [{ 'Fn::Length': { Ref: 'List' } }, '3'],
  [{ 'Fn::ToJsonString': { a: { Ref: 'Stage' }, b: [1, true] } }, '{"a":"prod","b":[1,true]}'],
])('%j comes to %s', async (expression, value) => {
  const found = await outputOf(expression);
  if (value instanceof RegExp) expect(found).toMatch(value);
  else expect(found).toBe(value);
});

it.each<[unknown, RegExp]>([
  [{ 'Fn::Select': [5, ['a']] }, /Fn::Select cannot select nonexistent value at index 5/],
  [{ 'Fn::FindInMap': ['Sizes', 'prod', 'none'] }, /Unable to get mapping for Sizes::prod::none/],
  [{ 'Fn::FindInMap': ['None', 'a', 'b'] }, /Mapping named 'None' is not present/],
  [{ 'Fn::Nothing': ['a'] }, /Fn::Nothing/],
  [{ 'Fn::Join': ['-', 'text'] }, /Fn::Join/],
  [{ 'Fn::If': ['Nobody', 'a', 'b'] }, /Nobody/],
  [{ 'Fn::Sub': '${Nobody}' }, /Nobody/],
  [{ 'Fn::GetAtt': ['Queue', 'Nothing'] }, /Nothing/],
])('%j is refused', async (expression, message) => {
  await expect(outputOf(expression)).rejects.toThrow(message);
});

it('YAML says the same in its short forms', async () => {
  const stack = await cloud.create(
    'short',
    `
Parameters:
  Stage: { Type: String, Default: prod }
  List: { Type: CommaDelimitedList, Default: "a,b" }
Mappings:
  Sizes: { prod: { large: 9 } }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Not: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Or [!Condition Not, !Equals [a, a]]]
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "q-\${Stage}" } }
  Never: { Type: AWS::SQS::Queue, Condition: Not }
Outputs:
  Ref: { Value: !Ref Queue }
  GetAtt: { Value: !GetAtt Queue.Arn }
  Join: { Value: !Join ["-", [a, !Ref Stage]] }
  Select: { Value: !Select [1, !Ref List] }
  Split: { Value: !Join ["+", !Split ["/", x/y]] }
  Sub: { Value: !Sub ["\${A}", { A: !Base64 hello }] }
  Map: { Value: !FindInMap [Sizes, !Ref Stage, large] }
  If: { Value: !If [Both, chosen, not] }
  Cidr: { Value: !Select [0, !Cidr [10.0.0.0/16, 1, 8]] }
  Zone: { Value: !Select [0, !GetAZs ""] }
`,
  );
  expect(
    Object.fromEntries(
      (stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]),
    ),
  ).toEqual({
    Ref: 'q-prod',
    GetAtt: 'arn:aws:sqs:us-east-1:000000000000:q-prod',
    Join: 'a-prod',
    Select: 'b',
    Split: 'x+y',
    Sub: 'aGVsbG8=',
    Map: '9',
    If: 'chosen',
    Cidr: '10.0.0.0/24',
    Zone: 'us-east-1a',
  });
  expect(
    (await cloud.resources('short')).map(({ LogicalResourceId }) => LogicalResourceId),
  ).toEqual(['Queue']);
});

it('a property that is NoValue is not there', async () => {
  await cloud.create('no-value', {
    Resources: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: 'no-value', DelaySeconds: { Ref: 'AWS::NoValue' } },
      },
    },
  });
  expect(fakes.queues.get('no-value')).toEqual({ QueueName: 'no-value' });
});

it('functions stand where AWS lets them stand, and nowhere else', async () => {
  const refused = (template: object) =>
    expect(
      cloud.client.send(new ValidateTemplateCommand({ TemplateBody: JSON.stringify(template) })),
    ).rejects;
  const Resources = { A: { Type: 'AWS::SQS::Queue' } };
  await refused({
    Parameters: { P: { Type: 'String', Default: { Ref: 'AWS::Region' } } },
    Resources,
  }).toThrow(/Default/);
  await refused({ Mappings: { M: { a: { b: { Ref: 'AWS::Region' } } } }, Resources }).toThrow(
    /Mapping/i,
  );
  await refused({
    Conditions: { C: { 'Fn::Equals': [{ 'Fn::GetAtt': ['A', 'Arn'] }, 'x'] } },
    Resources,
  }).toThrow(/Fn::GetAtt/);
});
