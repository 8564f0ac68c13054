// What CloudFormation's engine costs beside the calls that it makes, and what reading a large template costs.
// Usage: node bench/cloudformation.ts
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startCloud } from '../src/cloud/index.ts';
import { median } from './measure.ts';

const ROUNDS = 5;
const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

const template = (count: number, days: number, padding = 0) => ({
  Resources: Object.fromEntries(
    Array.from({ length: count }, (_, index) =>
      index % 2 === 0
        ? [
            `Role${index}`,
            {
              Type: 'AWS::IAM::Role',
              Properties: {
                RoleName: `bench-${index}`,
                AssumeRolePolicyDocument: trust,
                MaxSessionDuration: 3600 * (days === 7 ? 1 : 2),
                Description: 'x'.repeat(padding),
              },
            },
          ]
        : [
            `Logs${index}`,
            {
              Type: 'AWS::Logs::LogGroup',
              Properties: { LogGroupName: `/bench/${index}`, RetentionInDays: days },
              Metadata: { Note: 'x'.repeat(padding) },
            },
          ],
    ),
  ),
});

const principal = {
  kind: 'root',
  accountId: '000000000000',
  arn: 'arn:aws:iam::000000000000:root',
  userId: '000000000000',
} as const;

const cloud = await startCloud();
const settings = {
  endpoint: cloud.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const cfn = new CloudFormationClient(settings);
const s3 = new S3Client({ ...settings, forcePathStyle: true });

const timed = async (work: () => Promise<unknown>) => {
  const startedAt = performance.now();
  await work();
  await cloud.cloud.settle();
  return performance.now() - startedAt;
};

const stack = { StackName: 'bench', Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
const body = (count: number, days: number) => JSON.stringify(template(count, days));

/** The calls that the stack's resources come to, one after the other. */
const direct = async (count: number) => {
  const call = (service: string, operation: string, input: object) =>
    cloud.cloud.dispatch({
      service,
      operation,
      input,
      principal,
      accountId: principal.accountId,
      region: 'us-east-1',
      requestId: 'bench',
    });
  const each = async (
    role: (name: string) => Promise<unknown>,
    logs: (name: string) => Promise<unknown>,
  ) => {
    for (let index = 0; index < count; index += 1)
      await (index % 2 === 0 ? role(`bench-${index}`) : logs(`/bench/${index}`));
  };
  const retain = (logGroupName: string, retentionInDays: number) =>
    call('cloudwatch-logs', 'PutRetentionPolicy', { logGroupName, retentionInDays });
  return {
    create: await timed(() =>
      each(
        async (RoleName) => {
          await call('iam', 'CreateRole', {
            RoleName,
            AssumeRolePolicyDocument: JSON.stringify(trust),
          });
          await call('iam', 'GetRole', { RoleName });
        },
        async (logGroupName) => {
          await call('cloudwatch-logs', 'CreateLogGroup', { logGroupName });
          await retain(logGroupName, 7);
        },
      ),
    ),
    update: await timed(() =>
      each(
        async (RoleName) => {
          await call('iam', 'UpdateRole', { RoleName, MaxSessionDuration: 7200 });
          await call('iam', 'GetRole', { RoleName });
        },
        (logGroupName) => retain(logGroupName, 14),
      ),
    ),
    delete: await timed(() =>
      each(
        (RoleName) => call('iam', 'DeleteRole', { RoleName }),
        (logGroupName) => call('cloudwatch-logs', 'DeleteLogGroup', { logGroupName }),
      ),
    ),
  };
};

const deployed = async (count: number) => ({
  create: await timed(() =>
    cfn.send(new CreateStackCommand({ ...stack, TemplateBody: body(count, 7) })),
  ),
  update: await timed(() =>
    cfn.send(new UpdateStackCommand({ ...stack, TemplateBody: body(count, 14) })),
  ),
  delete: await timed(() => cfn.send(new DeleteStackCommand({ StackName: 'bench' }))),
});

for (const count of [20, 200]) {
  const runs: Awaited<ReturnType<typeof direct>>[] = [];
  const stacks: Awaited<ReturnType<typeof deployed>>[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const [loop, engine] = [await direct(count), await deployed(count)];
    if (round < 0) continue;
    runs.push(loop);
    stacks.push(engine);
  }
  process.stdout.write(
    `### A stack of ${count} roles and log groups\n\n| | calls alone, ms | stack, ms | engine's own, ms a resource |\n|---|---:|---:|---:|\n`,
  );
  for (const step of ['create', 'update', 'delete'] as const) {
    const [loop, engine] = [
      median(runs.map((run) => run[step])),
      median(stacks.map((run) => run[step])),
    ];
    process.stdout.write(
      `| ${step} | ${loop.toFixed(1)} | ${engine.toFixed(1)} | ${((engine - loop) / count).toFixed(2)} |\n`,
    );
  }
  process.stdout.write('\n');
}

await s3.send(new CreateBucketCommand({ Bucket: 'bench' }));
process.stdout.write(
  '### Reading a template and working out its changes\n\n| size | ms |\n|---|---:|\n',
);
for (const [name, padding] of [
  ['0.1 MB', 150],
  ['1 MB', 1_700],
] as const) {
  const figures: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    // Another text each time, or it would be remembered.
    const text = JSON.stringify({ ...template(500, 7, padding), Description: `round ${round}` });
    await s3.send(new PutObjectCommand({ Bucket: 'bench', Key: 'template', Body: text }));
    const took = await timed(() =>
      cfn.send(
        new CreateChangeSetCommand({
          StackName: `large-${name.length}`,
          ChangeSetName: `c${round + 1}`,
          ChangeSetType: 'CREATE',
          Capabilities: stack.Capabilities,
          TemplateURL: `${cloud.url}/bench/template`,
        }),
      ),
    );
    if (round >= 0) figures.push(took);
  }
  process.stdout.write(`| ${name} | ${median(figures).toFixed(0)} |\n`);
}
cfn.destroy();
s3.destroy();
await cloud.stop();
