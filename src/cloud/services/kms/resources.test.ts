import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListResourceTagsCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

const ROOT = 'arn:aws:iam::000000000000:root';

let cloud: RunningCloud;
let cfn: CloudFormationClient;
let kms: KMSClient;

beforeAll(async () => {
  cloud = await startCloud();
  const settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  cfn = new CloudFormationClient(settings);
  kms = new KMSClient(settings);
});
afterAll(() => cloud.stop());

const stackOf = async (StackName: string) => {
  await cloud.cloud.settle();
  const { Stacks: [stack] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  return stack;
};
const output = (stack: Awaited<ReturnType<typeof stackOf>>, key: string) =>
  stack?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue ?? '';
const policy = (Sid: string) => ({
  Version: '2012-10-17',
  Statement: [{ Sid, Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }],
});
const template = (key: object, alias: object = {}) =>
  JSON.stringify({
    Resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: key },
      Other: {
        Type: 'AWS::KMS::Key',
        Properties: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' },
      },
      Alias: {
        Type: 'AWS::KMS::Alias',
        Properties: { AliasName: 'alias/stack/data', TargetKeyId: { Ref: 'Key' }, ...alias },
      },
    },
    Outputs: {
      Key: { Value: { Ref: 'Key' } },
      Arn: { Value: { 'Fn::GetAtt': 'Key.Arn' } },
      KeyId: { Value: { 'Fn::GetAtt': 'Key.KeyId' } },
      Alias: { Value: { Ref: 'Alias' } },
    },
  });
const create = async (StackName: string, TemplateBody: string) => {
  await cfn.send(new CreateStackCommand({ StackName, TemplateBody }));
  return stackOf(StackName);
};
const update = async (StackName: string, TemplateBody: string) => {
  await cfn.send(new UpdateStackCommand({ StackName, TemplateBody }));
  return stackOf(StackName);
};
const reasons = async (StackName: string) =>
  (await cfn.send(new DescribeStackEventsCommand({ StackName }))).StackEvents?.map(
    ({ ResourceStatusReason = '' }) => ResourceStatusReason,
  ).join('\n');
const keyOf = async (KeyId: string) =>
  (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;

it('keys are made, changed in place, and their deletion scheduled', async () => {
  const StackName = 'keys';
  const made = await create(
    StackName,
    template({
      Description: 'first',
      KeyPolicy: policy('first'),
      EnableKeyRotation: true,
      RotationPeriodInDays: 100,
      PendingWindowInDays: 7,
      Tags: [{ Key: 'team', Value: 'a' }],
    }),
  );
  expect(made?.StackStatus).toBe('CREATE_COMPLETE');
  const id = output(made, 'Key');
  expect(output(made, 'KeyId')).toBe(id);
  expect(output(made, 'Arn')).toBe(`arn:aws:kms:us-east-1:000000000000:key/${id}`);
  expect(output(made, 'Alias')).toBe('alias/stack/data');
  expect(await keyOf('alias/stack/data')).toMatchObject({ KeyId: id, Description: 'first' });
  expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }))).toMatchObject({
    KeyRotationEnabled: true,
    RotationPeriodInDays: 100,
  });
  const changed = await update(
    StackName,
    template({
      Description: 'second',
      KeyPolicy: policy('second'),
      Enabled: false,
      PendingWindowInDays: 7,
    }),
  );
  expect(output(changed, 'Key')).toBe(id);
  expect(await keyOf(id)).toMatchObject({ Description: 'second', KeyState: 'Disabled' });
  const { Policy = '' } = await kms.send(new GetKeyPolicyCommand({ KeyId: id }));
  expect(JSON.parse(Policy)).toEqual(policy('second'));
  const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: id }));
  expect(Tags.map(({ TagKey }) => TagKey)).not.toContain('team');
  await cfn.send(new DeleteStackCommand({ StackName }));
  await cloud.cloud.settle();
  const after = await keyOf(id);
  expect(after?.KeyState).toBe('PendingDeletion');
  const days = ((after?.DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);
  await expect(keyOf('alias/stack/data')).rejects.toThrow('is not found');
});

it('aliases move between keys, and drift is seen', async () => {
  const StackName = 'drifting';
  const made = await create(StackName, template({ EnableKeyRotation: true }));
  const id = output(made, 'Key');
  await kms.send(new DisableKeyRotationCommand({ KeyId: id }));
  await cfn.send(new DetectStackDriftCommand({ StackName }));
  await cloud.cloud.settle();
  const { StackResourceDrifts: drifts = [] } = await cfn.send(
    new DescribeStackResourceDriftsCommand({ StackName }),
  );
  const found = new Map(drifts.map((drift) => [drift.LogicalResourceId, drift]));
  for (const logicalId of ['Alias', 'Other'])
    expect(found.get(logicalId)?.StackResourceDriftStatus, logicalId).toBe('IN_SYNC');
  expect(found.get('Key')).toMatchObject({
    StackResourceDriftStatus: 'MODIFIED',
    PropertyDifferences: [{ PropertyPath: '/EnableKeyRotation' }],
  });
  // A key for codes can not take the place of one for encryption.
  const moved = await update(StackName, template({}, { TargetKeyId: { Ref: 'Other' } }));
  expect(moved?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await reasons(StackName)).toContain('keys of one type and usage');
});

it.each([
  [{ MultiRegion: true }, 'MultiRegion'],
  [{ Origin: 'EXTERNAL' }, 'EXTERNAL'],
  [{ KeySpec: 'ML_DSA_65', KeyUsage: 'SIGN_VERIFY' }, 'ML_DSA_65'],
])('a key with %j fails its stack', async (properties, reason) => {
  const StackName = `fails-${reason.replace('_', '-').replace('_', '-')}`;
  const stack = await create(StackName, template(properties));
  expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(await reasons(StackName)).toContain(reason);
});
