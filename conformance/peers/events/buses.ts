import type { Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** Buses, rules, targets, permissions and tags of EventBridge. */

const bus = (Name: string | undefined, more: Input = {}) =>
  call('CreateEventBus', { Name, ...more });
const rule = (Name: string | undefined, more: Input = {}) =>
  call('PutRule', { Name, EventPattern: '{"source":["a"]}', ...more });
const targets = (Rule: string, Targets: readonly Input[], more: Input = {}) =>
  call('PutTargets', { Rule, Targets, ...more });
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:heard';
const RULE = 'arn:aws:events:us-east-1:000000000000:rule/plain';

export const buses: Calls = {
  'create a bus': bus('own'),
  'create it again': bus('own'),
  'create a bus with tags': bus('tagged', {
    Tags: [{ Key: 'a', Value: '1' }],
    Description: 'a bus',
  }),
  'create a bus: no name': bus(undefined),
  'create a bus: a slash': bus('a/b'),
  'create a bus: a blank': bus('a b'),
  'create a bus: the default one': bus('default'),
  'create a bus: a name too long': bus('x'.repeat(257)),
  'describe a bus': call('DescribeEventBus', { Name: 'own' }, ({ Name, Arn }) => [Name, Arn]),
  'describe the default bus': call('DescribeEventBus', {}, ({ Name, Arn }) => [Name, Arn]),
  'describe no bus': call('DescribeEventBus', { Name: 'none' }),
  'list buses': call('ListEventBuses', {}, ({ EventBuses }) =>
    (EventBuses as readonly Input[]).map(({ Name }) => String(Name)).sort(),
  ),
  'list buses by prefix': call('ListEventBuses', { NamePrefix: 'ow' }, ({ EventBuses }) =>
    (EventBuses as readonly Input[]).map(({ Name }) => Name),
  ),
  'allow an account': call('PutPermission', {
    EventBusName: 'own',
    StatementId: 'one',
    Principal: '111111111111',
    Action: 'events:PutEvents',
  }),
  'allow: an unknown action': call('PutPermission', {
    EventBusName: 'own',
    StatementId: 'two',
    Principal: '111111111111',
    Action: 'events:Fly',
  }),
  'allow: nobody': call('PutPermission', {
    EventBusName: 'own',
    StatementId: 'two',
    Action: 'events:PutEvents',
  }),
  'allow: on no bus': call('PutPermission', {
    EventBusName: 'none',
    StatementId: 'two',
    Principal: '111111111111',
    Action: 'events:PutEvents',
  }),
  'allow: a condition of another key': call('PutPermission', {
    EventBusName: 'own',
    StatementId: 'two',
    Principal: '*',
    Action: 'events:PutEvents',
    Condition: { Type: 'StringEquals', Key: 'aws:PrincipalTag', Value: 'x' },
  }),
  'the policy then': call(
    'DescribeEventBus',
    { Name: 'own' },
    ({ Policy }) => JSON.parse(String(Policy)) as unknown,
  ),
  'allow no more': call('RemovePermission', { EventBusName: 'own', StatementId: 'one' }),
  'allow no more again': call('RemovePermission', { EventBusName: 'own', StatementId: 'one' }),
  'allow no more on no bus': call('RemovePermission', { EventBusName: 'none', StatementId: 'one' }),

  'put a rule': rule('plain'),
  'put it again with a description': rule('plain', { Description: 'changed' }),
  'put a rule on a bus': rule('plain', { EventBusName: 'own' }),
  'put a schedule': rule('clock', {
    EventPattern: undefined,
    ScheduleExpression: 'rate(5 minutes)',
  }),
  'put a cron': rule('cron', { EventPattern: undefined, ScheduleExpression: 'cron(0 12 * * ? *)' }),
  'put a rule with tags': rule('tagged', { Tags: [{ Key: 'a', Value: '1' }], State: 'DISABLED' }),
  'put a rule: a wrong name': rule('a b'),
  'put a rule: a name too long': rule('x'.repeat(65)),
  'put a rule: neither pattern nor schedule': rule('bad', { EventPattern: undefined }),
  'put a rule: on no bus': rule('bad', { EventBusName: 'none' }),
  'put a rule: a schedule on a bus': rule('bad', {
    EventBusName: 'own',
    EventPattern: undefined,
    ScheduleExpression: 'rate(5 minutes)',
  }),
  'put a rule: a rate of none': rule('bad', {
    EventPattern: undefined,
    ScheduleExpression: 'rate(0 minutes)',
  }),
  'put a rule: one minutes': rule('bad', {
    EventPattern: undefined,
    ScheduleExpression: 'rate(1 minutes)',
  }),
  'put a rule: a cron of five fields': rule('bad', {
    EventPattern: undefined,
    ScheduleExpression: 'cron(0 12 * * ?)',
  }),
  'put a rule: both days': rule('bad', {
    EventPattern: undefined,
    ScheduleExpression: 'cron(0 12 1 * 2 *)',
  }),
  'put a rule: nonsense': rule('bad', { EventPattern: undefined, ScheduleExpression: 'daily' }),
  'put a rule: an unknown state': rule('bad', { State: 'ASLEEP' }),
  'put a rule: a pattern of no JSON': rule('bad', { EventPattern: '{' }),
  'put a rule: a pattern that is a list': rule('bad', { EventPattern: '[]' }),
  'put a rule: an empty pattern': rule('bad', { EventPattern: '{}' }),
  'put a rule: a pattern without a list': rule('bad', { EventPattern: '{"source":"a"}' }),
  'put a rule: an empty list': rule('bad', { EventPattern: '{"source":[]}' }),
  'put a rule: an unknown match': rule('bad', { EventPattern: '{"source":[{"like":"a"}]}' }),
  'put a rule: numbers that are none': rule('bad', {
    EventPattern: '{"detail":{"n":[{"numeric":[">","x"]}]}}',
  }),
  'put a rule: a prefix that is a number': rule('bad', {
    EventPattern: '{"source":[{"prefix":5}]}',
  }),
  'put a rule: exists that is a text': rule('bad', { EventPattern: '{"source":[{"exists":"x"}]}' }),
  'put a rule: a pattern too long': rule('bad', {
    EventPattern: JSON.stringify({ source: ['x'.repeat(5000)] }),
  }),
  'describe a rule': call('DescribeRule', { Name: 'plain' }),
  'describe a schedule': call('DescribeRule', { Name: 'clock' }),
  'describe a rule of a bus': call('DescribeRule', { Name: 'plain', EventBusName: 'own' }),
  'describe no rule': call('DescribeRule', { Name: 'none' }),
  'describe a rule of no bus': call('DescribeRule', { Name: 'plain', EventBusName: 'none' }),
  'list rules': call('ListRules', {}, ({ Rules }) =>
    (Rules as readonly Input[]).map(({ Name }) => String(Name)).sort(),
  ),
  'list rules by prefix': call('ListRules', { NamePrefix: 'c' }, ({ Rules }) =>
    (Rules as readonly Input[]).map(({ Name }) => String(Name)).sort(),
  ),
  'list a page of rules': call('ListRules', { Limit: 2 }, ({ Rules, NextToken }) => [
    (Rules as readonly Input[]).length,
    NextToken !== undefined,
  ]),
  'list rules of no bus': call('ListRules', { EventBusName: 'none' }),
  'disable a rule': call('DisableRule', { Name: 'plain' }),
  'a disabled rule': call('DescribeRule', { Name: 'plain' }, ({ State }) => State),
  'enable a rule': call('EnableRule', { Name: 'plain' }),
  'disable no rule': call('DisableRule', { Name: 'none' }),
  'enable no rule': call('EnableRule', { Name: 'none' }),

  'put a target': targets('plain', [{ Id: 'queue', Arn: QUEUE }]),
  'put another target': targets('plain', [{ Id: 'second', Arn: `${QUEUE}2`, Input: '{"a":1}' }]),
  'put a target: on no rule': targets('none', [{ Id: 'a', Arn: QUEUE }]),
  'put a target: none': targets('plain', []),
  'put a target: no ARN': targets('plain', [{ Id: 'a', Arn: 'heard' }]),
  'put a target: no id': targets('plain', [{ Arn: QUEUE }]),
  'put a target: a wrong id': targets('plain', [{ Id: 'a b', Arn: QUEUE }]),
  'put a target: two inputs': targets('plain', [
    { Id: 'a', Arn: QUEUE, Input: '{}', InputPath: '$.detail' },
  ]),
  'put a target: an input of no JSON': targets('plain', [{ Id: 'a', Arn: QUEUE, Input: 'x' }]),
  'put a target: a path that is none': targets('plain', [
    { Id: 'a', Arn: QUEUE, InputPath: 'detail' },
  ]),
  'put a target: six in all': targets(
    'plain',
    Array.from({ length: 6 }, (_, index) => ({ Id: `t${index}`, Arn: QUEUE })),
  ),
  'put a target: a FIFO queue without a group': targets('plain', [
    { Id: 'a', Arn: `${QUEUE}.fifo` },
  ]),
  'list targets': call('ListTargetsByRule', { Rule: 'plain' }),
  'list targets of no rule': call('ListTargetsByRule', { Rule: 'none' }),
  'list rules by target': call('ListRuleNamesByTarget', { TargetArn: QUEUE }),
  'list rules by no target': call('ListRuleNamesByTarget', { TargetArn: `${QUEUE}9` }),
  'delete a rule that has targets': call('DeleteRule', { Name: 'plain' }),
  'remove a target': call('RemoveTargets', { Rule: 'plain', Ids: ['second', 'none'] }),
  'remove targets of no rule': call('RemoveTargets', { Rule: 'none', Ids: ['a'] }),
  'remove the rest': call('RemoveTargets', { Rule: 'plain', Ids: ['queue'] }),

  'tags of a rule': call('ListTagsForResource', { ResourceARN: RULE.replace('plain', 'tagged') }),
  'tag a rule': call('TagResource', { ResourceARN: RULE, Tags: [{ Key: 'b', Value: '2' }] }),
  'untag a rule': call('UntagResource', { ResourceARN: RULE, TagKeys: ['z'] }),
  'tags then': call('ListTagsForResource', { ResourceARN: RULE }),
  'tags of no rule': call('ListTagsForResource', { ResourceARN: RULE.replace('plain', 'none') }),
  'tag no rule': call('TagResource', {
    ResourceARN: RULE.replace('plain', 'none'),
    Tags: [{ Key: 'b', Value: '2' }],
  }),
};
