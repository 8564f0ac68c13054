import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { FIXTURES, installed, run, SCRATCH } from './processes.ts';

const waitFor = async <R>(what: string, look: () => Promise<R | undefined>): Promise<R> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
};

/** The AWS CDK's own command line, unmodified, on the embedded cloud: an app is deployed, used, changed and destroyed. */
export const cdkChecks = (endpoint: string): readonly Check[] => {
  const modules = installed('cdk');
  const app = join(SCRATCH, 'cdk-app');
  cpSync(join(FIXTURES, 'cdk'), app, { recursive: true });
  symlinkSync(join(modules, 'node_modules'), join(app, 'node_modules'));
  const cdk = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(
      process.execPath,
      [join(modules, 'node_modules', 'aws-cdk', 'bin', 'cdk'), ...args],
      { AWS_ENDPOINT_URL: endpoint, CI: '1', ...env },
      app,
    );
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const sns = new SNSClient(settings);
  const logs = new CloudWatchLogsClient(settings);
  const cloudformation = new CloudFormationClient(settings);
  const stackStatus = async () => {
    const { Stacks = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: 'Conformance' }),
    );
    return Stacks[0]?.StackStatus ?? 'none';
  };
  const outputs = new Map<string, string>();
  const output = (name: string) => outputs.get(name) ?? '';
  const readOutputs = (text: string) => {
    for (const [, name = '', value = ''] of text.matchAll(/^Conformance\.(\w+) = (.*)$/gm))
      outputs.set(name, value);
  };
  const objectSays = (Key: string, text: string) =>
    waitFor(`the object ${Key}`, async () => {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: output('BucketName'), Key }));
        return (await Body?.transformToString()) === text ? true : undefined;
      } catch {
        return undefined;
      }
    });
  return [
    {
      name: 'cdk bootstrap',
      run: async () =>
        expect(
          (await cdk(['bootstrap', 'aws://000000000000/us-east-1'])).includes('bootstrapped'),
          'not bootstrapped',
        ),
    },
    {
      name: 'cdk deploy',
      run: async () => {
        readOutputs(await cdk(['deploy', '--require-approval', 'never']));
        expect(output('Shouted') === 'CONFORMANCE', `the custom resource: ${output('Shouted')}`);
        expect(output('InnerGroup') !== '', 'no output of the nested stack');
      },
    },
    {
      name: 'the API answers, and the function has written with its grant',
      run: async () => {
        const answer = await fetch(`${output('ApiUrl')}/hello/cdk`);
        expect(
          (await answer.text()) === '{"message":"Hello cdk"}',
          `the API answered ${answer.status}`,
        );
        await objectSays('cdk', 'Hello cdk');
      },
    },
    {
      name: 'the topic wakes the function',
      run: async () => {
        await sns.send(
          new PublishCommand({ TopicArn: output('TopicArn'), Message: 'from-the-topic' }),
        );
        await objectSays('from-the-topic', 'Hello from-the-topic');
      },
    },
    {
      name: 'an object wakes the function: the notification was put by CDK’s own Python function',
      run: async () => {
        await s3.send(
          new PutObjectCommand({ Bucket: output('BucketName'), Key: 'in/photo', Body: 'x' }),
        );
        await objectSays('out/photo', 'Hello out/photo');
      },
    },
    {
      name: 'cdk diff finds nothing',
      run: async () => {
        const text = await cdk(['diff']);
        expect(/no differences|Number of stacks with differences: 0/i.test(text), text);
      },
    },
    {
      name: 'cdk deploy of a change',
      run: async () => {
        await cdk(['deploy', '--require-approval', 'never'], { GREETING: 'Good day' });
        const answer = await fetch(`${output('ApiUrl')}/hello/again`);
        expect((await answer.text()) === '{"message":"Good day again"}', 'the old greeting');
      },
    },
    {
      name: 'cdk deploy --hotswap',
      run: async () => {
        await cdk(['deploy', '--hotswap', '--require-approval', 'never'], { GREETING: 'Swapped' });
        const answer = await fetch(`${output('ApiUrl')}/hello/hot`);
        expect((await answer.text()) === '{"message":"Swapped hot"}', 'the old greeting');
      },
    },
    {
      name: 'cdk drift finds what the hotswap left behind the template, and nothing else',
      run: async () => {
        const text = await cdk(['drift']);
        expect(text.includes('/Environment/Variables/GREETING'), text);
        expect(text.includes('Number of resources with drift: 1'), text);
      },
    },
    {
      name: 'cdk rollback of a deployment that failed and was left as it was',
      run: async () => {
        await logs.send(new CreateLogGroupCommand({ logGroupName: 'conformance-taken' }));
        const failed = await cdk(['deploy', '--no-rollback', '--require-approval', 'never'], {
          GREETING: 'Never',
          ALSO: 'taken',
        }).then(
          () => '',
          (error: unknown) => String(error),
        );
        expect(failed.includes('already exists'), `the deployment did not fail: ${failed}`);
        expect((await stackStatus()) === 'UPDATE_FAILED', await stackStatus());
        await cdk(['rollback', 'Conformance']);
        expect((await stackStatus()) === 'UPDATE_ROLLBACK_COMPLETE', await stackStatus());
        const answer = await fetch(`${output('ApiUrl')}/hello/back`);
        expect((await answer.text()) === '{"message":"Good day back"}', 'not the old greeting');
      },
    },
    {
      name: 'cdk import takes in a log group that is there',
      run: async () => {
        await logs.send(new CreateLogGroupCommand({ logGroupName: 'conformance-imported' }));
        const mapping = join(SCRATCH, 'import.json');
        writeFileSync(mapping, '{"Imported":{"LogGroupName":"conformance-imported"}}');
        await cdk(['import', '--resource-mapping', mapping], {
          GREETING: 'Good day',
          ALSO: 'imported',
        });
        expect((await stackStatus()) === 'IMPORT_COMPLETE', await stackStatus());
      },
    },
    {
      name: 'cdk destroy empties the bucket and leaves nothing',
      run: async () => {
        await cdk(['destroy', '--force']);
        const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
        expect(
          !Buckets.some(({ Name }) => Name === output('BucketName')),
          'the bucket is there still',
        );
        const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
        const left = logGroups.map(({ logGroupName }) => logGroupName);
        expect(!left.includes(output('InnerGroup')), 'the nested log group is there still');
        expect(!left.includes('conformance-imported'), 'the imported log group is there still');
        expect(left.includes('conformance-taken'), 'a log group that was never its own is gone');
      },
    },
  ];
};
