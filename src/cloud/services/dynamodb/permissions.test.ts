import {
  BatchGetItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootPrincipal } from '../../core/principals.ts';
import { refusal, startDynamodb } from './fixtures/tables.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/people';
let cloud: Awaited<ReturnType<typeof startDynamodb>>;
let users: IAMClient;
beforeAll(async () => {
  cloud = await startDynamodb();
  users = new IAMClient(cloud.settings);
  await cloud.table('people', undefined, {
    AttributeDefinitions: [{ AttributeName: 'g', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byG',
        KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
});
afterAll(async () => {
  users.destroy();
  await cloud.stop();
});

/** A client of a user who may do what the statements say. */
const as = async (UserName: string, ...Statement: readonly object[]) => {
  await users.send(new CreateUserCommand({ UserName }));
  if (Statement.length > 0)
    await users.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: 'p',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
      }),
    );
  const { AccessKey } = await users.send(new CreateAccessKeyCommand({ UserName }));
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  return {
    items: new DynamoDBClient({ ...cloud.settings, credentials }),
    streams: new DynamoDBStreamsClient({ ...cloud.settings, credentials }),
  };
};
const allow = (Action: string | readonly string[], Resource = TABLE, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});
const denied = (action: string) =>
  new RegExp(`^AccessDeniedException: .*not authorized to perform: ${action}`);
const get = (pk: string, more = {}) =>
  new GetItemCommand({ TableName: 'people', Key: { pk: { S: pk } }, ...more });

describe('a policy', () => {
  it('holds a user to the partition keys it names', async () => {
    const { items } = await as(
      'leading',
      allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:BatchGetItem'], TABLE, {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['me'] },
      }),
    );
    await items.send(get('me'));
    expect(await refusal(items.send(get('you')))).toMatch(denied('dynamodb:GetItem'));
    const query = (pk: string) =>
      new QueryCommand({
        TableName: 'people',
        KeyConditionExpression: '#k = :k',
        ExpressionAttributeNames: { '#k': 'pk' },
        ExpressionAttributeValues: { ':k': { S: pk } },
      });
    await items.send(query('me'));
    expect(await refusal(items.send(query('you')))).toMatch(denied('dynamodb:Query'));
    const both = new BatchGetItemCommand({
      RequestItems: { people: { Keys: [{ pk: { S: 'me' } }, { pk: { S: 'you' } }] } },
    });
    expect(await refusal(items.send(both))).toMatch(denied('dynamodb:BatchGetItem'));
    items.destroy();
  });

  it('holds a user to the attributes it names', async () => {
    const { items } = await as(
      'attributes',
      allow('dynamodb:GetItem', TABLE, {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'open'] },
        StringEquals: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      }),
    );
    await items.send(
      get('a', { ProjectionExpression: 'pk, #o', ExpressionAttributeNames: { '#o': 'open' } }),
    );
    expect(await refusal(items.send(get('a')))).toMatch(denied('dynamodb:GetItem'));
    expect(await refusal(items.send(get('a', { ProjectionExpression: 'secret' })))).toMatch(
      denied('dynamodb:GetItem'),
    );
    items.destroy();
  });

  it('on a table is none on its indexes', async () => {
    const { items } = await as('indexes', allow(['dynamodb:Query', 'dynamodb:Scan']));
    await items.send(new ScanCommand({ TableName: 'people' }));
    const scan = new ScanCommand({ TableName: 'people', IndexName: 'byG' });
    await expect(items.send(scan)).rejects.toThrow(`${TABLE}/index/byG`);
    items.destroy();
  });

  it('allows a transaction by its actions, and statements by theirs', async () => {
    const { items, streams } = await as(
      'writer',
      allow(['dynamodb:PutItem', 'dynamodb:PartiQLSelect']),
    );
    const put = { Put: { TableName: 'people', Item: { pk: { S: 't' } } } };
    const check = {
      ConditionCheck: {
        TableName: 'people',
        Key: { pk: { S: 'x' } },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    };
    await items.send(new TransactWriteItemsCommand({ TransactItems: [put] }));
    expect(
      await refusal(items.send(new TransactWriteItemsCommand({ TransactItems: [put, check] }))),
    ).toMatch(denied('dynamodb:ConditionCheckItem'));
    await items.send(
      new ExecuteStatementCommand({ Statement: `SELECT * FROM people WHERE pk='t'` }),
    );
    const remove = new ExecuteStatementCommand({ Statement: `DELETE FROM people WHERE pk='t'` });
    expect(await refusal(items.send(remove))).toMatch(denied('dynamodb:PartiQLDelete'));
    expect(await refusal(streams.send(new ListStreamsCommand({})))).toMatch(
      denied('dynamodb:ListStreams'),
    );
    items.destroy();
    streams.destroy();
  });

  it('that stands on the table itself counts, too', async () => {
    const { items } = await as('outsider');
    expect(await refusal(items.send(get('a')))).toMatch(denied('dynamodb:GetItem'));
    await cloud.client.send(
      new PutResourcePolicyCommand({
        ResourceArn: TABLE,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: 'arn:aws:iam::000000000000:user/outsider' },
              Action: 'dynamodb:GetItem',
              Resource: TABLE,
            },
          ],
        }),
      }),
    );
    await items.send(get('a'));
    const put = new PutItemCommand({ TableName: 'people', Item: { pk: { S: 'a' } } });
    expect(await refusal(items.send(put))).toMatch(denied('dynamodb:PutItem'));
    items.destroy();
  });

  it('lets another account in, by the ARN of the table', async () => {
    const other = '111111111111';
    const call = (TableName: string) =>
      cloud.cloud.dispatch({
        service: 'dynamodb',
        operation: 'GetItem',
        input: { TableName, Key: { pk: { S: 'a' } } },
        principal: rootPrincipal(other),
        accountId: other,
        region: 'us-east-1',
        requestId: 'r',
      });
    expect(await refusal(call(TABLE))).toMatch(denied('dynamodb:GetItem'));
    await cloud.client.send(
      new PutResourcePolicyCommand({
        ResourceArn: TABLE,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${other}:root` },
              Action: 'dynamodb:GetItem',
              Resource: TABLE,
            },
          ],
        }),
      }),
    );
    expect(await call(TABLE)).toEqual({});
    expect(await refusal(call('people'))).toMatch(/^ResourceNotFoundException/);
  });

  it('is asked for tags where a table is made with them', async () => {
    const { items } = await as('maker', allow('dynamodb:CreateTable', '*'));
    const table = (TableName: string, tagged: boolean) =>
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
        ...(tagged ? { Tags: [{ Key: 'k', Value: 'v' }] } : {}),
      });
    await items.send(table('untagged', false));
    expect(await refusal(items.send(table('tagged', true)))).toMatch(
      denied('dynamodb:TagResource'),
    );
    items.destroy();
  });
});
