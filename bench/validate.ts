// A template of 500 resources validated, beside its text read and written, and the first validation of a process. Usage: node bench/validate.ts
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { median, ROOT } from './measure.ts';

const RESOURCES = 500;
const ROUNDS = 30;
const FUNCTIONS = RESOURCES / 5;

/** A function, its role, its log group, a queue and an alarm, a hundred times: what services are made of. */
const template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Resources: Object.fromEntries(
    Array.from({ length: FUNCTIONS }, (_, index) => [
      [
        `Work${index}`,
        {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Architectures: ['arm64'],
            Code: { S3Bucket: 'archives', S3Key: 'imager.zip' },
            Environment: {
              Variables: { SPARTA_FUNCTION: `Work${index}`, JOBS: { Ref: `Jobs${index}` } },
            },
            Handler: 'index.handler',
            LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: `Work${index}Logs` } },
            MemorySize: 512,
            Role: { 'Fn::GetAtt': [`Work${index}Role`, 'Arn'] },
            Runtime: 'nodejs24.x',
            Timeout: 20,
          },
        },
      ],
      [
        `Work${index}Role`,
        {
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
                PolicyName: 'work',
                PolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [
                    {
                      Effect: 'Allow',
                      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                      Resource: { 'Fn::GetAtt': [`Work${index}Logs`, 'Arn'] },
                    },
                    {
                      Effect: 'Allow',
                      Action: ['sqs:SendMessage', 'sqs:Get*'],
                      Resource: { 'Fn::GetAtt': [`Jobs${index}`, 'Arn'] },
                      Condition: {
                        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
      [
        `Work${index}Logs`,
        {
          Type: 'AWS::Logs::LogGroup',
          Properties: {
            LogGroupName: { 'Fn::Sub': `/aws/lambda/\${AWS::StackName}-Work${index}` },
            RetentionInDays: 30,
          },
        },
      ],
      [
        `Jobs${index}`,
        {
          Type: 'AWS::SQS::Queue',
          Properties: { VisibilityTimeout: 60, Tags: [{ Key: 'team', Value: 'imaging' }] },
        },
      ],
      [
        `Late${index}`,
        {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            ComparisonOperator: 'GreaterThanThreshold',
            Dimensions: [
              { Name: 'QueueName', Value: { 'Fn::GetAtt': [`Jobs${index}`, 'QueueName'] } },
            ],
            EvaluationPeriods: 1,
            MetricName: 'ApproximateAgeOfOldestMessage',
            Namespace: 'AWS/SQS',
            Period: 60,
            Statistic: 'Maximum',
            Threshold: 300,
          },
        },
      ],
    ]).flat(),
  ),
};
const text = JSON.stringify(template, null, 2);

const timed = (work: () => unknown): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

if (process.argv[2] === 'once') {
  const start = performance.now();
  const { validateTemplate } = await import('../src/validate/index.ts');
  const loaded = performance.now() - start;
  process.stdout.write(`${loaded} ${timed(() => validateTemplate(template, { body: text }))}`);
} else {
  const { validateTemplate } = await import('../src/validate/index.ts');
  const found = validateTemplate(template, { body: text });
  if (found.length > 0) throw new Error(found.map(({ message }) => message).join('\n'));
  const floor: number[] = [];
  const own: number[] = [];
  for (let round = -5; round < ROUNDS; round += 1) {
    const floorMs = timed(() => JSON.stringify(JSON.parse(text), null, 2));
    const ownMs = timed(() => validateTemplate(template, { body: text }));
    if (round < 0) continue;
    floor.push(floorMs);
    own.push(ownMs);
  }
  const script = pathToFileURL(join(ROOT, 'bench', 'validate.ts'));
  const first = Array.from({ length: 9 }, () =>
    execFileSync(process.execPath, [script.pathname, 'once'], { encoding: 'utf8' })
      .split(' ')
      .map(Number),
  );
  const row = (name: string, value: number) =>
    `| ${name} | ${value.toFixed(1)} | ${(value / median(floor)).toFixed(2)} |`;
  process.stdout.write(
    [
      `### A template of ${RESOURCES} resources, ${Math.round(text.length / 1024)} KB`,
      '',
      '| | median ms | ratio to the first |',
      '|---|---:|---:|',
      row('its text read and written as JSON', median(floor)),
      row('validated', median(own)),
      row(
        'validated by a new process, the data read with it',
        median(first.map(([, ms = 0]) => ms)),
      ),
      '',
    ].join('\n'),
  );
}
