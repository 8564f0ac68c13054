import { afterEach, describe, expect, it } from 'vitest';
import type { Answer, ScriptedAws } from '../fixtures/scripted-aws.ts';
import { Fault, scriptAws } from '../fixtures/scripted-aws.ts';
import type { ScriptedStack } from '../fixtures/scripted-stack.ts';
import { scriptStack } from '../fixtures/scripted-stack.ts';
import type { Progress, ProvisionRequest } from '../index.ts';
import { deleteStack, openTarget, provision } from '../index.ts';

const STACK = 'AWS::CloudFormation::Stack';
const TABLE = 'AWS::DynamoDB::Table';
const QUEUE = 'AWS::SQS::Queue';
const UPDATED: ScriptedStack['steps'] = [
  ['Shop', STACK, 'UPDATE_IN_PROGRESS'],
  ['Shop', STACK, 'UPDATE_COMPLETE'],
];

let aws: ScriptedAws | undefined;
afterEach(async () => {
  await aws?.close();
  aws = undefined;
});

const change = (ResourceChange: object) => ({ Type: 'Resource', ResourceChange });
const replaced = (id: string, type: string, physical: string, policy = 'ReplaceAndRetain') =>
  change({
    Action: 'Modify',
    Replacement: 'True',
    PolicyAction: policy,
    LogicalResourceId: id,
    PhysicalResourceId: physical,
    ResourceType: type,
    Details: [
      {
        Target: {
          Attribute: 'Properties',
          Name: 'KeySchema',
          Path: '/Properties/KeySchema',
          RequiresRecreation: 'Always',
        },
      },
    ],
  });
const removed = (id: string, type: string, physical: string, policy = 'Retain') =>
  change({
    Action: 'Remove',
    PolicyAction: policy,
    LogicalResourceId: id,
    PhysicalResourceId: physical,
    ResourceType: type,
  });

interface Situation {
  readonly changes: readonly object[];
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly s3?: Parameters<typeof scriptAws>[1];
  readonly before?: object;
  readonly after?: object;
}

const start = async ({ changes, answers = {}, s3, before = {}, after = {} }: Situation) => {
  const { script } = scriptStack('Shop', {
    status: 'CREATE_COMPLETE',
    changes,
    steps: UPDATED,
    template: JSON.stringify({ Resources: before }),
  });
  const running = await scriptAws({ ...script, ...answers }, s3);
  aws = running;
  const progress: Progress[] = [];
  const target = openTarget({
    endpoint: running.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    aws: running,
    progress,
    target,
    run: (request: Partial<ProvisionRequest> = {}) =>
      provision(target, {
        stackName: 'Shop',
        templateBody: JSON.stringify({ Resources: after }),
        template: {},
        onProgress: (step) => {
          progress.push(step);
        },
        signal: new AbortController().signal,
        command: (verb) => `node app.ts ${verb}`,
        ...request,
      }),
  };
};

const table = (ItemCount: number) => () => ({
  Table: { ItemCount, TableSizeBytes: 5_242_880, CreationDateTime: 1_767_225_600 },
});

describe('a table that is replaced', () => {
  const CHANGES = [replaced('Orders', TABLE, 'shop-orders')];

  it('stops with the count of its items, and nothing is executed', async () => {
    const t = await start({ changes: CHANGES, answers: { DescribeTable: table(12_345) } });
    await expect(t.run()).rejects.toMatchObject({
      code: 'DATA_LOSS',
      message: `Shop would lose data, so nothing was changed:
  Orders (AWS::DynamoDB::Table) is replaced by its KeySchema: the new one is empty, and shop-orders stays behind, where no stack sees it
    it holds 12,345 items, 5.0 MB, as counted in the last six hours, since 2026-01-01 00:00 UTC`,
      hint: `To go on all the same: node app.ts provision --allow-loss Orders
To allow it for good, for what comes from elsewhere anyway: replaceable: true in its declaration.`,
    });
    expect(t.aws.actions).not.toContain('ExecuteChangeSet');
    expect(t.aws.actions).toContain('DeleteChangeSet');
    expect(t.progress).toContainEqual(
      expect.objectContaining({
        kind: 'data-loss',
        losses: [
          expect.objectContaining({ logicalId: 'Orders', allowedBy: 'nothing', action: 'replace' }),
        ],
      }),
    );
  });

  it('stops before anybody is asked', async () => {
    const t = await start({ changes: CHANGES, answers: { DescribeTable: table(1) } });
    let asked = false;
    const confirm = async () => {
      asked = true;
      return true;
    };
    await expect(t.run({ confirm })).rejects.toMatchObject({ code: 'DATA_LOSS' });
    expect(asked).toBe(false);
  });

  it('goes on when it is allowed by name', async () => {
    const t = await start({ changes: CHANGES, answers: { DescribeTable: table(12_345) } });
    expect(await t.run({ allowLoss: ['Orders'] })).toMatchObject({ outcome: 'updated' });
    expect(t.progress).toContainEqual(
      expect.objectContaining({
        kind: 'data-loss',
        losses: [expect.objectContaining({ allowedBy: 'allow-loss' })],
      }),
    );
  });

  it('goes on when the program says that it is replaceable', async () => {
    const t = await start({
      changes: [replaced('Orders', TABLE, 'shop-orders', 'ReplaceAndDelete')],
      answers: { DescribeTable: table(12_345) },
      after: { Orders: { Type: TABLE, Metadata: { Sparta: { Replaceable: true } } } },
    });
    expect(await t.run()).toMatchObject({ outcome: 'updated' });
  });

  it('is looked into when its count is none, which may be hours old', async () => {
    const full = await start({
      changes: CHANGES,
      answers: { DescribeTable: table(0), Scan: () => ({ Count: 1 }) },
    });
    await expect(full.run()).rejects.toThrow('it holds at least 1 item, since 2026-01-01');
    await full.aws.close();
    const empty = await start({
      changes: CHANGES,
      answers: { DescribeTable: table(0), Scan: () => ({ Count: 0 }) },
    });
    expect(await empty.run()).toMatchObject({ outcome: 'updated' });
    expect(empty.progress).toContainEqual(
      expect.objectContaining({
        kind: 'data-loss',
        losses: [expect.objectContaining({ allowedBy: 'empty', contents: { kind: 'empty' } })],
      }),
    );
  });

  it('stops in words when it may not be looked into', async () => {
    const t = await start({
      changes: CHANGES,
      answers: {
        DescribeTable: () =>
          new Fault('AccessDeniedException', 'not authorized to perform: dynamodb:DescribeTable'),
      },
    });
    await expect(t.run()).rejects.toThrow(
      'what it holds cannot be told: not authorized to perform: dynamodb:DescribeTable',
    );
  });

  it('stops though the deployed template may not be read', async () => {
    const t = await start({
      changes: CHANGES,
      answers: {
        DescribeTable: table(2),
        GetTemplate: () => new Fault('AccessDenied', 'not authorized to perform: GetTemplate'),
      },
    });
    await expect(t.run()).rejects.toMatchObject({ code: 'DATA_LOSS' });
  });

  it('that somebody deleted already stops nobody', async () => {
    const t = await start({
      changes: CHANGES,
      answers: { DescribeTable: () => new Fault('ResourceNotFoundException', 'not found') },
    });
    expect(await t.run()).toMatchObject({ outcome: 'updated' });
  });
});

describe('a queue', () => {
  const attributes = (visible: number, hidden: number) => () => ({
    Attributes: {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(hidden),
      ApproximateNumberOfMessagesDelayed: '0',
    },
  });

  it('that leaves the service is told with all its messages, those under way too', async () => {
    const t = await start({
      changes: [removed('Jobs', QUEUE, 'https://sqs/1/jobs', 'Delete')],
      answers: { GetQueueAttributes: attributes(3, 2) },
    });
    await expect(t.run()).rejects.toThrow(
      'Jobs (AWS::SQS::Queue) leaves the service: https://sqs/1/jobs is deleted with all that is in it\n    it holds 5 messages, by an approximate count',
    );
  });

  it('that keeps its messages for a shorter time stops too, and a longer one does not', async () => {
    const kept = (BeforeValue: string | undefined, AfterValue: string) =>
      change({
        Action: 'Modify',
        Replacement: 'False',
        LogicalResourceId: 'Jobs',
        PhysicalResourceId: 'https://sqs/1/jobs',
        ResourceType: QUEUE,
        Details: [
          {
            Target: {
              Attribute: 'Properties',
              Path: '/Properties/MessageRetentionPeriod',
              RequiresRecreation: 'Never',
              ...(BeforeValue === undefined ? {} : { BeforeValue }),
              AfterValue,
            },
          },
        ],
      });
    const answers = { GetQueueAttributes: attributes(1, 0) };
    const shorter = await start({ changes: [kept(undefined, '3600')], answers });
    await expect(shorter.run()).rejects.toThrow(
      'keeps its data for a shorter time by its MessageRetentionPeriod',
    );
    await shorter.aws.close();
    const longer = await start({ changes: [kept('3600', '7200')], answers });
    expect(await longer.run()).toMatchObject({ outcome: 'updated' });
    expect(longer.aws.actions).not.toContain('GetQueueAttributes');
  });
});

it('an archive of events is told with what it keeps, and for how long', async () => {
  const ARCHIVE = 'AWS::Events::Archive';
  const answers = {
    DescribeArchive: () => ({
      EventCount: 1_234,
      SizeBytes: 2_097_152,
      CreationTime: 1_767_225_600,
    }),
  };
  const gone = await start({
    changes: [removed('History', ARCHIVE, 'shop-history', 'Delete')],
    answers,
  });
  await expect(gone.run()).rejects.toThrow(
    'History (AWS::Events::Archive) leaves the service: shop-history is deleted with all that is in it\n    it holds 1,234 events, 2.0 MB, since 2026-01-01 00:00 UTC',
  );
  await gone.aws.close();
  const shorter = await start({
    changes: [
      change({
        Action: 'Modify',
        Replacement: 'False',
        LogicalResourceId: 'History',
        PhysicalResourceId: 'shop-history',
        ResourceType: ARCHIVE,
        Details: [
          {
            Target: {
              Attribute: 'Properties',
              Path: '/Properties/RetentionDays',
              RequiresRecreation: 'Never',
              AfterValue: '30',
            },
          },
        ],
      }),
    ],
    answers,
  });
  await expect(shorter.run()).rejects.toThrow(
    'keeps its data for a shorter time by its RetentionDays',
  );
});

it('what may be replaced stops as well, and what nobody can count is told so', async () => {
  const t = await start({
    changes: [
      change({
        Action: 'Modify',
        Replacement: 'Conditional',
        PolicyAction: 'ReplaceAndDelete',
        LogicalResourceId: 'Events',
        PhysicalResourceId: 'shop-events',
        ResourceType: 'AWS::EFS::FileSystem',
        Details: [
          {
            Target: { Attribute: 'Properties', Name: 'Name', RequiresRecreation: 'Conditionally' },
          },
        ],
      }),
    ],
  });
  await expect(t.run()).rejects.toThrow(
    'Events (AWS::EFS::FileSystem) may be replaced by its Name: then the new one is empty, and shop-events is deleted with all that is in it\n    what it holds cannot be told from here',
  );
});

it('a bucket of many pages is counted up to ten thousand objects', async () => {
  const t = await start({
    changes: [removed('Photos', 'AWS::S3::Bucket', 'shop-photos')],
    s3: () => ({
      status: 200,
      body: `<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>${'<Version><Key>k</Key><Size>1024</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Version>'.repeat(1000)}</ListVersionsResult>`,
    }),
  });
  await expect(t.run()).rejects.toThrow(
    'it holds at least 10,000 objects, 9.8 MB, since 2026-01-01 00:00 UTC',
  );
});

describe('an allowance', () => {
  it('of a name that is nobody’s is refused, with the names that there are', async () => {
    const t = await start({
      changes: [replaced('Orders', TABLE, 'shop-orders')],
      answers: { DescribeTable: table(1) },
    });
    await expect(t.run({ allowLoss: ['Order'] })).rejects.toMatchObject({
      code: 'ALLOWANCE_UNKNOWN',
      message: '--allow-loss names Order, which is no resource of Shop.',
      hint: 'Data would be lost with Orders.',
    });
  });

  it('that is no longer needed does no harm', async () => {
    const t = await start({
      changes: [change({ Action: 'Add', LogicalResourceId: 'A', ResourceType: QUEUE })],
      after: { Orders: { Type: TABLE } },
    });
    expect(await t.run({ allowLoss: ['Orders'] })).toMatchObject({ outcome: 'updated' });
  });
});

describe('one that goes and one like it that comes', () => {
  const definition = (WriteUnits: number) => ({
    Type: TABLE,
    Properties: {
      BillingMode: 'PROVISIONED',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      Write: { WriteUnits },
      Tags: [{ Key: 'service', Value: 'shop' }],
    },
  });
  const added = (id: string, type = TABLE) =>
    change({ Action: 'Add', LogicalResourceId: id, ResourceType: type });

  it('is offered as a rename, or a logical id to keep, though a property is another one', async () => {
    const t = await start({
      changes: [removed('Orders', TABLE, 'shop-orders'), added('Sales'), added('Other')],
      answers: { DescribeTable: table(7) },
      before: { Orders: definition(1) },
      after: { Sales: definition(2), Other: { Type: TABLE, Properties: { BillingMode: 'X' } } },
    });
    const error: unknown = await t.run().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'DATA_LOSS' });
    expect((error as { readonly hint: string }).hint.split('\n').slice(0, 2)).toEqual([
      'Sales looks like Orders under another name. To rename it, with all that is in it: node app.ts provision --rename Orders=Sales',
      "  or keep its logical id in the program: table('Sales', { logicalId: 'Orders' })",
    ]);
  });

  it('is not, when it is of another type or not alike', async () => {
    const t = await start({
      changes: [removed('Orders', TABLE, 'shop-orders'), added('Jobs', QUEUE), added('Other')],
      answers: { DescribeTable: table(7) },
      before: { Orders: definition(1) },
      after: { Jobs: { Type: QUEUE }, Other: { Type: TABLE, Properties: { BillingMode: 'X' } } },
    });
    await expect(t.run()).rejects.not.toHaveProperty('hint', expect.stringContaining('--rename'));
  });
});

describe('a rename', () => {
  const BEFORE = { Orders: { Type: TABLE, Properties: { BillingMode: 'PAY_PER_REQUEST' } } };

  it('is refused in words where it cannot be', async () => {
    const t = await start({
      changes: [],
      before: {
        ...BEFORE,
        Queue: { Type: QUEUE },
        World: { Type: 'AWS::DynamoDB::GlobalTable' },
        Named: { Type: TABLE, Properties: { TableName: 'named' } },
      },
      after: {
        Queue: { Type: QUEUE },
        Sales: { Type: TABLE },
        Globe: { Type: 'AWS::DynamoDB::GlobalTable' },
        Renamed: { Type: TABLE, Properties: { TableName: 'renamed' } },
      },
    });
    const refusal = (renames: Readonly<Record<string, string>>) =>
      t
        .run({ renames })
        .catch((error: Error & { readonly hint?: string }) => [error.message, error.hint]);
    expect(await refusal({ Order: 'Sales' })).toEqual([
      '--rename Order=Sales: Shop has no Order.',
      'What leaves it: Orders, World, Named.',
    ]);
    expect(await refusal({ Orders: 'Sale' })).toEqual([
      '--rename Orders=Sale: the program has no Sale.',
      'What is new in it: Sales, Globe, Renamed.',
    ]);
    expect(await refusal({ Queue: 'Sales' })).toEqual([
      '--rename Queue=Sales: the program has Queue still.',
      'Rename its declaration first.',
    ]);
    expect((await refusal({ Orders: 'Globe' }))?.toString()).toContain('so its type stays');
    expect((await refusal({ World: 'Globe' }))?.toString()).toContain(
      "CloudFormation cannot rename a resource of the type AWS::DynamoDB::GlobalTable.,Keep its logical id in the program: resource('AWS::DynamoDB::GlobalTable', 'Globe', { … }, { logicalId: 'World' })",
    );
    expect((await refusal({ Named: 'Renamed' }))?.toString()).toContain(
      'since its TableName is another one in the program',
    );
    expect(t.aws.actions).not.toContain('CreateStackRefactor');
  });

  it('that CloudFormation refuses says its reason, and how else', async () => {
    const t = await start({
      changes: [],
      before: BEFORE,
      after: { Sales: BEFORE.Orders },
      answers: {
        CreateStackRefactor: () => ({ StackRefactorId: 'r' }),
        DescribeStackRefactor: () => ({
          Status: 'CREATE_FAILED',
          StatusReason: 'Stack has a stack policy attached',
        }),
      },
    });
    await expect(t.run({ renames: { Orders: 'Sales' } })).rejects.toMatchObject({
      code: 'RENAME_REFUSED',
      message:
        'CloudFormation does not rename in Shop, so nothing was changed: Stack has a stack policy attached',
      hint: expect.stringContaining("{ logicalId: 'Orders' }"),
    });
    expect(t.aws.actions).not.toContain('CreateChangeSet');
  });

  it('leaves behind what cannot move and holds nothing, once CloudFormation has refused it', async () => {
    const permission = (id: string) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: { Ref: id } },
    });
    const t = await start({
      changes: "didn't contain changes" as unknown as readonly object[],
      before: {
        Hello: { Type: 'AWS::Lambda::Function' },
        HelloPermission: permission('Hello'),
      },
      after: {
        Greet: { Type: 'AWS::Lambda::Function' },
        GreetPermission: permission('Greet'),
      },
      answers: {
        CreateStackRefactor: (params) => ({
          StackRefactorId: JSON.stringify(params).includes('GreetPermission') ? 'all' : 'some',
        }),
        DescribeStackRefactor: ({ StackRefactorId }) =>
          StackRefactorId === 'all'
            ? { Status: 'CREATE_FAILED', StatusReason: 'AWS::Lambda::Permission is IMMUTABLE' }
            : { Status: 'CREATE_COMPLETE', ExecutionStatus: 'EXECUTE_COMPLETE' },
        ExecuteStackRefactor: () => ({}),
      },
    });
    expect(await t.run({ renames: { Hello: 'Greet' } })).toMatchObject({ outcome: 'unchanged' });
    const [, second] = t.aws.calls.filter(({ action }) => action === 'CreateStackRefactor');
    expect(JSON.parse(second?.params['StackDefinitions.member.1.TemplateBody'] ?? '')).toEqual({
      Resources: {
        Greet: { Type: 'AWS::Lambda::Function' },
        HelloPermission: permission('Greet'),
      },
    });
  });

  it('of a stack that is not there has nothing to do', async () => {
    const { script } = scriptStack('Shop', { changes: [] });
    const running = await scriptAws(script);
    aws = running;
    const target = openTarget({
      endpoint: running.url,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    await expect(
      provision(target, {
        stackName: 'Shop',
        templateBody: '{"Resources":{}}',
        template: {},
        renames: { A: 'B' },
        onProgress: () => undefined,
        signal: new AbortController().signal,
        command: (verb) => verb,
      }),
    ).rejects.toMatchObject({ code: 'RENAME_REFUSED' });
  });
});

it('a purge takes tables and queues that were kept, once the stack is gone', async () => {
  const { script } = scriptStack('Shop', {
    status: 'CREATE_COMPLETE',
    resources: [
      resource('Orders', TABLE, 'shop-orders'),
      resource('Jobs', QUEUE, 'https://sqs/1/jobs'),
    ],
    template: JSON.stringify({
      Resources: { Orders: { DeletionPolicy: 'Retain' }, Jobs: { DeletionPolicy: 'Retain' } },
    }),
    steps: [
      ['Shop', STACK, 'DELETE_IN_PROGRESS'],
      ['Shop', STACK, 'DELETE_COMPLETE'],
    ],
  });
  const running = await scriptAws({
    ...script,
    DescribeTable: table(3),
    GetQueueAttributes: () => new Fault('AWS.SimpleQueueService.NonExistentQueue', 'gone'),
    DeleteTable: () => ({}),
    DeleteQueue: () => new Fault('AWS.SimpleQueueService.NonExistentQueue', 'gone'),
  });
  aws = running;
  const target = openTarget({
    endpoint: running.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const held: unknown[] = [];
  const result = await deleteStack(target, {
    stackName: 'Shop',
    purge: ['Orders', 'Jobs'],
    onPlan: ({ purges }) => {
      held.push(...purges.map(({ logicalId, contents }) => [logicalId, contents.kind]));
    },
    onProgress: () => undefined,
    signal: new AbortController().signal,
    command: (verb) => verb,
  });
  expect(held).toEqual([
    ['Orders', 'holds'],
    ['Jobs', 'gone'],
  ]);
  expect(result).toMatchObject({ outcome: 'deleted', retained: [] });
  const { actions } = running;
  expect(actions.indexOf('DeleteTable')).toBeGreaterThan(actions.indexOf('DeleteStack'));
});

const resource = (id: string, type: string, physical: string) => ({
  LogicalResourceId: id,
  PhysicalResourceId: physical,
  ResourceType: type,
  ResourceStatus: 'CREATE_COMPLETE',
});
