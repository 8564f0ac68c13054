import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ListTopicsCommand, CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';
import { createVirtualClock } from './clock.ts';
import { createJournal } from './journal.ts';
import { createStore } from './store.ts';
import type { StatementUse } from './usage.ts';

let dir: string;
let running: RunningCloud;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sparta-decisions-'));
  running = await startCloud({ stateDir: dir });
});
afterEach(async () => {
  await running.stop();
  rmSync(dir, { recursive: true, force: true });
});

const settings = (credentials = { accessKeyId: 'test', secretAccessKey: 'test' }) => ({
  endpoint: running.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

/** The role `reader` may do these, by a statement each. */
const allow = (...statements: readonly object[]) =>
  new IAMClient(settings()).send(
    new PutRolePolicyCommand({
      RoleName: 'reader',
      PolicyName: 'own',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
const LIST = { Effect: 'Allow', Action: 'sns:List*', Resource: '*' };
const CREATE = { Effect: 'Allow', Action: 'sns:CreateTopic', Resource: '*' };
const NEVER = { Effect: 'Deny', Action: 'sns:CreateTopic', Resource: 'arn:aws:sns:*:*:never' };

const makeReader = async (): Promise<SNSClient> => {
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
  const { Role } = await new IAMClient(settings()).send(
    new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await allow(LIST, CREATE, NEVER);
  const { Credentials } = await new STSClient(settings()).send(
    new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'one' }),
  );
  return new SNSClient(
    settings({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      ...(Credentials?.SessionToken === undefined
        ? {}
        : { sessionToken: Credentials.SessionToken }),
    }),
  );
};

const uses = async () => {
  const response = await fetch(`${running.url}/_sparta/usage`);
  const { statements } = (await response.json()) as { readonly statements: StatementUse[] };
  return statements.map(({ statement, effect, count, actions }) => [
    statement,
    effect,
    count,
    ...actions,
  ]);
};

const denials = async () => {
  const response = await fetch(`${running.url}/_sparta/journal?outcome=denied`);
  const { entries } = (await response.json()) as {
    readonly entries: readonly { readonly id: number; readonly operation: string }[];
  };
  return entries;
};

/** As `kill -9` leaves the folder: nothing is closed, and nothing more is written. */
const restart = async () => {
  const before = running;
  running = await startCloud({ stateDir: dir });
  await before.stop();
};

describe('with a state folder', () => {
  it('what statements were used for outlives the cloud, and a changed policy is counted anew', async () => {
    const reader = await makeReader();
    await reader.send(new ListTopicsCommand({}));
    await reader.send(new ListTopicsCommand({}));
    await reader.send(new CreateTopicCommand({ Name: 'one' }));
    await expect(reader.send(new CreateTopicCommand({ Name: 'never' }))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
    });
    const told = [
      [0, 'Allow', 2, 'sns:ListTopics'],
      [1, 'Allow', 1, 'sns:CreateTopic'],
      [2, 'Deny', 1, 'sns:CreateTopic'],
    ];
    expect(await uses()).toEqual(told);
    await restart();
    expect(await uses()).toEqual(told);
    // The second statement is another one now; the third has gone.
    await allow(LIST, NEVER);
    expect(await uses()).toEqual([[0, 'Allow', 2, 'sns:ListTopics']]);
  });

  it('the journal goes on, and its calls can still be asked for', async () => {
    const reader = await makeReader();
    const never = () =>
      reader.send(new CreateTopicCommand({ Name: 'never' })).catch(() => undefined);
    await never();
    const [first] = await denials();
    expect(first?.operation).toBe('CreateTopic');
    await restart();
    expect(await denials()).toEqual([first]);
    const sns = new SNSClient(settings({ accessKeyId: 'test', secretAccessKey: 'test' }));
    await sns.send(new ListTopicsCommand({}));
    const response = await fetch(`${running.url}/_sparta/journal?after=${first?.id ?? 0}`);
    const { entries } = (await response.json()) as {
      readonly entries: readonly { readonly id: number; readonly operation: string }[];
    };
    // A number is never given out twice.
    expect(entries.map(({ operation }) => operation)).toEqual(['ListTopics']);
    expect(entries[0]?.id).toBeGreaterThan(first?.id ?? 0);
  });

  it('what lies in the state still names what brought it', async () => {
    const QueueUrl = async () =>
      (await new SQSClient(settings()).send(new CreateQueueCommand({ QueueName: 'work' })))
        .QueueUrl;
    await new SQSClient(settings()).send(
      new SendMessageCommand({ QueueUrl: await QueueUrl(), MessageBody: 'x' }),
    );
    const entryOf = (name: string) =>
      running.cloud.journal.entries().find(({ operation }) => operation === name);
    const sent = entryOf('SendMessage');
    await restart();
    await new SQSClient(settings()).send(new ReceiveMessageCommand({ QueueUrl: await QueueUrl() }));
    expect(entryOf('SendMessage')).toEqual(sent);
    expect(entryOf('ReceiveMessage')).toMatchObject({ cause: sent?.id, items: 1 });
  });

  it('the journal keeps as many entries as it may, and no more', async () => {
    const clock = createVirtualClock(0);
    const CAPACITY = 20;
    const ids = (file: string, count: number) => {
      const store = createStore(file);
      const journal = createJournal(clock, store, { capacity: CAPACITY });
      for (let index = 0; index < count; index += 1) {
        journal.note('core', 'x');
        store.commit();
      }
      store.flush();
      const kept = journal.entries().map(({ id }) => id);
      store.close();
      return kept;
    };
    const file = join(dir, 'ring');
    expect(ids(file, 30)).toEqual(Array.from({ length: CAPACITY }, (_, index) => index + 11));
    const second = ids(file, 5);
    expect(second.length).toBeLessThanOrEqual(CAPACITY);
    expect(new Set(second).size).toBe(second.length);
    expect(second.slice(-5)).toEqual([230, 231, 232, 233, 234]);
    expect(ids(file, 0)).toEqual(second);
  });
});
