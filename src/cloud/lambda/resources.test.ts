import type * as Lambda from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { developer } from '../core/cloud.ts';
import type {
  ProviderContext,
  ResourceProperties,
  ResourceProvider,
} from '../core/resource-provider.ts';
import { createLambda } from './index.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { startLambdaBench } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
let names = 0;
beforeAll(async () => {
  bench = await startLambdaBench();
});
afterAll(() => bench.stop());

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

const call = <Output>(operation: string, input: Readonly<Record<string, unknown>>) =>
  bench.cloud.dispatch({
    service: 'lambda',
    operation,
    input,
    principal: developer(bench.cloud),
    accountId: '000000000000',
    region: 'us-east-1',
    requestId: '11111111-1111-4111-8111-111111111111',
  }) as Promise<Output>;

/** What a creation has told of before it was done. */
const made: string[] = [];
const context = (): ProviderContext => ({
  call: (_service, operation, input) => call(operation, input),
  accountId: '000000000000',
  region: 'us-east-1',
  partition: 'aws',
  clock: bench.cloud.clock,
  random: bench.cloud.random,
  endpoint: bench.url,
  stackId: 'stack-id',
  stackName: 'stack',
  logicalId: 'Thing',
  tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'stack' }],
  clientRequestToken: 'token',
  created: (physicalId) => void made.push(physicalId),
  generateName: () => `stack-Thing-${++names}`,
});

const provider = (type: string): ResourceProvider =>
  createLambda().resources?.find((each) => each.type === `AWS::Lambda::${type}`) ??
  expect.fail(`no provider of ${type}`);
const create = (type: string, properties: ResourceProperties) =>
  provider(type).create(properties, context());
const update = (type: string, id: string, now: ResourceProperties, before: ResourceProperties) =>
  provider(type).update?.(id, now, before, context()) ?? expect.fail(`${type} is never updated`);
const remove = (type: string, id: string, properties: ResourceProperties) =>
  provider(type).delete(id, properties, context());

describe('AWS::Lambda::Function', () => {
  const base = () => ({
    Role: bench.role,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: 'exports.handler = async () => process.env.MODE ?? "none";' },
  });

  it('runs code that stands in the template, and follows its changes', async () => {
    const first = {
      ...base(),
      Timeout: '7',
      Environment: { Variables: { MODE: 'first', COUNT: 3 } },
      ReservedConcurrentExecutions: 5,
      Tags: [{ Key: 'team', Value: 'a' }],
    };
    const made = await create('Function', first);
    expect(made).toMatchObject({ attributes: { Arn: `${ARN}${made.physicalId}` } });
    const name = made.physicalId;
    expect((await bench.invoke(name)).payload).toBe('first');
    const second = { ...base(), Tags: [{ Key: 'other', Value: 'b' }] };
    await update('Function', name, second, first);
    expect((await bench.invoke(name)).payload).toBe('none');
    const shown = await call<Lambda.GetFunctionResponse>('GetFunction', { FunctionName: name });
    expect(shown.Configuration).toMatchObject({ Timeout: 3, Environment: { Variables: {} } });
    expect(shown.Tags).toEqual({ 'aws:cloudformation:stack-name': 'stack', other: 'b' });
    expect(shown.Concurrency).toBeUndefined();
    const third = { ...second, Code: { ZipFile: 'exports.handler = async () => "third";' } };
    await update('Function', name, third, second);
    expect((await bench.invoke(name)).payload).toBe('third');
    expect(await provider('Function').read?.(name, context(), {})).toMatchObject({ Timeout: 3 });
    await remove('Function', name, third);
    await remove('Function', name, third);
    expect(await provider('Function').read?.(name, context(), {})).toBeUndefined();
  });

  it('tells what it has made when it cannot be made whole, so that a rollback deletes it', async () => {
    await expect(
      create('Function', {
        ...base(),
        FunctionName: 'too-much',
        ReservedConcurrentExecutions: 950,
      }),
    ).rejects.toMatchObject({ code: 'InvalidParameterValueException' });
    expect(made.at(-1)).toBe('too-much');
    await remove('Function', 'too-much', base());
    expect(await provider('Function').read?.('too-much', context(), {})).toBeUndefined();
  });

  it('says what it cannot do', async () => {
    await expect(create('Function', { ...base(), Layers: ['x'] })).rejects.toMatchObject({
      code: 'NotImplemented',
    });
  });
});

it('versions, aliases, permissions and settings come and go', async () => {
  await bench.create('parts', { 'index.mjs': 'export const handler = async () => 1;' });
  const version = await create('Version', { FunctionName: 'parts' });
  expect(version).toEqual({
    physicalId: `${ARN}parts:1`,
    attributes: { Version: '1', FunctionArn: `${ARN}parts:1` },
  });
  const live = { FunctionName: 'parts', Name: 'live', FunctionVersion: '1' };
  const alias = await create('Alias', live);
  expect(alias.physicalId).toBe(`${ARN}parts:live`);
  await update('Alias', alias.physicalId, { ...live, Description: 'now' }, live);
  expect(await call('GetAlias', live)).toMatchObject({ Description: 'now' });
  const open = {
    FunctionName: alias.physicalId,
    Action: 'lambda:InvokeFunction',
    Principal: 's3.amazonaws.com',
    SourceAccount: 12345678901,
  };
  const permission = await create('Permission', open);
  const { Policy = '' } = await call<Lambda.GetPolicyResponse>('GetPolicy', {
    FunctionName: 'parts',
    Qualifier: 'live',
  });
  expect(JSON.parse(Policy)).toMatchObject({
    Statement: [
      {
        Sid: permission.physicalId,
        Resource: `${ARN}parts:live`,
        Condition: { StringEquals: { 'AWS:SourceAccount': '012345678901' } },
      },
    ],
  });
  const settings = { FunctionName: 'parts', Qualifier: 'live', MaximumRetryAttempts: '1' };
  const config = await create('EventInvokeConfig', settings);
  expect(
    await call('GetFunctionEventInvokeConfig', { FunctionName: 'parts', Qualifier: 'live' }),
  ).toMatchObject({ MaximumRetryAttempts: 1 });
  for (let twice = 0; twice < 2; twice += 1) {
    await remove('EventInvokeConfig', config.physicalId, settings);
    await remove('Permission', permission.physicalId, open);
    await remove('Alias', alias.physicalId, live);
    await remove('Version', version.physicalId, { FunctionName: 'parts' });
  }
  expect(
    await call<Lambda.ListVersionsByFunctionResponse>('ListVersionsByFunction', {
      FunctionName: 'parts',
    }),
  ).toMatchObject({ Versions: [{ Version: '$LATEST' }] });
});
