import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { RotateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sessions } from './fixtures/sessions.ts';
import { startSessions } from './fixtures/sessions.ts';

const DAY_MS = 86_400_000;

/** A rotation function as AWS's templates write them, over nothing but the secret itself. */
const FUNCTION = `
import { SecretsManagerClient, DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
const client = new SecretsManagerClient({});
export const handler = async ({ Step, SecretId, ClientRequestToken }) => {
  if (process.env.FAILS_AT === Step) throw new TypeError('told to fail at ' + Step);
  const { VersionIdsToStages, RotationEnabled } = await client.send(new DescribeSecretCommand({ SecretId }));
  if (!RotationEnabled) throw new TypeError('not enabled');
  if (!VersionIdsToStages[ClientRequestToken]?.includes('AWSPENDING')) throw new TypeError('not pending');
  if (Step === 'createSecret') {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    await client
      .send(new GetSecretValueCommand({ SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' }))
      .catch((error) => {
        if (error.name !== 'ResourceNotFoundException') throw error;
        return client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString: SecretString + '+', VersionStages: ['AWSPENDING'] }));
      });
  }
  if (Step === 'finishSecret') {
    const [current] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current }));
  }
};
`;

let sessions: Sessions;
let client: SecretsManagerClient;
let lambda: LambdaClient;
let functionArn: string;

beforeAll(async () => {
  sessions = await startSessions();
  client = sessions.client(SecretsManagerClient);
  lambda = sessions.client(LambdaClient);
  const iam = sessions.client(IAMClient);
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: 'rotator',
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'rotator',
      PolicyName: 'rotate',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }],
      }),
    }),
  );
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'rotator',
      Runtime: 'nodejs24.x',
      Role: Role?.Arn,
      Handler: 'index.handler',
      Timeout: 30,
      Code: { ZipFile: zipSync({ 'index.mjs': strToU8(FUNCTION) }) },
    }),
  );
  functionArn = FunctionArn;
});
afterAll(() => sessions.stop());

const rotate = async (SecretId: string, more: Partial<RotateSecretCommandInput> = {}) => {
  const answer = await client.send(
    new RotateSecretCommand({ SecretId, RotationLambdaARN: functionArn, ...more }),
  );
  await sessions.running.cloud.settle();
  return answer;
};
const create = (Name: string) => client.send(new CreateSecretCommand({ Name, SecretString: 'v' }));
const value = async (SecretId: string, VersionStage = 'AWSCURRENT') =>
  (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
const told = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));
const failAt = (step: string | undefined) =>
  lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'rotator',
      Environment: { Variables: step === undefined ? {} : { FAILS_AT: step } },
    }),
  );

describe('rotation', () => {
  it('needs a function that lets Secrets Manager call it', async () => {
    await create('first');
    await expect(client.send(new RotateSecretCommand({ SecretId: 'first' }))).rejects.toMatchObject(
      {
        name: 'InvalidRequestException',
        message: 'No Lambda rotation function ARN is associated with this secret.',
      },
    );
    await expect(rotate('first')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    });
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'rotator',
        StatementId: 'rotation',
        Action: 'lambda:InvokeFunction',
        Principal: 'secretsmanager.amazonaws.com',
        SourceAccount: '000000000000',
      }),
    );
    expect((await told('first')).RotationEnabled).toBeUndefined();
  });

  it('runs the four steps', async () => {
    const { VersionId } = await create('turning');
    const answer = await rotate('turning');
    expect(await value('turning')).toBe('v+');
    expect(await value('turning', 'AWSPREVIOUS')).toBe('v');
    const { Versions } = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: 'turning' }),
    );
    expect(Versions?.map((version) => [version.VersionId, version.VersionStages])).toEqual([
      [VersionId, ['AWSPREVIOUS']],
      [answer.VersionId, ['AWSCURRENT', 'AWSPENDING']],
    ]);
    const described = await told('turning');
    expect(described).toMatchObject({ RotationEnabled: true, RotationLambdaARN: functionArn });
    expect(described.LastRotatedDate).toBeInstanceOf(Date);
    expect(described.NextRotationDate).toBeUndefined();
  });

  it('is asked of the caller: the secret’s action and the function’s', async () => {
    await create('asked');
    const may = (...Action: string[]) =>
      sessions.role([{ Effect: 'Allow', Action, Resource: '*' }]);
    const send = async (role: Awaited<ReturnType<typeof may>>) =>
      role
        .client(SecretsManagerClient)
        .send(new RotateSecretCommand({ SecretId: 'asked', RotationLambdaARN: functionArn }));
    await expect(send(await may('secretsmanager:RotateSecret'))).rejects.toThrow(
      'lambda:InvokeFunction',
    );
    await send(await may('secretsmanager:RotateSecret', 'lambda:InvokeFunction'));
    await sessions.running.cloud.settle();
    expect(await value('asked')).toBe('v+');
  });

  it('that fails stays pending, and goes on when it is asked again', async () => {
    await create('failing');
    await failAt('testSecret');
    const { VersionId } = await rotate('failing');
    expect(await value('failing')).toBe('v');
    expect(await value('failing', 'AWSPENDING')).toBe('v+');
    await failAt(undefined);
    await expect(rotate('failing')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: "A previous rotation isn't complete. That rotation will be reattempted.",
    });
    await sessions.running.cloud.settle();
    expect(await value('failing')).toBe('v+');
    expect((await told('failing')).VersionIdsToStages?.[VersionId ?? '']).toContain('AWSCURRENT');
  });

  it('that waits is tried out at once', async () => {
    const { VersionId = '' } = await create('later');
    await rotate('later', {
      RotateImmediately: false,
      RotationRules: { AutomaticallyAfterDays: 30 },
    });
    expect(await value('later')).toBe('v');
    const described = await told('later');
    expect(described.VersionIdsToStages).toEqual({ [VersionId]: ['AWSCURRENT'] });
    expect(described.NextRotationDate?.toISOString()).toMatch(/T23:59:59.000Z$/);
  });

  it.each([
    [{ AutomaticallyAfterDays: 1001 }, "Value '1001'"],
    [{ AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' }, 'not both'],
    [{ ScheduleExpression: 'rate(3 hours)' }, 'at least 4 hours'],
    [{ ScheduleExpression: 'cron(5 8 * * ? *)' }, 'neither rate'],
    [{ ScheduleExpression: 'sometimes' }, 'neither rate'],
    [{ AutomaticallyAfterDays: 1, Duration: '25h' }, 'Duration is 25h'],
  ])('by %j is refused', async (RotationRules, text) => {
    const refused = rotate('first', { RotationRules });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(refused).rejects.toThrow(text);
  });

  it('by a schedule comes round, until it is called off', async () => {
    await create('round');
    await rotate('round', {
      RotationRules: { ScheduleExpression: 'rate(10 days)', Duration: '3h' },
    });
    expect(await value('round')).toBe('v+');
    await sessions.advance(10 * DAY_MS);
    await sessions.running.cloud.settle();
    expect(await value('round')).toBe('v++');
    // A deleted secret does not come round; a restored one does again.
    await client.send(new DeleteSecretCommand({ SecretId: 'round' }));
    await sessions.advance(15 * DAY_MS);
    await client.send(new RestoreSecretCommand({ SecretId: 'round' }));
    expect(await value('round')).toBe('v++');
    await sessions.advance(1);
    await sessions.running.cloud.settle();
    expect(await value('round')).toBe('v+++');
    const cancelled = await client.send(new CancelRotateSecretCommand({ SecretId: 'round' }));
    expect(cancelled.Name).toBe('round');
    expect(await told('round')).toMatchObject({ RotationEnabled: false });
    await sessions.advance(20 * DAY_MS);
    await sessions.running.cloud.settle();
    expect(await value('round')).toBe('v+++');
  });
});
