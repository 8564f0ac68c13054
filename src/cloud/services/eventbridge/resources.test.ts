import {
  CreateArchiveCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EventBridgeClient,
  ListTagsForResourceCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StackBench } from '../../fixtures/stack-bench.ts';
import { startStackBench } from '../../fixtures/stack-bench.ts';

let bench: StackBench;
let events: EventBridgeClient;
beforeAll(async () => {
  bench = await startStackBench();
  events = new EventBridgeClient(bench.settings);
});
afterAll(async () => {
  events.destroy();
  await bench.stop();
});

const GROUP = { Type: 'AWS::Logs::LogGroup' };
const arnOfGroup = { 'Fn::GetAtt': ['Group', 'Arn'] };
const ruleOn = (properties: object) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern: { source: ['shop'] },
    Targets: [{ Id: 'log', Arn: arnOfGroup }],
    ...properties,
  },
});
const getAtt = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });

it('a bus with its policy, its rules and its archive is made, changed and deleted', async () => {
  const resources = (bus: object, rule: object, archive: object) => ({
    Group: GROUP,
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'orders', ...bus } },
    Policy: {
      Type: 'AWS::Events::EventBusPolicy',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        StatementId: 'others',
        Action: 'events:PutEvents',
        Principal: '111122223333',
      },
    },
    More: {
      Type: 'AWS::Events::EventBusPolicy',
      DependsOn: 'Policy',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        StatementId: 'more',
        Statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'events:ListRules',
          Resource: getAtt('Bus', 'Arn'),
        },
      },
    },
    Rule: ruleOn({ EventBusName: { Ref: 'Bus' }, ...rule }),
    Archive: {
      Type: 'AWS::Events::Archive',
      Properties: { ArchiveName: 'kept', SourceArn: getAtt('Bus', 'Arn'), ...archive },
    },
  });
  const outputs = {
    Rule: { Ref: 'Rule' },
    RuleArn: getAtt('Rule', 'Arn'),
    BusArn: getAtt('Bus', 'Arn'),
    ArchiveArn: getAtt('Archive', 'Arn'),
  };
  const made = await bench.deploy(
    'bus',
    resources(
      { Description: 'one', Tags: [{ Key: 'a', Value: '1' }] },
      {
        Description: 'd',
        Targets: [{ Id: 'log', Arn: arnOfGroup, RetryPolicy: { MaximumRetryAttempts: 3 } }],
      },
      { RetentionDays: 3 },
    ),
    outputs,
  );
  expect(made.failures).toEqual([]);
  const name = made.outputs['Rule']?.split('|')[1] ?? '';
  expect(made.outputs).toMatchObject({
    Rule: expect.stringMatching(/^orders\|bus-Rule-\w+$/) as string,
    RuleArn: `arn:aws:events:us-east-1:000000000000:rule/orders/${name}`,
    BusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/orders',
    ArchiveArn: 'arn:aws:events:us-east-1:000000000000:archive/kept',
  });
  const bus = await events.send(new DescribeEventBusCommand({ Name: 'orders' }));
  expect(bus.Description).toBe('one');
  expect(JSON.parse(bus.Policy ?? '{}')).toMatchObject({
    Statement: [{ Sid: 'others' }, { Sid: 'more', Action: 'events:ListRules' }],
  });
  const { Tags = [] } = await events.send(
    new ListTagsForResourceCommand({ ResourceARN: made.outputs['RuleArn'] }),
  );
  expect(Tags.map(({ Key }) => Key)).toContain('aws:cloudformation:stack-name');
  expect(await bench.drift('bus')).toEqual([
    'Archive: IN_SYNC',
    'Bus: IN_SYNC',
    'Group: IN_SYNC',
    'More: IN_SYNC',
    'Policy: IN_SYNC',
    'Rule: IN_SYNC',
  ]);

  const changed = await bench.deploy(
    'bus',
    resources(
      {},
      {
        State: 'ENABLED',
        Targets: [
          { Id: 'a', Arn: arnOfGroup, Input: '"x"' },
          { Id: 'b', Arn: arnOfGroup },
        ],
      },
      { RetentionDays: 4, EventPattern: { source: ['shop'] } },
    ),
    outputs,
  );
  expect(changed.failures).toEqual([]);
  const { Targets = [] } = await events.send(
    new ListTargetsByRuleCommand({ Rule: name, EventBusName: 'orders' }),
  );
  expect(Targets.map(({ Id }) => Id)).toEqual(['a', 'b']);
  expect(
    (await events.send(new DescribeEventBusCommand({ Name: 'orders' }))).Description,
  ).toBeUndefined();
  await events.send(new DisableRuleCommand({ Name: name, EventBusName: 'orders' }));
  expect(await bench.drift('bus')).toContain('Rule: MODIFIED /State');
  expect(await bench.remove('bus')).toBe('DELETE_COMPLETE');
  await expect(events.send(new DescribeEventBusCommand({ Name: 'orders' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('a schedule on the default bus is a rule, too', async () => {
  const made = await bench.deploy(
    'timer',
    {
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 hour)', State: 'DISABLED' },
      },
    },
    { Name: { Ref: 'Rule' }, Arn: getAtt('Rule', 'Arn') },
  );
  const Name = made.outputs['Name'] ?? '';
  expect(made.outputs['Arn']).toBe(`arn:aws:events:us-east-1:000000000000:rule/${Name}`);
  expect(await events.send(new DescribeRuleCommand({ Name }))).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
    State: 'DISABLED',
  });
  expect(await bench.remove('timer')).toBe('DELETE_COMPLETE');
});

it('a rule with targets that AWS refuses leaves nothing behind', async () => {
  const { status, failures } = await bench.deploy('bad', {
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'bad-rule',
        EventPattern: { source: ['shop'] },
        Targets: [{ Id: 'x', Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:x' }],
      },
    },
  });
  expect(status).toBe('ROLLBACK_COMPLETE');
  expect(failures.join()).toContain('stateMachine:x is not supported');
  await expect(events.send(new DescribeRuleCommand({ Name: 'bad-rule' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('an archive does not hold its bus', async () => {
  await bench.deploy('held', {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'held' } },
  });
  await events.send(
    new CreateArchiveCommand({
      ArchiveName: 'held',
      EventSourceArn: 'arn:aws:events:us-east-1:000000000000:event-bus/held',
    }),
  );
  await expect(
    events.send(
      new PutTargetsCommand({ Rule: 'Events-Archive-held', EventBusName: 'held', Targets: [] }),
    ),
  ).rejects.toMatchObject({ name: 'ManagedRuleException' });
  expect(await bench.remove('held')).toBe('DELETE_COMPLETE');
});
