import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ApiGatewayV2Client, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { FIXTURES, installed, run, SCRATCH } from './processes.ts';

/** osls, the maintained fork of Serverless Framework 3: deployed, used, removed. */
export const oslsChecks = (endpoint: string): readonly Check[] => {
  const modules = installed('osls');
  const app = join(SCRATCH, 'osls-app');
  cpSync(join(FIXTURES, 'osls'), app, { recursive: true });
  symlinkSync(join(modules, 'node_modules'), join(app, 'node_modules'));
  const osls = (...args: readonly string[]) =>
    run(
      process.execPath,
      [join(modules, 'node_modules', 'osls', 'bin', 'serverless.js'), ...args],
      { AWS_ENDPOINT_URL: endpoint, CI: '1' },
      app,
    );
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const StackName = 'conformance-osls-dev';
  return [
    { name: 'osls deploy', run: async () => void (await osls('deploy')) },
    {
      name: 'the function answers',
      run: async () => {
        const { Payload } = await new LambdaClient(settings).send(
          new InvokeCommand({
            FunctionName: `${StackName}-hello`,
            Payload: JSON.stringify({ pathParameters: { name: 'osls' } }),
          }),
        );
        const text = Buffer.from(Payload ?? []).toString();
        expect(text.includes('Hello osls'), text);
      },
    },
    {
      name: 'the API answers',
      run: async () => {
        const { Items = [] } = await new ApiGatewayV2Client(settings).send(new GetApisCommand({}));
        const api = Items.find(({ Name }) => Name?.includes('conformance-osls') === true);
        const answer = await fetch(`${api?.ApiEndpoint}/hello/osls`);
        expect(
          (await answer.text()) === '{"message":"Hello osls"}',
          `the API answered ${answer.status}`,
        );
      },
    },
    {
      name: 'osls remove leaves no stack',
      run: async () => {
        await osls('remove');
        const { Stacks = [] } = await new CloudFormationClient(settings).send(
          new DescribeStacksCommand({}),
        );
        expect(!Stacks.some((stack) => stack.StackName === StackName), 'the stack is there still');
      },
    },
  ];
};
