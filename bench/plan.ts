// `plan` of an unchanged service of 100 functions, beside build plus the API calls that no plan can do without.
// Usage: node bench/plan.ts
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { compare, table, timeCommand, WORK } from './measure.ts';
import { writeRoutelessService } from './services.ts';

const FUNCTIONS = 100;
const ROUNDS = 9;
const StackName = `Bench${FUNCTIONS}`;
const node = process.execPath;
const dir = writeRoutelessService(FUNCTIONS);
const env = { SPARTA_HOME: join(WORK, 'plan-home'), NO_COLOR: '1' };
const sparta = (...args: readonly string[]) =>
  timeCommand(node, ['app.ts', ...args], { cwd: dir, env });

await sparta('provision', '--local');
const record = JSON.parse(readFileSync(join(env.SPARTA_HOME, 'cloud.json'), 'utf8')) as {
  readonly pid: number;
  readonly url: string;
};
const settings = {
  endpoint: record.url.replace(/\/$/, ''),
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
const cfn = new CloudFormationClient(settings);
const s3 = new S3Client({ ...settings, forcePathStyle: true });

const describe = () =>
  Promise.all([
    cfn.send(new DescribeStacksCommand({ StackName })),
    cfn.send(new DescribeStacksCommand({ StackName: 'sparta-artifacts' })),
  ]);

/** The calls of such a plan, by a client that is loaded: both stacks, and the template, which is too large for a request. */
const apiCalls = async (): Promise<number> => {
  const start = performance.now();
  await describe();
  await cfn.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  return performance.now() - start;
};

/** What it would take with a change set: the template's object, the change set and its end. */
const changeSetCalls = async (template: {
  readonly Bucket: string;
  readonly Key: string;
}): Promise<number> => {
  const start = performance.now();
  await describe();
  await s3.send(new HeadObjectCommand(template));
  const { Id } = await cfn.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName: `bench-${process.hrtime.bigint()}`,
      TemplateURL: `${settings.endpoint}/${template.Bucket}/${template.Key}`,
      Parameters: ['ArtifactBucket', 'ArtifactKey'].map((ParameterKey) => ({
        ParameterKey,
        UsePreviousValue: true,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const look = new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true });
  for (let status: string | undefined; status !== 'FAILED' && status !== 'CREATE_COMPLETE'; )
    status = (await cfn.send(look)).Status;
  await cfn.send(new DeleteChangeSetCommand({ ChangeSetName: Id }));
  return performance.now() - start;
};

try {
  const { Stacks: [artifacts] = [] } = await cfn.send(
    new DescribeStacksCommand({ StackName: 'sparta-artifacts' }),
  );
  const Bucket =
    artifacts?.Outputs?.find(({ OutputKey }) => OutputKey === 'BucketName')?.OutputValue ?? '';
  const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const Key = objects.find(({ Key: key }) => key?.endsWith('.template.json'))?.Key ?? '';
  const floor = {
    name: 'sparta build, plus the API calls alone',
    run: async () => (await sparta('build')) + (await apiCalls()),
  };
  process.stdout.write(
    `${table(
      `Plan of ${FUNCTIONS} functions, nothing changed`,
      await compare(
        [
          floor,
          { name: 'sparta plan', run: () => sparta('plan', '--local') },
          { name: 'the API calls alone', run: apiCalls },
          {
            name: 'the API calls with a change set alone',
            run: () => changeSetCalls({ Bucket, Key }),
          },
        ],
        ROUNDS,
      ),
    )}\n`,
  );
} finally {
  // The cloud that --local started ends by its record.
  process.kill(record.pid, 'SIGTERM');
}
