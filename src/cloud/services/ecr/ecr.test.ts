import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListImagesCommand,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../../index.ts';
import { startCloud } from '../../index.ts';

let cloud: RunningCloud;
let ecr: ECRClient;
let cfn: CloudFormationClient;

beforeAll(async () => {
  cloud = await startCloud();
  const settings = {
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  ecr = new ECRClient(settings);
  cfn = new CloudFormationClient(settings);
});
afterAll(() => cloud.stop());

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: ['ecr:BatchGetImage'],
    },
  ],
});

it('makes, finds and deletes repositories', async () => {
  const { repository } = await ecr.send(
    new CreateRepositoryCommand({
      repositoryName: 'team/app',
      imageScanningConfiguration: { scanOnPush: true },
    }),
  );
  expect(repository).toMatchObject({
    repositoryArn: 'arn:aws:ecr:us-east-1:000000000000:repository/team/app',
    repositoryUri: '000000000000.dkr.ecr.us-east-1.amazonaws.com/team/app',
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
  await expect(
    ecr.send(new CreateRepositoryCommand({ repositoryName: 'team/app' })),
  ).rejects.toMatchObject({ name: 'RepositoryAlreadyExistsException' });
  await ecr.send(new CreateRepositoryCommand({ repositoryName: 'other' }));
  const page = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }));
  expect(page.repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['other']);
  const rest = await ecr.send(new DescribeRepositoriesCommand({ nextToken: page.nextToken }));
  expect(rest.repositories?.map(({ repositoryName }) => repositoryName)).toEqual(['team/app']);
  await ecr.send(new DeleteRepositoryCommand({ repositoryName: 'other' }));
  await expect(
    ecr.send(new DescribeRepositoriesCommand({ repositoryNames: ['other'] })),
  ).rejects.toThrow(
    "The repository with name 'other' does not exist in the registry with id '000000000000'",
  );
});

it('keeps policies, settings and tags, and has no images', async () => {
  const repositoryName = 'team/app';
  await expect(ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'RepositoryPolicyNotFoundException',
  });
  await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: POLICY }));
  expect((await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(
    POLICY,
  );
  await expect(
    ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText: '{"Statement":[{}]}' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }));
  await ecr.send(
    new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: '{"rules":[]}' }),
  );
  expect(
    (await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).lifecyclePolicyText,
  ).toBe('{"rules":[]}');
  await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
  await ecr.send(
    new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }),
  );
  await ecr.send(
    new PutImageScanningConfigurationCommand({
      repositoryName,
      imageScanningConfiguration: { scanOnPush: false },
    }),
  );
  const { repositories: [described] = [] } = await ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }),
  );
  expect(described).toMatchObject({
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
  });
  const resourceArn = described?.repositoryArn;
  await ecr.send(
    new TagResourceCommand({
      resourceArn,
      tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }));
  expect((await ecr.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
    { Key: 'b', Value: '2' },
  ]);
  expect((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds).toEqual([]);
  await expect(
    ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'x' }] })),
  ).rejects.toMatchObject({ name: 'ImageNotFoundException' });
  const { authorizationData: [token] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  expect(Buffer.from(token?.authorizationToken ?? '', 'base64').toString()).toMatch(/^AWS:/);
});

it.each(['A', 'x', '-bad', 'bad-', 'a//b'])('refuses the name %s', async (repositoryName) => {
  await expect(ecr.send(new CreateRepositoryCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
});

it('is made, changed and deleted by a stack', async () => {
  const body = (mutability: string, policy: boolean) =>
    JSON.stringify({
      Resources: {
        Images: {
          Type: 'AWS::ECR::Repository',
          Properties: {
            ImageTagMutability: mutability,
            LifecyclePolicy: { LifecyclePolicyText: '{"rules":[]}' },
            ...(policy ? { RepositoryPolicyText: JSON.parse(POLICY) as object } : {}),
          },
        },
      },
      Outputs: {
        Uri: { Value: { 'Fn::GetAtt': 'Images.RepositoryUri' } },
        Name: { Value: { Ref: 'Images' } },
      },
    });
  const StackName = 'images';
  await cfn.send(new CreateStackCommand({ StackName, TemplateBody: body('IMMUTABLE', true) }));
  await cloud.cloud.settle();
  const { Stacks: [made] = [] } = await cfn.send(new DescribeStacksCommand({ StackName }));
  expect(made?.StackStatus).toBe('CREATE_COMPLETE');
  const repositoryName = made?.Outputs?.find(({ OutputKey }) => OutputKey === 'Name')?.OutputValue;
  expect(repositoryName).toMatch(/^images-images-[a-z0-9]+$/);
  await cfn.send(new UpdateStackCommand({ StackName, TemplateBody: body('MUTABLE', false) }));
  await cloud.cloud.settle();
  await expect(ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).rejects.toMatchObject({
    name: 'RepositoryPolicyNotFoundException',
  });
  await cfn.send(new DeleteStackCommand({ StackName }));
  await cloud.cloud.settle();
  await expect(
    ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName ?? ''] })),
  ).rejects.toMatchObject({ name: 'RepositoryNotFoundException' });
});
