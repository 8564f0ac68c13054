import type { Cli, Flow } from './cli.ts';
import { dropRole, eventually, role, same } from './cli.ts';

const arn = 'arn:aws:sqs:us-east-1:000000000000:cli-told';

const queueOf = async (aws: Cli, attributes: Readonly<Record<string, string>> = {}) => {
  const url = await aws('sqs create-queue', {
    'queue-name': 'cli-told',
    attributes,
    query: 'QueueUrl',
  });
  return { 'queue-url': String(url) };
};

const told = (aws: Cli, queue: { readonly 'queue-url': string }) =>
  eventually(
    () =>
      aws('sqs receive-message', { ...queue, 'wait-time-seconds': 2, query: 'Messages[].Body' }),
    (bodies) => Array.isArray(bodies),
  );

/** Events on buses, and what is scheduled. */
export const timeFlows: readonly Flow[] = [
  [
    'events: a rule that fills a queue, pages',
    async (aws) => {
      const bus = { 'event-bus-name': 'cli' };
      await aws('events create-event-bus', { name: 'cli' });
      const rule = await aws('events put-rule', {
        ...bus,
        name: 'orders',
        'event-pattern': { source: ['shop'], detail: { total: [{ numeric: ['>', 10] }] } },
        query: 'RuleArn',
      });
      const Statement = [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn,
          Condition: { ArnEquals: { 'aws:SourceArn': rule } },
        },
      ];
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
      const queue = await queueOf(aws, { Policy });
      const put = await aws('events put-targets', {
        ...bus,
        rule: 'orders',
        targets: [{ Id: 'q', Arn: arn, InputPath: '$.detail' }],
        query: 'FailedEntryCount',
      });
      same(put, 0);
      const entry = (total: number) => ({
        Source: 'shop',
        DetailType: 'ordered',
        Detail: JSON.stringify({ total }),
        EventBusName: 'cli',
      });
      const failed = await aws('events put-events', {
        entries: [entry(5), entry(50), { ...entry(1), Detail: 'no JSON' }],
        query: '[FailedEntryCount, Entries[2].ErrorCode]',
      });
      same(failed, [1, 'MalformedDetail']);
      same(await told(aws, queue), ['{"total":50}']);
      await aws.refused('ValidationException', 'events put-rule', {
        ...bus,
        name: 'second',
        'schedule-expression': 'rate(1 day)',
      });
      await aws('events put-rule', { ...bus, name: 'second', 'event-pattern': { source: ['x'] } });
      const listed = await aws('events list-rules', {
        ...bus,
        'page-size': 1,
        query: 'Rules[].Name',
      });
      same(listed, ['orders', 'second']);
      await aws.refused('InvalidEventPatternException', 'events put-rule', {
        name: 'bad',
        'event-pattern': { source: 'shop' },
      });
      await aws.refused('ResourceNotFoundException', 'events describe-rule', { name: 'cli-none' });
      await aws('events remove-targets', { ...bus, rule: 'orders', ids: 'q' });
      for (const name of ['orders', 'second']) await aws('events delete-rule', { ...bus, name });
      await aws('events delete-event-bus', { name: 'cli' });
      await aws('sqs delete-queue', queue);
    },
  ],
  [
    'scheduler: a moment, a rate, groups, pages',
    async (aws) => {
      const url = await aws('sqs create-queue', { 'queue-name': 'cli-due', query: 'QueueUrl' });
      const queue = { 'queue-url': String(url) };
      const RoleArn = await role(aws, 'cli-due', 'scheduler.amazonaws.com', ['sqs:SendMessage']);
      const group = { 'group-name': 'cli' };
      await aws('scheduler create-schedule-group', { name: 'cli' });
      const common = {
        ...group,
        'flexible-time-window': { Mode: 'OFF' },
        target: { Arn: arn.replace('cli-told', 'cli-due'), RoleArn, Input: '"due"' },
      };
      const soon = new Date(Date.now() + 3_000).toISOString().slice(0, 19);
      const made = await aws('scheduler create-schedule', {
        ...common,
        name: 'once',
        'schedule-expression': `at(${soon})`,
        query: 'ScheduleArn',
      });
      same(made, 'arn:aws:scheduler:us-east-1:000000000000:schedule/cli/once');
      same(await told(aws, queue), ['"due"']);
      await aws('scheduler create-schedule', {
        ...common,
        name: 'daily',
        'schedule-expression': 'cron(0 9 * * ? *)',
        'schedule-expression-timezone': 'Europe/Berlin',
      });
      const listed = await aws('scheduler list-schedules', {
        ...group,
        'page-size': 1,
        query: 'Schedules[].Name',
      });
      same(listed, ['daily', 'once']);
      const zone = { ...group, name: 'daily', query: 'ScheduleExpressionTimezone' };
      same(await aws('scheduler get-schedule', zone), 'Europe/Berlin');
      await aws.refused('ConflictException', 'scheduler create-schedule', {
        ...common,
        name: 'daily',
        'schedule-expression': 'rate(1 day)',
      });
      await aws.refused('ValidationException', 'scheduler create-schedule', {
        ...common,
        name: 'bad',
        'schedule-expression': 'rate(0 days)',
      });
      await aws('scheduler delete-schedule', { ...group, name: 'daily' });
      await aws('scheduler delete-schedule-group', { name: 'cli' });
      await aws.refused('ResourceNotFoundException', 'scheduler get-schedule', {
        ...group,
        name: 'once',
      });
      await aws('sqs delete-queue', queue);
      await dropRole(aws, 'cli-due');
    },
  ],
];
