import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  allow,
  bucket,
  bus,
  defaultBus,
  lambda,
  logGroup,
  parameter,
  queue,
  resource,
  scheduleGroup,
  secret,
  service,
  stream,
  sub,
  table,
  topic,
} from '../index.ts';
import type { StackResource } from '../provision/index.ts';
import type { StatementUse } from './cloud-facts.ts';
import { stackNames } from './stack-names.ts';
import { suggestGrant } from './suggest-grant.ts';
import { usageOf } from './usage.ts';

const photos = bucket('Photos');
const audit = bucket('Audit');
const news = topic('News');
const url = parameter('Url', { value: 'x' });
const shop = parameter('Shop', { existing: '/shop/url' });
const token = secret('Token');
const clicks = stream('Clicks');
const shared = stream('Shared', {
  existing: 'arn:aws:kinesis:us-east-1:000000000000:stream/shared',
});
const mail = queue('Mail');
const dead = queue('Dead');
const visits = stream('Visits');
const trials = scheduleGroup('Trials');
const access = logGroup('Access');
const jobs = resource('AWS::SQS::Queue', 'Jobs', {});
const market = bus('Market');
const history = market.archive('History');
const reminders = scheduleGroup('Reminders');
const orders = table('Orders', {
  partitionKey: 'id',
  indexes: { byCustomer: { partitionKey: 'customer' } },
});
const stock = table('Stock', { partitionKey: 'sku' });
const loose = resource('AWS::SNS::Topic', 'Loose', {});
const keep = lambda(
  'Keep',
  {
    grants: {
      pictures: photos.read(),
      shop: shop.read(),
      placed: market.event('OrderPlaced', { source: 'shop' }).put(),
      alarms: defaultBus.put(),
      stock: stock.read(),
      letters: mail.send(),
      visits: visits.put(),
      trials: trials.create(),
      jobs: allow('sqs:ReceiveMessage').on(jobs.getAtt('Arn')),
    },
  },
  async () => 'kept',
);
const count = lambda('Count', { grants: { from: shared.read() } }, async () => 1);
const program = service('Keeper', {
  functions: [keep, count],
  resources: [
    audit,
    news,
    url,
    token,
    clicks,
    orders,
    bucket('Delete'),
    loose,
    history,
    reminders,
    dead,
    access,
  ],
});

const AT = 'us-east-1:000000000000';
const stack = (
  [
    ['Photos', 'AWS::S3::Bucket', 'keeper-photos'],
    ['Audit', 'AWS::S3::Bucket', 'keeper-audit'],
    ['Delete', 'AWS::S3::Bucket', 'keeper-delete'],
    ['News', 'AWS::SNS::Topic', `arn:aws:sns:${AT}:news`],
    ['Loose', 'AWS::SNS::Topic', `arn:aws:sns:${AT}:loose`],
    ['Url', 'AWS::SSM::Parameter', 'url-1x'],
    ['Token', 'AWS::SecretsManager::Secret', `arn:aws:secretsmanager:${AT}:secret:token-AbCdEf`],
    ['Clicks', 'AWS::Kinesis::Stream', 'keeper-clicks'],
    ['Orders', 'AWS::DynamoDB::Table', 'keeper-orders'],
    ['Stock', 'AWS::DynamoDB::Table', 'keeper-stock'],
    ['Count', 'AWS::Lambda::Function', 'keeper-count'],
    ['KeepRole', 'AWS::IAM::Role', 'keeper-keep-role'],
    ['Market', 'AWS::Events::EventBus', 'keeper-market'],
    ['History', 'AWS::Events::Archive', 'keeper-history'],
    ['Reminders', 'AWS::Scheduler::ScheduleGroup', 'keeper-reminders'],
    ['Mail', 'AWS::SQS::Queue', 'https://sqs.us-east-1.amazonaws.com/000000000000/mail'],
    ['Dead', 'AWS::SQS::Queue', 'https://sqs.us-east-1.amazonaws.com/000000000000/dead'],
    ['Visits', 'AWS::Kinesis::Stream', 'keeper-visits'],
    ['Trials', 'AWS::Scheduler::ScheduleGroup', 'keeper-trials'],
    ['Access', 'AWS::Logs::LogGroup', 'keeper-access'],
    ['Jobs', 'AWS::SQS::Queue', `https://sqs.us-east-1.amazonaws.com/000000000000/jobs`],
  ] as const
).map(
  ([logicalId, resourceType, physicalId]) =>
    ({ logicalId, resourceType, physicalId }) as StackResource,
);
const names = stackNames(program, stack);

/** A program that holds the suggestions; `npm run types` compiles it. */
const COMPILED = join(import.meta.dirname, '..', '..', 'test', 'types', 'suggested-grants.ts');

const withoutSpace = (text: string) => text.replaceAll(/\s/g, '').replaceAll(/,(?=[)\]}])/g, '');

const DENIED: readonly (readonly [action: string, arn: string, code: string])[] = [
  ['s3:DeleteObject', 'arn:aws:s3:::keeper-photos/a', "pictures: photos.access('read', 'delete'),"],
  ['s3:GetObject', 'arn:aws:s3:::keeper-audit/a', 'audit: audit.read(),'],
  ['s3:ListBucket', 'arn:aws:s3:::keeper-audit', 'audit: audit.list(),'],
  [
    's3:GetObjectTagging',
    'arn:aws:s3:::keeper-audit/a',
    "audit: allow('s3:GetObjectTagging').on(sub`${audit.arn}/*`),",
  ],
  ['s3:PutObject', 'arn:aws:s3:::keeper-delete/a', 'deleteResource: deleteResource.write(),'],
  ['sns:Publish', `arn:aws:sns:${AT}:news`, 'news: news.publish(),'],
  ['sns:Subscribe', `arn:aws:sns:${AT}:news`, "news: allow('sns:Subscribe').on(news.arn),"],
  ['sns:Publish', `arn:aws:sns:${AT}:loose`, "loose: allow('sns:Publish').on(loose.ref),"],
  ['lambda:InvokeFunction', `arn:aws:lambda:${AT}:function:keeper-count`, 'count: count.invoke(),'],
  [
    'lambda:InvokeFunction',
    `arn:aws:lambda:${AT}:function:keeper-count:3`,
    "count: allow('lambda:InvokeFunction').on(sub`${count.arn}:3`),",
  ],
  ['ssm:GetParameter', `arn:aws:ssm:${AT}:parameter/url-1x`, 'url: url.read(),'],
  [
    'ssm:PutParameter',
    `arn:aws:ssm:${AT}:parameter/shop/url`,
    "shopPutParameter: allow('ssm:PutParameter').on(sub`${shop.arn}`),",
  ],
  [
    'secretsmanager:GetSecretValue',
    `arn:aws:secretsmanager:${AT}:secret:token-AbCdEf`,
    'token: token.read(),',
  ],
  [
    'secretsmanager:DescribeSecret',
    `arn:aws:secretsmanager:${AT}:secret:token-AbCdEf`,
    "token: allow('secretsmanager:DescribeSecret').on(sub`${token.arn}`),",
  ],
  ['kinesis:PutRecords', `arn:aws:kinesis:${AT}:stream/keeper-clicks`, 'clicks: clicks.put(),'],
  ['kinesis:ListShards', `arn:aws:kinesis:${AT}:stream/keeper-clicks`, 'clicks: clicks.read(),'],
  [
    'kinesis:SubscribeToShard',
    `arn:aws:kinesis:${AT}:stream/keeper-clicks/consumer/fast:1`,
    "clicks: allow('kinesis:SubscribeToShard').on(sub`${clicks.arn}/*`),",
  ],
  ['kinesis:PutRecord', `arn:aws:kinesis:${AT}:stream/shared`, 'shared: shared.put(),'],
  [
    'kinesis:DescribeStream',
    `arn:aws:kinesis:${AT}:stream/shared`,
    "shared: allow('kinesis:DescribeStream').on(shared.arn),",
  ],
  [
    'sqs:SendMessage',
    `arn:aws:sqs:${AT}:jobs`,
    "jobsSendMessage: allow('sqs:SendMessage').on(jobs.getAtt('Arn')),",
  ],
  ['sqs:SendMessage', `arn:aws:sqs:${AT}:dead`, 'dead: dead.send(),'],
  ['sqs:DeleteMessage', `arn:aws:sqs:${AT}:dead`, 'dead: dead.receive(),'],
  ['sqs:ChangeMessageVisibility', `arn:aws:sqs:${AT}:dead`, 'dead: dead.receive(),'],
  ['sqs:PurgeQueue', `arn:aws:sqs:${AT}:dead`, 'dead: dead.purge(),'],
  ['sqs:GetQueueAttributes', `arn:aws:sqs:${AT}:dead`, 'dead: dead.inspect(),'],
  ['sqs:StartMessageMoveTask', `arn:aws:sqs:${AT}:dead`, 'dead: dead.redrive(),'],
  ['sqs:GetQueueUrl', `arn:aws:sqs:${AT}:dead`, "dead: allow('sqs:GetQueueUrl').on(dead.arn),"],
  ['sqs:ReceiveMessage', `arn:aws:sqs:${AT}:mail`, "letters: mail.access('send', 'receive'),"],
  ['sqs:StartMessageMoveTask', `arn:aws:sqs:${AT}:mail`, 'mail: mail.redrive(),'],
  [
    'kinesis:GetRecords',
    `arn:aws:kinesis:${AT}:stream/keeper-visits`,
    "visits: visits.access('put', 'read'),",
  ],
  [
    'scheduler:DeleteSchedule',
    `arn:aws:scheduler:${AT}:schedule/keeper-trials/a1`,
    "trials: trials.access('create', 'delete'),",
  ],
  [
    'logs:FilterLogEvents',
    `arn:aws:logs:${AT}:log-group:keeper-access:log-stream:`,
    "access: allow('logs:FilterLogEvents').on(access.arn),",
  ],
  ['events:PutEvents', `arn:aws:events:${AT}:event-bus/keeper-market`, 'market: market.put(),'],
  ['events:PutEvents', `arn:aws:events:${AT}:event-bus/default`, 'defaultBus: defaultBus.put(),'],
  [
    'events:StartReplay',
    `arn:aws:events:${AT}:archive/keeper-history`,
    'history: history.replay(),',
  ],
  [
    'scheduler:CreateSchedule',
    `arn:aws:scheduler:${AT}:schedule/keeper-reminders/a1`,
    'reminders: reminders.create(),',
  ],
  [
    'scheduler:DeleteSchedule',
    `arn:aws:scheduler:${AT}:schedule/keeper-reminders/a1`,
    'reminders: reminders.delete(),',
  ],
  [
    'scheduler:UpdateSchedule',
    `arn:aws:scheduler:${AT}:schedule/keeper-reminders/a1`,
    `updateSchedule: allow('scheduler:UpdateSchedule').on('arn:aws:scheduler:${AT}:schedule/keeper-reminders/a1'),`,
  ],
  ['dynamodb:Query', `arn:aws:dynamodb:${AT}:table/keeper-orders`, 'orders: orders.read(),'],
  ['dynamodb:Scan', `arn:aws:dynamodb:${AT}:table/keeper-orders`, 'orders: orders.scan(),'],
  [
    'dynamodb:Query',
    `arn:aws:dynamodb:${AT}:table/keeper-orders/index/byCustomer`,
    "orders: orders.access('index:byCustomer'),",
  ],
  [
    'dynamodb:Scan',
    `arn:aws:dynamodb:${AT}:table/keeper-orders/index/byCustomer`,
    "orders: orders.access('scan', 'index:byCustomer'),",
  ],
  [
    'dynamodb:DescribeTable',
    `arn:aws:dynamodb:${AT}:table/keeper-orders`,
    "orders: allow('dynamodb:DescribeTable').on(orders.arn),",
  ],
  [
    'dynamodb:DeleteItem',
    `arn:aws:dynamodb:${AT}:table/keeper-stock`,
    "stock: stock.access('read', 'delete'),",
  ],
  [
    'dynamodb:GetItem',
    `arn:aws:dynamodb:${AT}:table/Orders`,
    `getItem: allow('dynamodb:GetItem').on('arn:aws:dynamodb:${AT}:table/Orders'),`,
  ],
  ['sts:GetCallerIdentity', '*', "getCallerIdentity: allow('sts:GetCallerIdentity').on('*'),"],
];

describe('the grant that a denial lacks', () => {
  it('is said in the words that the program has for it', () => {
    for (const [action, arn, code] of DENIED)
      expect(suggestGrant(action, arn, names, keep).split('  //')[0], `${action} ${arn}`).toBe(
        code,
      );
  });

  it('compiles, as do the narrower grants: they stand in a program that is compiled', () => {
    const program = withoutSpace(readFileSync(COMPILED, 'utf8'));
    for (const line of [
      ...DENIED.map(([action, arn]) => suggestGrant(action, arn, names, keep).split('  //')[0]),
      ...Object.values(NARROWER),
    ])
      expect(program).toContain(withoutSpace(line ?? '').replace(/,$/, ''));
  });
});

/** Code that `privileges` is to print. */
const NARROWER = {
  folder: "pictures: allow('s3:GetObject').on(sub`${photos.arn}/in/*`),",
  oneOfTwo: "both: allow('sqs:SendMessage').on(jobs.getAtt('Arn')),",
  pattern: "all: allow('s3:GetObject').on(sub`${photos.arn}/*`),",
  conditions: `when: allow('s3:GetObject').on(sub\`\${photos.arn}/in/*\`).when({ StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }),`,
};

describe('how wide a statement is', () => {
  const use = (statement: number, actions: readonly string[], resources: readonly string[]) => ({
    roleArn: 'arn:aws:iam::000000000000:role/keeper-keep-role',
    policy: 'keeper-keep-role/Keep',
    statement,
    count: resources.length,
    actions,
    resources,
  });
  const folder = ['in/a', 'in/b', 'in/c/d'].map((key) => `arn:aws:s3:::keeper-photos/${key}`);
  const widthOf = (
    grants: Parameters<typeof lambda>[1]['grants'],
    statements: Parameters<typeof usageOf>[1],
    uses: readonly StatementUse[],
  ) =>
    usageOf(
      lambda('Keep', { grants: grants ?? {} }, async () => 1),
      statements,
      uses,
      names,
    );
  const OBJECTS = { 'Fn::Sub': '${Photos.Arn}/*' };

  it('is told for several resources, patterns of actions and conditions', () => {
    const both = widthOf(
      { both: allow('sqs:SendMessage').on([jobs.getAtt('Arn'), 'arn:aws:sqs:*:*:other']) },
      [
        {
          Action: 'sqs:SendMessage',
          Resource: [{ 'Fn::GetAtt': ['Jobs', 'Arn'] }, 'arn:aws:sqs:*:*:other'],
        },
      ],
      [use(0, ['sqs:SendMessage'], [`arn:aws:sqs:${AT}:jobs`])],
    );
    expect(both[0]).toMatchObject({
      verdict: 'too-wide',
      unusedResources: ['arn:aws:sqs:*:*:other'],
      narrower: NARROWER.oneOfTwo,
    });
    const all = widthOf(
      { all: allow('s3:*').on(sub`${photos.arn}/*`) },
      [{ Action: 's3:*', Resource: OBJECTS }],
      [use(0, ['s3:GetObject'], ['arn:aws:s3:::keeper-photos/a'])],
    );
    expect(all[0]).toMatchObject({ verdict: 'too-wide', narrower: NARROWER.pattern });
    const condition = { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } as const;
    const when = widthOf(
      { when: allow('s3:GetObject').on(sub`${photos.arn}/*`).when(condition) },
      [{ Action: 's3:GetObject', Resource: OBJECTS }],
      [use(0, ['s3:GetObject'], folder)],
    );
    expect(when[0]).toMatchObject({ verdict: 'too-wide', narrower: NARROWER.conditions });
  });

  it('is told of what Lambda reads under the role, by the source', () => {
    const [log, reading] = usageOf(
      lambda('Keep', { on: mail.messages() }, async () => 1),
      [
        { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
        {
          Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          Resource: { 'Fn::GetAtt': ['Mail', 'Arn'] },
        },
      ],
      [],
      names,
    );
    expect([log?.source, reading?.source]).toEqual([undefined, 'Mail']);
  });

  it('is nothing that a denying statement is asked for, and a client that is lost is told of', () => {
    const [denies, reads] = widthOf(
      { guard: allow('s3:GetObject').on('*'), pictures: photos.read() },
      [
        { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' },
        { Action: 's3:GetObject', Resource: OBJECTS },
      ],
      [use(1, ['s3:GetObject'], folder)],
    );
    expect(denies).toMatchObject({ verdict: 'denies', count: 0 });
    expect(reads?.narrower).toBe(`${NARROWER.folder}  // gives no client: use the AWS SDK`);
  });
});
