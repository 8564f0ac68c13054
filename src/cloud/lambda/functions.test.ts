import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { servicePrincipal } from '../core/principals.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { archive, startLambdaBench, trusting } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
beforeAll(async () => {
  bench = await startLambdaBench();
});
afterAll(() => bench.stop());

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';
const returning = (text: string) => ({
  'index.mjs': `export const handler = async () => '${text}';`,
});

describe('a function', () => {
  it('is pending when it is made, and active when it is looked at', async () => {
    const made = await bench.lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'life',
        Role: bench.role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: archive(returning('one')) },
        Environment: { Variables: { A1: 'a' } },
        Tags: { team: 'x' },
      }),
    );
    expect(made).toMatchObject({
      FunctionArn: `${ARN}life`,
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      Version: '$LATEST',
      Timeout: 3,
      MemorySize: 128,
      Architectures: ['x86_64'],
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/life' },
    });
    expect(made.LastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    expect(made.CodeSha256).toMatch(/^[\w+/]{43}=$/);
    const got = await bench.lambda.send(new GetFunctionCommand({ FunctionName: `${ARN}life` }));
    expect(got.Configuration).toMatchObject({ State: 'Active', LastUpdateStatus: 'Successful' });
    expect(got.Tags).toEqual({ team: 'x' });
    const code = await fetch(got.Code?.Location ?? '');
    expect(Buffer.from(await code.arrayBuffer())).toEqual(Buffer.from(archive(returning('one'))));
    await expect(bench.create('life', returning('two'))).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message: 'Function already exist: life',
    });
  });

  it('runs its new code and settings after an update, never the old ones', async () => {
    await bench.create('changing', returning('old'));
    expect((await bench.invoke('changing')).payload).toBe('old');
    const updated = await bench.lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: 'changing',
        ZipFile: archive(returning('new')),
      }),
    );
    expect(updated).toMatchObject({ LastUpdateStatus: 'InProgress', State: 'Active' });
    expect((await bench.invoke('changing')).payload).toBe('new');
    await bench.lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: 'changing',
        ZipFile: archive({
          'index.mjs': 'export const handler = async () => process.env.MODE ?? "none";',
        }),
      }),
    );
    expect((await bench.invoke('changing')).payload).toBe('none');
    await bench.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'changing',
        Environment: { Variables: { MODE: 'set' } },
        Description: 'changed',
        Timeout: 9,
      }),
    );
    expect((await bench.invoke('changing')).payload).toBe('set');
    const now = await bench.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName: 'changing' }),
    );
    expect(now).toMatchObject({ Description: 'changed', Timeout: 9, MemorySize: 128 });
    await expect(
      bench.lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: 'changing',
          RevisionId: 'other',
          Timeout: 8,
        }),
      ),
    ).rejects.toMatchObject({
      name: 'PreconditionFailedException',
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
  });

  it('is listed, tagged and deleted', async () => {
    const { Functions = [] } = await bench.lambda.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(['changing', 'life']);
    expect(Functions[0]?.State).toBeUndefined();
    await bench.lambda.send(new TagResourceCommand({ Resource: `${ARN}life`, Tags: { a: 'b' } }));
    await bench.lambda.send(
      new UntagResourceCommand({ Resource: `${ARN}life`, TagKeys: ['team'] }),
    );
    const { Tags } = await bench.lambda.send(new ListTagsCommand({ Resource: `${ARN}life` }));
    expect(Tags).toEqual({ a: 'b' });
    await bench.lambda.send(new DeleteFunctionCommand({ FunctionName: 'life' }));
    await expect(
      bench.lambda.send(new DeleteFunctionCommand({ FunctionName: 'life' })),
    ).rejects.toMatchObject({ message: `Function not found: ${ARN}life` });
  });

  it('is refused in AWS’s words when something is wrong with it', async () => {
    const create = (more: object) => bench.create('bad', returning('x'), more);
    await expect(create({ Timeout: 0, MemorySize: 1, Handler: 'a b' })).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "3 validation errors detected: Value 'a b' at 'handler' failed to satisfy constraint: Member must satisfy regular expression pattern: [^\\s]+; Value '0' at 'timeout' failed to satisfy constraint: Member must have value greater than or equal to 1; Value '1' at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128",
    });
    await expect(create({ Role: 'nobody' })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(create({ Role: 'arn:aws:iam::000000000000:role/missing' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    await bench.iam.send(
      new CreateRoleCommand({
        RoleName: 'for-others',
        AssumeRolePolicyDocument: trusting('ec2.amazonaws.com'),
      }),
    );
    await expect(
      create({ Role: 'arn:aws:iam::000000000000:role/for-others' }),
    ).rejects.toMatchObject({
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    await expect(
      create({ Environment: { Variables: { AWS_REGION: 'x', GOOD: 'y' } } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('Reserved keys used in this request: AWS_REGION'),
    });
    await expect(
      create({ Environment: { Variables: { BIG: 'x'.repeat(5000) } } }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('exceeded the 4KB limit'),
    });
    await expect(create({ Runtime: 'java21' })).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('The runtime java21 is not supported'),
    });
    vi.stubEnv('SPARTA_PYTHON', '/nowhere/python');
    await expect(create({ Runtime: 'python3.13' })).rejects.toMatchObject({
      message:
        'SPARTA_PYTHON is /nowhere/python, which is no Python that can be started. Give it the path of one.',
    });
    vi.unstubAllEnvs();
    await expect(create({ Runtime: 'nodejs22.x' })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^The runtime nodejs22\.x runs on Node 22; .* npm install --save-dev node-22@npm:node-\S+@22$/,
      ),
    });
    await expect(
      create({ Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] }),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    await expect(
      create({ Code: { ZipFile: Buffer.from('this is no archive at all') } }),
    ).rejects.toMatchObject({
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
    await expect(create({ Code: { S3Bucket: 'only-a-bucket' } })).rejects.toMatchObject({
      message: 'Please provide a source for function code.',
    });
  });

  it('needs iam:PassRole for its role', async () => {
    await bench.iam.send(new CreateUserCommand({ UserName: 'deployer' }));
    const { AccessKey } = await bench.iam.send(
      new CreateAccessKeyCommand({ UserName: 'deployer' }),
    );
    const grant = (Statement: object[]) =>
      bench.iam.send(
        new PutUserPolicyCommand({
          UserName: 'deployer',
          PolicyName: 'p',
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
        }),
      );
    const client = new LambdaClient({
      endpoint: bench.url,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: {
        accessKeyId: AccessKey?.AccessKeyId ?? '',
        secretAccessKey: AccessKey?.SecretAccessKey ?? '',
      },
    });
    const create = () =>
      client.send(
        new CreateFunctionCommand({
          FunctionName: 'passed',
          Role: bench.role,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Code: { ZipFile: archive(returning('x')) },
        }),
      );
    await grant([{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }]);
    await expect(create()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'arn:aws:iam::000000000000:user/deployer is not authorized to perform: iam:PassRole on resource: arn:aws:iam::000000000000:role/function-role',
      ),
    });
    const passTo = (service: string) =>
      grant([
        { Effect: 'Allow', Action: 'lambda:*', Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'iam:PassRole',
          Resource: bench.role,
          Condition: { StringEquals: { 'iam:PassedToService': service } },
        },
      ]);
    await passTo('ec2.amazonaws.com');
    await expect(create()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await passTo('lambda.amazonaws.com');
    expect((await create()).FunctionName).toBe('passed');
  });
});

describe('versions and aliases', () => {
  beforeAll(() =>
    bench.create('versioned', {
      'index.mjs':
        'export const handler = async (e, c) => [process.env.VX, c.functionVersion, c.invokedFunctionArn];',
    }),
  );
  const set = (VX: string) =>
    bench.lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'versioned',
        Environment: { Variables: { VX } },
      }),
    );

  it('freeze what was published', async () => {
    await set('first');
    const one = await bench.lambda.send(
      new PublishVersionCommand({ FunctionName: 'versioned', Description: 'the first' }),
    );
    expect(one).toMatchObject({
      Version: '1',
      FunctionArn: `${ARN}versioned:1`,
      Description: 'the first',
    });
    const again = await bench.lambda.send(new PublishVersionCommand({ FunctionName: 'versioned' }));
    expect(again.Version).toBe('1');
    await set('second');
    expect(
      (await bench.lambda.send(new PublishVersionCommand({ FunctionName: 'versioned' }))).Version,
    ).toBe('2');
    await set('third');
    expect((await bench.invoke('versioned:1')).payload).toEqual([
      'first',
      '1',
      `${ARN}versioned:1`,
    ]);
    expect(await bench.invoke('versioned', {}, { Qualifier: '2' })).toMatchObject({
      payload: ['second', '2', `${ARN}versioned:2`],
      version: '2',
    });
    expect((await bench.invoke('versioned')).payload).toEqual([
      'third',
      '$LATEST',
      `${ARN}versioned`,
    ]);
    const { Versions = [] } = await bench.lambda.send(
      new ListVersionsByFunctionCommand({ FunctionName: 'versioned' }),
    );
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
    await expect(
      bench.lambda.send(
        new PublishVersionCommand({ FunctionName: 'versioned', CodeSha256: 'other' }),
      ),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        /^CodeSHA256 \(other\) is different from current CodeSHA256 in \$LATEST \(\S+\)\. Please try again with the CodeSHA256 in \$LATEST\.$/,
      ),
    });
  });

  it('are reached through aliases, whose weights share calls out', async () => {
    const alias = await bench.lambda.send(
      new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }),
    );
    expect(alias).toMatchObject({ AliasArn: `${ARN}versioned:live`, FunctionVersion: '1' });
    expect(await bench.invoke(`${ARN}versioned:live`)).toMatchObject({
      payload: ['first', '1', `${ARN}versioned:live`],
      version: '1',
    });
    await bench.lambda.send(
      new UpdateAliasCommand({
        FunctionName: 'versioned',
        Name: 'live',
        RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } },
      }),
    );
    const seen = new Set<unknown>();
    for (let call = 0; call < 40; call += 1)
      seen.add((await bench.invoke('versioned:live')).version);
    expect(seen).toEqual(new Set(['1', '2']));
    await expect(
      bench.lambda.send(new DeleteFunctionCommand({ FunctionName: 'versioned', Qualifier: '2' })),
    ).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await expect(
      bench.lambda.send(
        new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1' }),
      ),
    ).rejects.toMatchObject({ message: `Alias already exists: ${ARN}versioned:live` });
    await expect(
      bench.lambda.send(
        new CreateAliasCommand({ FunctionName: 'versioned', Name: '12', FunctionVersion: '1' }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationException' });
    const { Aliases = [] } = await bench.lambda.send(
      new ListAliasesCommand({ FunctionName: 'versioned' }),
    );
    expect(Aliases).toHaveLength(1);
    await bench.lambda.send(new DeleteAliasCommand({ FunctionName: 'versioned', Name: 'live' }));
    await expect(
      bench.lambda.send(new GetAliasCommand({ FunctionName: 'versioned', Name: 'live' })),
    ).rejects.toMatchObject({ message: `Cannot find alias arn: ${ARN}versioned:live` });
    await bench.lambda.send(
      new DeleteFunctionCommand({ FunctionName: 'versioned', Qualifier: '2' }),
    );
    await expect(bench.invoke('versioned:2')).rejects.toMatchObject({
      message: `Function not found: ${ARN}versioned:2`,
    });
  });
});

describe('a function’s policy', () => {
  const asService = (service: string, sourceArn: string, FunctionName = 'open') =>
    bench.cloud.dispatch({
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName },
      principal: servicePrincipal(service, { sourceArn, sourceAccount: '000000000000' }),
      accountId: '000000000000',
      region: 'us-east-1',
      requestId: 'test',
    });
  beforeAll(() => bench.create('open', returning('in')));

  it('lets services in, under its conditions', async () => {
    await expect(asService('s3.amazonaws.com', 'arn:aws:s3:::photos')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    const { Statement = '' } = await bench.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'open',
        StatementId: 'from-photos',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: 'arn:aws:s3:::photos',
        SourceAccount: '000000000000',
      }),
    );
    expect(JSON.parse(Statement)).toEqual({
      Sid: 'from-photos',
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: `${ARN}open`,
      Condition: {
        StringEquals: { 'AWS:SourceAccount': '000000000000' },
        ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::photos' },
      },
    });
    expect(await asService('s3.amazonaws.com', 'arn:aws:s3:::photos')).toMatchObject({
      StatusCode: 200,
    });
    await expect(asService('s3.amazonaws.com', 'arn:aws:s3:::others')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await expect(asService('sns.amazonaws.com', 'arn:aws:s3:::photos')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    const { Policy = '' } = await bench.lambda.send(new GetPolicyCommand({ FunctionName: 'open' }));
    expect(JSON.parse(Policy)).toMatchObject({ Version: '2012-10-17', Id: 'default' });
  });

  it('belongs to one qualifier', async () => {
    await bench.lambda.send(new PublishVersionCommand({ FunctionName: 'open' }));
    await bench.lambda.send(
      new CreateAliasCommand({ FunctionName: 'open', Name: 'door', FunctionVersion: '1' }),
    );
    await expect(
      asService('s3.amazonaws.com', 'arn:aws:s3:::photos', 'open:door'),
    ).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await bench.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'open',
        Qualifier: 'door',
        StatementId: 'from-photos',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
      }),
    );
    expect(await asService('s3.amazonaws.com', 'arn:aws:s3:::photos', 'open:door')).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '1',
    });
  });

  it('has statements with names of their own', async () => {
    const add = (StatementId: string) =>
      bench.lambda.send(
        new AddPermissionCommand({
          FunctionName: 'open',
          StatementId,
          Action: 'lambda:InvokeFunction',
          Principal: 'sns.amazonaws.com',
        }),
      );
    await expect(add('from-photos')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      message:
        'The statement id (from-photos) provided already exists. Please provide a new statement id, or remove the existing statement.',
    });
    await add('other');
    const remove = (StatementId: string) =>
      bench.lambda.send(new RemovePermissionCommand({ FunctionName: 'open', StatementId }));
    await remove('other');
    await expect(remove('other')).rejects.toMatchObject({
      message: 'Statement other is not found in resource policy.',
    });
    await remove('from-photos');
    await expect(
      bench.lambda.send(new GetPolicyCommand({ FunctionName: 'open' })),
    ).rejects.toMatchObject({ message: 'The resource you requested does not exist.' });
  });
});

describe('concurrency', () => {
  it('is kept to what is reserved', async () => {
    await bench.create('one-at-a-time', {
      'index.mjs':
        'export const handler = (e) => new Promise((r) => setTimeout(r, e.ms ?? 0, "done"));',
    });
    const reserve = (ReservedConcurrentExecutions: number) =>
      bench.lambda.send(
        new PutFunctionConcurrencyCommand({
          FunctionName: 'one-at-a-time',
          ReservedConcurrentExecutions,
        }),
      );
    await reserve(1);
    const [a, b] = await Promise.allSettled([
      bench.invoke('one-at-a-time', { ms: 200 }),
      bench.invoke('one-at-a-time', { ms: 200 }),
    ]);
    const outcomes = [a, b];
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: {
        name: 'TooManyRequestsException',
        message: 'Rate Exceeded.',
        Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
        $metadata: { httpStatusCode: 429 },
      },
    });
    await reserve(0);
    await expect(bench.invoke('one-at-a-time', {})).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    await expect(reserve(901)).rejects.toMatchObject({
      message:
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    });
    const { AccountLimit } = await bench.lambda.send(new GetAccountSettingsCommand({}));
    expect(AccountLimit?.ConcurrentExecutions).toBe(1000);
  });

  it('grows with the calls that wait', async () => {
    await bench.create('waits', {
      'index.mjs':
        'export const handler = () => new Promise((r) => setTimeout(r, 400, process.pid));',
    });
    const answers = await Promise.all(Array.from({ length: 6 }, () => bench.invoke('waits')));
    expect(new Set(answers.map(({ payload }) => payload)).size).toBeGreaterThan(2);
  });
});
