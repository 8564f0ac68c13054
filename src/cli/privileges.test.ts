import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { bucket, lambda, main, service, topic } from 'sparta';

const photos = bucket('Photos', { deletionPolicy: 'Delete' });
const news = topic('News');
const keep = lambda('Keep', {
  functionName: 'keep',
  grants: { photos: photos.access('read', 'write'), news: news.publish() },
}, async ({ keys, remove }: { readonly keys: readonly string[]; readonly remove?: string }, { photos }) => {
  for (const key of keys) await photos.put(key, 'x');
  if (remove !== undefined)
    await new S3Client({ forcePathStyle: true }).send(
      new DeleteObjectCommand({ Bucket: process.env['SPARTA_Photos'], Key: remove }),
    );
  return 'kept';
});
await main(service('Keeper', { functions: [keep] }));
`;

let program: EmbeddedProgram;
let lambda: LambdaClient;

const run: EmbeddedProgram['run'] = (words, env) => program.run(words, env);
const json = (out: string): Readonly<Record<string, unknown>> =>
  JSON.parse(out) as Readonly<Record<string, unknown>>;
const invoke = (event: object) =>
  lambda.send(new InvokeCommand({ FunctionName: 'keep', Payload: JSON.stringify(event) }));

beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM);
  lambda = new LambdaClient(program.settings);
  const { code, error } = await run(['provision']);
  expect({ code, error }).toEqual({ code: 0, error: '' });
}, 60_000);
afterAll(() => program.stop());

describe('explain', () => {
  it('has nothing to say before anything was denied', async () => {
    expect((await run(['explain'])).out).toBe(
      'Nothing was denied, as far as the journal goes back: 10,000 calls, or to the start of a cloud without a state folder.\n',
    );
  });

  it('names who, what, why, where in the program, and the grant to write there', async () => {
    expect((await invoke({ keys: [], remove: 'a' })).FunctionError).toBe('Unhandled');
    const { code, out } = await run(['explain']);
    expect(code).toBe(0);
    expect(out).toMatch(/^denied {2}s3:DeleteObject on arn:aws:s3:::[^/]+\/a {2}call \d+/);
    expect(out).toMatch(
      /who {4}the function Keep \(app\.ts:6\), as arn:aws:sts::000000000000:assumed-role\//,
    );
    expect(out).toContain('why    no policy of the caller allows it');
    expect(out).toContain('after  lambda Invoke');
    expect(out).toContain(
      "write  in the grants of Keep:\n         photos: photos.access('read', 'write', 'delete'),  // photos = bucket('Photos'…)",
    );
    const told = json((await run(['explain', '--json'])).out)['explanation'] as {
      readonly id: number;
    };
    const again = await run(['explain', String(told.id), '--json']);
    expect(json(again.out)['explanation']).toEqual(told);
  });

  it('tells of a delivery that was dropped what was denied, and the statement that lets it in', async () => {
    const [sns, sqs] = [new SNSClient(program.settings), new SQSClient(program.settings)];
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'told' }));
    const queueArn = 'arn:aws:sqs:us-east-1:000000000000:closed';
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queueArn }));
    const publish = async () => {
      await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
      await program.cloud.cloud.settle();
    };
    await publish();
    // The denial of Keep comes first: these are nothing of the service's.
    const own = await run(['explain']);
    const id = /^\S+ was denied something later, outside of Keeper: explain (\d+)$/m.exec(own.out);
    expect(own.out).toMatch(/^denied {2}s3:DeleteObject/);
    const number = id?.[1] ?? '';
    const { out } = await run(['explain', number]);
    expect(out).toContain(`denied  sqs:SendMessage on ${queueArn}`);
    expect(out).toContain('who    sns.amazonaws.com');
    expect(out).toContain('after  sns Publish');
    expect(out).toContain(`write  in the policy of ${queueArn}:`);
    expect(out).toMatch(/so {5}message \S+ to \S+ was dropped: /);
    // The statement is the one that helps.
    const { explanation } = json((await run(['explain', number, '--json'])).out) as {
      readonly explanation: { readonly resourceStatement: object };
    };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [explanation.resourceStatement],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    await publish();
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(received.Messages).toHaveLength(1);
  });

  it('says when there is no such call, and when there is no journal', async () => {
    const none = await run(['explain', '999999']);
    expect([none.code, none.error]).toEqual([
      2,
      expect.stringContaining('The journal has no call 999999.'),
    ]);
    const nowhere = await run(['explain'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
    expect(nowhere.code).toBe(5);
    // As whoever forgets --local, on a machine without any settings of AWS.
    const bare = { AWS_ENDPOINT_URL: '', AWS_REGION: '', AWS_ACCESS_KEY_ID: '' };
    for (const words of [['explain'], ['privileges'], ['can', 'Keep', 's3:GetObject', '*']]) {
      const { code, error } = await run(words, bare);
      expect([code, error]).toEqual([5, expect.stringContaining('Add --local.')]);
    }
  });
});

describe('can', () => {
  it('answers for a function of the service, by an exit code too', async () => {
    const yes = await run(['can', 'Keep', 's3:GetObject', `arn:aws:s3:::${await bucketName()}/x`]);
    expect([yes.code, yes.out]).toEqual([0, expect.stringMatching(/^allowed {2}s3:GetObject/)]);
    const no = await run([
      'can',
      'Keep',
      'dynamodb:GetItem',
      'arn:aws:dynamodb:us-east-1:000000000000:table/T',
    ]);
    expect(no.code).toBe(4);
    expect(no.out).toContain(
      "getItem: allow('dynamodb:GetItem').on('arn:aws:dynamodb:us-east-1:000000000000:table/T'),",
    );
    const who = await run(['can', 'Nobody', 's3:GetObject', '*']);
    expect([who.code, who.error]).toEqual([2, expect.stringContaining('Nobody')]);
    expect((await run(['can', 'Keep'])).code).toBe(2);
  });

  it.each([
    ['Kepp', 's3:GetObject', '*', 'Keeper has no function Kepp; did you mean Keep?'],
    ['Keep', 's3:GetObjct', '*', 'no action of s3; did you mean s3:GetObject?'],
    ['Keep', 's4:GetObject', '*', 'no service has the prefix s4; did you mean s3:GetObject?'],
    ['Keep', 's3:Get*', '*', 'The action is s3:Get*, which is no action of one service'],
    ['Keep', 'GetObject', '*', 'The action is GetObject, which is no action of one service'],
    ['Keep', 's3:GetObject', 'Photos', 'The resource is Photos, which is no ARN.'],
  ])('%s %s %s is told as a mistake, not as a denial', async (who, action, resource, told) => {
    const { code, error } = await run(['can', who, action, resource]);
    expect([code, error]).toEqual([2, expect.stringContaining(told)]);
  });
});

const bucketName = async (): Promise<string> => {
  const report = json((await run(['status', '--json'])).out)['report'] as {
    readonly resources: readonly { readonly logicalId: string; readonly physicalId: string }[];
  };
  return report.resources.find(({ logicalId }) => logicalId === 'Photos')?.physicalId ?? '';
};

describe('--as', () => {
  it('does it as a role, which is denied what it may not, and says what that was', async () => {
    const iam = new IAMClient(program.settings);
    const trust = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::000000000000:root' },
          Action: 'sts:AssumeRole',
        },
      ],
    };
    await iam.send(
      new CreateRoleCommand({
        RoleName: 'reader',
        AssumeRolePolicyDocument: JSON.stringify(trust),
      }),
    );
    const denied = await run(['status', '--as', 'reader']);
    expect(denied.code).toBe(4);
    expect(denied.error).toContain('cloudformation:DescribeStacks');
    await iam.send(
      new AttachRolePolicyCommand({
        RoleName: 'reader',
        PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      }),
    );
    const seen = await run(['status', '--as', 'arn:aws:iam::000000000000:role/reader']);
    expect([seen.code, seen.error]).toEqual([0, '']);
    const change = await run(['delete', '--as', 'reader']);
    expect([change.code, change.error]).toEqual([4, expect.stringContaining('DeleteStack')]);
    const nobody = await run(['status', '--as', 'nobody']);
    expect([nobody.code, nobody.error]).toEqual([4, expect.stringContaining('sts:AssumeRole')]);
    expect(nobody.error).toContain('Is there a role nobody in this account?');
  });
});

describe('privileges', () => {
  it('tells what was used, what was not, and what is wider than its use', async () => {
    await invoke({ keys: ['in/a', 'in/b', 'in/deep/c'] });
    const { out, code } = await run(['privileges']);
    expect(code).toBe(0);
    expect(out).toMatch(/^used {7}Keep {2}its own log: logs:CreateLogStream/m);
    expect(out).toMatch(/^unused {5}Keep {2}news: sns:Publish {2}app\.ts:6$/m);
    expect(out).toMatch(/^unused {5}Keep {2}photos: s3:GetObject/m);
    expect(out).toMatch(/^too wide {3}Keep {2}photos: s3:PutObject/m);
    expect(out).toContain(
      "photos: allow('s3:PutObject').on(sub`${photos.arn}/in/*`),  // gives no client: use the AWS SDK",
    );
    expect(out).toMatch(/3 grants unused or too wide/);
    expect((await run(['privileges', '--strict'])).code).toBe(11);
  });

  it('takes each away in turn, and tells which was not missed', async () => {
    const test = join(program.folder, 'check.mjs');
    writeFileSync(
      test,
      `import { execFileSync } from 'node:child_process';
       import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
       execFileSync(process.execPath, ['app.ts', 'provision'], { stdio: 'ignore' });
       const { FunctionError } = await new LambdaClient({}).send(
         new InvokeCommand({ FunctionName: 'keep', Payload: '{"keys":["x"]}' }),
       );
       process.exit(FunctionError === undefined ? 0 : 1);`,
    );
    const { out, code } = await run(['privileges', '--mutate', `${process.execPath} check.mjs`]);
    expect(code).toBe(11);
    expect(out).toMatch(/^needed {5}Keep {2}photos: s3:PutObject$/m);
    expect(out).toMatch(/^not missed Keep {2}photos: s3:GetObject$/m);
    expect(out).toMatch(/^not missed Keep {2}news: sns:Publish$/m);
    expect(out).not.toContain('None was missed at all');
    const idle = await run(['privileges', '--mutate', 'exit 0']);
    expect(idle.code).toBe(11);
    expect(idle.out).toContain('None was missed at all. The command has to provision the service');
    const nothing = await run(['privileges', '--mutate', '--json']);
    expect([nothing.code, nothing.error]).toEqual([
      2,
      expect.stringContaining('--mutate is "--json", which is no command.'),
    ]);
    const broken = await run(['privileges', '--mutate', 'exit 1']);
    expect([broken.code, broken.error]).toEqual([
      8,
      expect.stringContaining('"exit 1" fails with every permission in place.'),
    ]);
  }, 60_000);
});
