import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  TagResourceCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sessions } from '../secrets-manager/fixtures/sessions.ts';
import { startSessions } from '../secrets-manager/fixtures/sessions.ts';

const ACCOUNT = '000000000000';
const busArn = (name: string) => `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/${name}`;

let sessions: Sessions;
let root: EventBridgeClient;
beforeAll(async () => {
  sessions = await startSessions();
  root = sessions.client(EventBridgeClient);
  for (const Name of ['mine', 'theirs']) await root.send(new CreateEventBusCommand({ Name }));
});
afterAll(() => sessions.stop());

const put = (client: EventBridgeClient, EventBusName: string, Source = 'shop') =>
  client.send(
    new PutEventsCommand({
      Entries: [{ EventBusName, Source, DetailType: 'Ordered', Detail: '{}' }],
    }),
  );
const denied = (action: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringContaining(`is not authorized to perform: ${action}`) as string,
});

it('events are put on the buses and from the sources that a policy names', async () => {
  const { client } = await sessions.role([
    {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: busArn('mine'),
      Condition: { StringEquals: { 'events:source': 'shop' } },
    },
  ]);
  const events = client(EventBridgeClient);
  expect((await put(events, 'mine')).FailedEntryCount).toBe(0);
  await expect(put(events, 'mine', 'other')).rejects.toMatchObject(denied('events:PutEvents'));
  await expect(put(events, 'theirs')).rejects.toMatchObject(denied('events:PutEvents'));
});

it('a bus lets in whom its policy names, and shuts out whom it denies', async () => {
  const guest = await sessions.role([]);
  const events = guest.client(EventBridgeClient);
  const policy = (Effect: string, Principal: unknown) =>
    root.send(
      new PutPermissionCommand({
        EventBusName: 'theirs',
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect,
            Principal,
            Action: 'events:PutEvents',
            Resource: busArn('theirs'),
          },
        }),
      }),
    );
  await expect(put(events, 'theirs')).rejects.toMatchObject(denied('events:PutEvents'));
  await policy('Allow', { AWS: guest.arn });
  expect((await put(events, 'theirs')).FailedEntryCount).toBe(0);
  await policy('Deny', '*');
  await expect(put(events, 'theirs')).rejects.toMatchObject(denied('events:PutEvents'));
});

it('a role is given to neither service without iam:PassRole', async () => {
  const { client } = await sessions.role([
    { Effect: 'Allow', Action: ['events:*', 'scheduler:*'], Resource: '*' },
  ]);
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/strong`;
  const events = client(EventBridgeClient);
  await events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["shop"]}' }));
  await expect(
    events.send(
      new PutTargetsCommand({ Rule: 'r', Targets: [{ Id: 't', Arn: busArn('mine'), RoleArn }] }),
    ),
  ).rejects.toMatchObject(denied('iam:PassRole'));
  await expect(
    client(SchedulerClient).send(
      new CreateScheduleCommand({
        Name: 's',
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: `arn:aws:sns:us-east-1:${ACCOUNT}:t`, RoleArn, Input: 'x' },
      }),
    ),
  ).rejects.toMatchObject(denied('iam:PassRole'));
});

it('tags of a bus count in policies', async () => {
  const { client } = await sessions.role([
    {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/open': 'yes' } },
    },
  ]);
  const events = client(EventBridgeClient);
  await expect(put(events, 'mine')).rejects.toMatchObject(denied('events:PutEvents'));
  await root.send(
    new TagResourceCommand({ ResourceARN: busArn('mine'), Tags: [{ Key: 'open', Value: 'yes' }] }),
  );
  expect((await put(events, 'mine')).FailedEntryCount).toBe(0);
});
