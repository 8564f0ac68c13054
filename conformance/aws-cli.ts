import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zipSync } from 'fflate';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { run, SCRATCH, VENV } from './processes.ts';

const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

const TEMPLATE = `
Parameters:
  Days: { Type: Number, Default: 7 }
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      RetentionInDays: !Ref Days
      Tags: [{ Key: topic, Value: !Ref Topic }]
Outputs:
  TopicArn: { Value: !Ref Topic }
  LogsArn: { Value: !GetAtt Logs.Arn }
`;

/** What `cloudformation package` must replace: a folder of code, and a template of its own. */
const LOCAL = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  Fn:
    Type: AWS::Lambda::Function
    Properties:
      { FunctionName: packaged, Runtime: nodejs24.x, Handler: index.handler, Code: ./code, Role: !GetAtt Role.Arn }
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./template.yaml }
Outputs:
  InnerTopic: { Value: !GetAtt Inner.Outputs.TopicArn }
`;

/** `cloudformation deploy` names its change set by the second. */
const nextSecond = () => sleep(1_000);

/** The AWS CLI from PyPI, against the embedded cloud. */
export const awsCliChecks = (endpoint: string): readonly Check[] => {
  const aws = (...args: readonly string[]) =>
    run(join(VENV, 'aws'), ['--output', 'json', ...args], { AWS_ENDPOINT_URL: endpoint });
  const file = (name: string) => join(SCRATCH, name);
  writeFileSync(file('small.txt'), 'hello from the AWS CLI');
  writeFileSync(file('large.bin'), randomBytes(20 * 1024 * 1024));
  writeFileSync(file('template.yaml'), TEMPLATE);
  mkdirSync(file('tree/deep'), { recursive: true });
  writeFileSync(file('tree/a.txt'), 'a');
  writeFileSync(file('tree/deep/b c.txt'), 'b');
  const code = `export const handler = async (event) => { console.log('seen', event.name); return { hello: event.name }; };`;
  writeFileSync(file('function.zip'), zipSync({ 'index.mjs': new TextEncoder().encode(code) }));
  mkdirSync(file('code'), { recursive: true });
  writeFileSync(file('code/index.mjs'), code);
  writeFileSync(file('local.yaml'), LOCAL);
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  });
  const checks: readonly (readonly [string, () => Promise<void>])[] = [
    [
      'sts get-caller-identity',
      async () => expect((await aws('sts', 'get-caller-identity')).includes(':root'), 'no root'),
    ],
    ['s3 mb', async () => void (await aws('s3', 'mb', 's3://conformance'))],
    [
      's3 cp up and down, small',
      async () => {
        await aws('s3', 'cp', file('small.txt'), 's3://conformance/small.txt');
        await aws('s3', 'cp', 's3://conformance/small.txt', file('small.back'));
        expect(hash(file('small.txt')) === hash(file('small.back')), 'the bytes differ');
      },
    ],
    [
      's3 cp up and down, 20 MB in parts',
      async () => {
        await aws('s3', 'cp', file('large.bin'), 's3://conformance/large.bin');
        await aws('s3', 'cp', 's3://conformance/large.bin', file('large.back'));
        expect(hash(file('large.bin')) === hash(file('large.back')), 'the bytes differ');
      },
    ],
    [
      's3 sync, and again without a copy',
      async () => {
        await aws('s3', 'sync', file('tree'), 's3://conformance/tree');
        expect(
          (await aws('s3', 'sync', file('tree'), 's3://conformance/tree')).trim() === '',
          'the second sync copied',
        );
        expect(
          (await aws('s3', 'ls', '--recursive', 's3://conformance/tree/')).includes('deep/b c.txt'),
          'a key is missing',
        );
      },
    ],
    [
      's3 presign',
      async () => {
        const answer = await fetch(
          (await aws('s3', 'presign', 's3://conformance/small.txt')).trim(),
        );
        expect(
          (await answer.text()) === 'hello from the AWS CLI',
          `the URL answered ${answer.status}`,
        );
      },
    ],
    [
      's3api head-object, list-object-versions',
      async () => {
        expect(
          (
            await aws('s3api', 'head-object', '--bucket', 'conformance', '--key', 'small.txt')
          ).includes('"ContentLength": 22'),
          'wrong length',
        );
        expect(
          (
            await aws(
              's3api',
              'list-object-versions',
              '--bucket',
              'conformance',
              '--prefix',
              'small',
            )
          ).includes('"VersionId": "null"'),
          'no version',
        );
      },
    ],
    [
      's3 rm, rb',
      async () => {
        await aws('s3', 'rm', '--recursive', 's3://conformance');
        await aws('s3', 'rb', 's3://conformance');
      },
    ],
    [
      'cloudformation deploy',
      async () =>
        void (await aws(
          'cloudformation',
          'deploy',
          '--stack-name',
          'cli',
          '--template-file',
          file('template.yaml'),
        )),
    ],
    [
      'cloudformation deploy without a change',
      async () => {
        await nextSecond();
        const text = await aws(
          'cloudformation',
          'deploy',
          '--stack-name',
          'cli',
          '--template-file',
          file('template.yaml'),
          '--no-fail-on-empty-changeset',
        );
        expect(text.includes('No changes to deploy'), text);
      },
    ],
    [
      'cloudformation deploy with a parameter changed',
      async () => {
        await nextSecond();
        await aws(
          'cloudformation',
          'deploy',
          '--stack-name',
          'cli',
          '--template-file',
          file('template.yaml'),
          '--parameter-overrides',
          'Days=14',
        );
        expect(
          (await aws('logs', 'describe-log-groups')).includes('"retentionInDays": 14'),
          'retention is not 14',
        );
      },
    ],
    [
      'cloudformation describe-stacks, events, resources, validate-template',
      async () => {
        expect(
          (await aws('cloudformation', 'describe-stacks', '--stack-name', 'cli')).includes(
            'UPDATE_COMPLETE',
          ),
          'not updated',
        );
        expect(
          (await aws('cloudformation', 'describe-stack-events', '--stack-name', 'cli')).includes(
            'CREATE_COMPLETE',
          ),
          'no events',
        );
        expect(
          (await aws('cloudformation', 'list-stack-resources', '--stack-name', 'cli')).includes(
            'AWS::SNS::Topic',
          ),
          'no topic',
        );
        expect(
          (
            await aws(
              'cloudformation',
              'validate-template',
              '--template-body',
              `file://${file('template.yaml')}`,
            )
          ).includes('"Days"'),
          'no parameter',
        );
      },
    ],
    [
      'cloudformation package, then deploy: a folder of code and a nested template',
      async () => {
        await aws('s3', 'mb', 's3://packages');
        const packaged = file('packaged.yaml');
        await aws(
          'cloudformation',
          'package',
          '--template-file',
          file('local.yaml'),
          '--s3-bucket',
          'packages',
          '--output-template-file',
          packaged,
        );
        await aws(
          'cloudformation',
          'deploy',
          '--stack-name',
          'packaged',
          '--template-file',
          packaged,
          '--capabilities',
          'CAPABILITY_IAM',
        );
        const answer = file('packaged.json');
        await aws(
          'lambda',
          'invoke',
          '--function-name',
          'packaged',
          '--payload',
          '{"name":"package"}',
          answer,
        );
        expect(
          readFileSync(answer, 'utf8') === '{"hello":"package"}',
          readFileSync(answer, 'utf8'),
        );
        expect(
          (await aws('cloudformation', 'describe-stacks', '--stack-name', 'packaged')).includes(
            'arn:aws:sns:',
          ),
          'no output of the nested stack',
        );
        await aws('cloudformation', 'delete-stack', '--stack-name', 'packaged');
        await aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'packaged');
      },
    ],
    [
      'cloudformation delete-stack, wait',
      async () => {
        await aws('cloudformation', 'delete-stack', '--stack-name', 'cli');
        await aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'cli');
      },
    ],
    [
      'iam create-role, attach-role-policy',
      async () => {
        await aws(
          'iam',
          'create-role',
          '--role-name',
          'cli',
          '--assume-role-policy-document',
          trust,
        );
        await aws(
          'iam',
          'attach-role-policy',
          '--role-name',
          'cli',
          '--policy-arn',
          'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
        );
      },
    ],
    [
      'lambda create-function, wait',
      async () => {
        await aws(
          'lambda',
          'create-function',
          '--function-name',
          'cli',
          '--runtime',
          'nodejs24.x',
          '--handler',
          'index.handler',
          '--role',
          'arn:aws:iam::000000000000:role/cli',
          '--zip-file',
          `fileb://${file('function.zip')}`,
        );
        await aws('lambda', 'wait', 'function-active-v2', '--function-name', 'cli');
      },
    ],
    [
      'lambda invoke',
      async () => {
        await aws(
          'lambda',
          'invoke',
          '--function-name',
          'cli',
          '--payload',
          '{"name":"cli"}',
          file('answer.json'),
        );
        expect(
          readFileSync(file('answer.json'), 'utf8') === '{"hello":"cli"}',
          readFileSync(file('answer.json'), 'utf8'),
        );
      },
    ],
    [
      'lambda get-function, list-functions',
      async () => {
        expect(
          (await aws('lambda', 'get-function', '--function-name', 'cli')).includes(
            '"State": "Active"',
          ),
          'not active',
        );
        expect(
          (await aws('lambda', 'list-functions')).includes('"FunctionName": "cli"'),
          'not listed',
        );
      },
    ],
    [
      // PyPI has version 1 of the AWS CLI, which has no `logs tail`; version 2's makes this call.
      'logs filter-log-events, as logs tail asks',
      async () =>
        expect(
          (
            await aws(
              'logs',
              'filter-log-events',
              '--log-group-name',
              '/aws/lambda/cli',
              '--interleaved',
              '--start-time',
              String(Date.now() - 300_000),
            )
          ).includes('seen cli'),
          'the line is missing',
        ),
    ],
    [
      'sns create-topic, publish',
      async () => {
        await aws('sns', 'create-topic', '--name', 'cli');
        expect(
          (
            await aws(
              'sns',
              'publish',
              '--topic-arn',
              'arn:aws:sns:us-east-1:000000000000:cli',
              '--message',
              'hi',
            )
          ).includes('MessageId'),
          'no id',
        );
      },
    ],
    [
      'sqs create-queue, send, receive, delete, list',
      async () => {
        // For SQS alone this client does not look at AWS_ENDPOINT_URL.
        const sqs = (...args: readonly string[]) => aws('--endpoint-url', endpoint, 'sqs', ...args);
        const read = (text: string) =>
          JSON.parse(text === '' ? '{}' : text) as Record<string, never>;
        const made = read(
          await sqs('create-queue', '--queue-name', 'cli.fifo', '--attributes', 'FifoQueue=true'),
        );
        const queue = ['--queue-url', String(made['QueueUrl'])];
        await sqs(
          'send-message',
          ...queue,
          '--message-body',
          'hello',
          '--message-group-id',
          'g',
          '--message-deduplication-id',
          'd',
          '--message-attributes',
          '{"a":{"DataType":"String","StringValue":"b"}}',
        );
        const { Messages: messages = [] } = read(
          await sqs(
            'receive-message',
            ...queue,
            '--message-attribute-names',
            'All',
            '--attribute-names',
            'All',
          ),
        ) as {
          readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
        };
        expect(messages[0]?.Body === 'hello', 'no message');
        expect(JSON.stringify(messages).includes('"StringValue":"b"'), 'no attribute');
        await sqs('delete-message', ...queue, '--receipt-handle', messages[0]?.ReceiptHandle ?? '');
        const left = await sqs('get-queue-attributes', ...queue, '--attribute-names', 'All');
        expect(left.includes('"ApproximateNumberOfMessagesNotVisible": "0"'), 'not deleted');
        expect((await sqs('list-queues')).includes('/cli.fifo'), 'not listed');
        await sqs('delete-queue', ...queue);
      },
    ],
    [
      'cloudwatch put-metric-data, list-metrics',
      async () => {
        await aws(
          'cloudwatch',
          'put-metric-data',
          '--namespace',
          'Cli',
          '--metric-name',
          'Things',
          '--value',
          '3',
        );
        expect(
          (await aws('cloudwatch', 'list-metrics', '--namespace', 'Cli')).includes('Things'),
          'not listed',
        );
      },
    ],
    [
      'apigatewayv2 create-api, get-apis',
      async () => {
        await aws('apigatewayv2', 'create-api', '--name', 'cli', '--protocol-type', 'HTTP');
        expect((await aws('apigatewayv2', 'get-apis')).includes('ApiEndpoint'), 'not listed');
      },
    ],
  ];
  return checks.map(([name, check]) => ({ name, run: check }));
};
