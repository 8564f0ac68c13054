import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { SetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../cloud/index.ts';
import { startCloud } from '../../cloud/index.ts';
import type { Answer } from '../fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../fixtures/scripted-aws.ts';
import { scriptStack } from '../fixtures/scripted-stack.ts';
import type { DriftPolicy, Progress } from '../index.ts';
import { openTarget, provision } from '../index.ts';

let cloud: RunningCloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud.stop());

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'us-east-1';

const deploy = async (
  endpoint: string,
  stackName: string,
  template: object,
  drift?: DriftPolicy,
) => {
  const progress: Progress[] = [];
  const ended = await provision(openTarget({ endpoint, region, credentials }), {
    stackName,
    templateBody: JSON.stringify(template),
    template,
    ...(drift === undefined ? {} : { drift }),
    onProgress: (step) => {
      progress.push(step);
    },
    signal: new AbortController().signal,
    command: (verb) => `node app.ts ${verb}`,
  }).then(
    ({ outcome }) => ({ outcome, error: undefined }),
    (error: unknown) => ({ outcome: undefined, error }),
  );
  return { ...ended, drift: progress.filter(({ kind }) => kind.startsWith('drift')) };
};

const template = (name: string, days: number) => ({
  Resources: {
    Log: {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: `/${name}`, RetentionInDays: days },
    },
    Other: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: `/${name}/other` } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name, DisplayName: 'said' } },
  },
});

const tamper = async (name: string) => {
  const settings = { endpoint: cloud.url, region, credentials };
  const logs = new CloudWatchLogsClient(settings);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName: `/${name}`, retentionInDays: 30 }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: `/${name}/other` }));
  await new SNSClient(settings).send(
    new SetTopicAttributesCommand({
      TopicArn: `arn:aws:sns:us-east-1:000000000000:${name}`,
      AttributeName: 'DisplayName',
      AttributeValue: 'by hand',
    }),
  );
};

it('is not told of where there is none, and not looked for in a stack that is not there', async () => {
  expect(await deploy(cloud.url, 'calm', template('calm', 7), 'stop')).toMatchObject({
    outcome: 'created',
    drift: [],
  });
  expect(await deploy(cloud.url, 'calm', template('calm', 7), 'stop')).toMatchObject({
    outcome: 'unchanged',
    drift: [],
  });
});

it('is told before and after, with what becomes of it; stop stops, warn goes on, ignore does not look', async () => {
  await deploy(cloud.url, 'touched', template('touched', 7));
  await tamper('touched');
  const found = (fate: string) => [
    {
      kind: 'drift',
      resources: expect.arrayContaining([
        expect.objectContaining({
          logicalId: 'Log',
          state: 'modified',
          properties: [{ path: '/RetentionInDays', expected: '7', actual: '30', fate }],
        }),
        expect.objectContaining({ logicalId: 'Other', state: 'deleted' }),
        expect.objectContaining({
          logicalId: 'Topic',
          properties: [
            { path: '/DisplayName', expected: 'said', actual: 'by hand', fate: 'untouched' },
          ],
        }),
      ]),
    },
  ];
  const ignored = await deploy(cloud.url, 'touched', template('touched', 7), 'ignore');
  expect(ignored).toMatchObject({ outcome: 'unchanged', drift: [] });
  const unchanged = await deploy(cloud.url, 'touched', template('touched', 7), 'warn');
  expect(unchanged).toMatchObject({ outcome: 'unchanged', drift: found('untouched') });
  const stopped = await deploy(cloud.url, 'touched', template('touched', 14), 'stop');
  expect(stopped).toMatchObject({ drift: found('overwritten'), error: { code: 'DRIFTED' } });
  const again = await deploy(cloud.url, 'touched', template('touched', 7), 'stop');
  expect(again).toMatchObject({ error: { code: 'DRIFTED' } });
  const warned = await deploy(cloud.url, 'touched', template('touched', 14), 'warn');
  expect(warned).toMatchObject({ outcome: 'updated', drift: found('overwritten') });
});

const onScriptedAws = async (answers: Readonly<Record<string, Answer>>, drift: DriftPolicy) => {
  const { script } = scriptStack('Imager', {
    status: 'CREATE_COMPLETE',
    changes: "didn't contain changes",
  });
  const aws = await scriptAws({ ...script, ...answers });
  try {
    return await deploy(aws.url, 'Imager', { Resources: {} }, drift);
  } finally {
    await aws.close();
  }
};

it('that cannot be looked for is said, and only stop minds', async () => {
  const refusals: readonly (readonly [answers: Readonly<Record<string, Answer>>, why: string])[] = [
    [
      {
        DetectStackDrift: () =>
          new Fault('AccessDenied', 'not authorized: cloudformation:DetectStackDrift', 403),
      },
      'not authorized: cloudformation:DetectStackDrift',
    ],
    [
      {
        DetectStackDrift: () =>
          new Fault('ValidationError', 'Drift detection is already in progress for this stack'),
      },
      'Drift detection is already in progress for this stack',
    ],
    [
      {
        DetectStackDrift: () => ({ StackDriftDetectionId: 'd' }),
        DescribeStackDriftDetectionStatus: () => ({
          DetectionStatus: 'DETECTION_FAILED',
          DetectionStatusReason: 'no permission to read Log',
        }),
        DescribeStackResourceDrifts: () => ({}),
      },
      'no permission to read Log',
    ],
  ];
  for (const [answers, why] of refusals) {
    expect(await onScriptedAws(answers, 'warn')).toMatchObject({
      outcome: 'unchanged',
      drift: [{ kind: 'drift-unknown', why }],
    });
    expect(await onScriptedAws(answers, 'stop')).toMatchObject({
      error: { code: 'DRIFT_UNKNOWN', message: expect.stringContaining(why) },
    });
  }
});
