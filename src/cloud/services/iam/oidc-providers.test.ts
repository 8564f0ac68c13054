import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  type CreateOpenIDConnectProviderCommandInput,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../index.ts';
import { iam } from './index.ts';

const THUMBPRINT = 'a'.repeat(40);

let running: RunningCloud;
let client: IAMClient;
let next = 0;

beforeAll(async () => {
  running = await startCloud({ services: [iam] });
  client = new IAMClient({
    endpoint: running.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await running.stop();
});

const create = async (more: Partial<CreateOpenIDConnectProviderCommandInput> = {}) => {
  const Url = `https://issuer-${++next}.example.com`;
  const made = await client.send(new CreateOpenIDConnectProviderCommand({ Url, ...more }));
  return made.OpenIDConnectProviderArn ?? '';
};
const get = (OpenIDConnectProviderArn: string) =>
  client.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));

it('are made from an address, found, listed and deleted', async () => {
  const arn = await create({
    Url: 'https://token.actions.githubusercontent.com/acme',
    ClientIDList: ['sts.amazonaws.com', 'sts.amazonaws.com'],
    ThumbprintList: [THUMBPRINT],
  });
  expect(arn).toBe(
    'arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com/acme',
  );
  expect(await get(arn)).toMatchObject({
    Url: 'token.actions.githubusercontent.com/acme',
    ClientIDList: ['sts.amazonaws.com'],
    ThumbprintList: [THUMBPRINT],
    Tags: [],
  });
  const { OpenIDConnectProviderList } = await client.send(
    new ListOpenIDConnectProvidersCommand({}),
  );
  expect(OpenIDConnectProviderList).toContainEqual({ Arn: arn });
  const remove = () =>
    client.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
  await remove();
  await expect(remove()).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `OpenId connect Provider ${arn} cannot be found.`,
  });
  await expect(get(arn)).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `OpenIDConnect Provider not found for arn ${arn}`,
  });
});

it('take and lose client ids and thumbprints; to repeat is no error', async () => {
  const OpenIDConnectProviderArn = await create({ ClientIDList: ['one'] });
  const target = { OpenIDConnectProviderArn };
  for (const ClientID of ['two', 'two'])
    await client.send(new AddClientIDToOpenIDConnectProviderCommand({ ...target, ClientID }));
  expect((await get(OpenIDConnectProviderArn)).ClientIDList).toEqual(['one', 'two']);
  for (const ClientID of ['one', 'one'])
    await client.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...target, ClientID }));
  expect((await get(OpenIDConnectProviderArn)).ClientIDList).toEqual(['two']);
  const ThumbprintList = ['b'.repeat(40), 'c'.repeat(40)];
  await client.send(
    new UpdateOpenIDConnectProviderThumbprintCommand({ ...target, ThumbprintList }),
  );
  expect((await get(OpenIDConnectProviderArn)).ThumbprintList).toEqual(ThumbprintList);
});

it('carry at most fifty tags', async () => {
  const OpenIDConnectProviderArn = await create({ Tags: [{ Key: 'team', Value: 'blue' }] });
  const target = { OpenIDConnectProviderArn };
  await client.send(
    new TagOpenIDConnectProviderCommand({ ...target, Tags: [{ Key: 'cost', Value: '1' }] }),
  );
  await client.send(new UntagOpenIDConnectProviderCommand({ ...target, TagKeys: ['team'] }));
  expect((await client.send(new ListOpenIDConnectProviderTagsCommand(target))).Tags).toEqual([
    { Key: 'cost', Value: '1' },
  ]);
  const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  await expect(
    client.send(new TagOpenIDConnectProviderCommand({ ...target, Tags })),
  ).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'The number of tags has reached the maximum limit.',
  });
});

it.each([
  ['http://plain.example.com', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
  ['https://x.example.com?a=b', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
  ['no address', 'ValidationError', 'Invalid Open ID Connect Provider URL'],
])('the address %s is refused', async (Url, name, message) => {
  await expect(create({ Url })).rejects.toMatchObject({ name, message });
});

it('refuse what AWS refuses, in its words', async () => {
  await create({ Url: 'https://twice.example.com' });
  await expect(create({ Url: 'https://twice.example.com' })).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: 'Provider with url https://twice.example.com already exists.',
  });
  const thumbprints = Array.from({ length: 6 }, (_, index) => String(index).repeat(40));
  await expect(create({ ThumbprintList: thumbprints })).rejects.toMatchObject({
    name: 'InvalidInputException',
    message: 'Thumbprint list must contain fewer than 5 entries.',
  });
  const ids = Array.from({ length: 101 }, (_, index) => `client-${index}`);
  await expect(create({ ClientIDList: ids })).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
  });
  const arn = await create({ ClientIDList: ids.slice(1) });
  await expect(
    client.send(
      new AddClientIDToOpenIDConnectProviderCommand({
        OpenIDConnectProviderArn: arn,
        ClientID: 'one-more',
      }),
    ),
  ).rejects.toMatchObject({ name: 'LimitExceededException' });
  await expect(
    create({ Url: `https://${'x'.repeat(260)}`, ClientIDList: [''], ThumbprintList: ['short'] }),
  ).rejects.toMatchObject({
    name: 'ValidationError',
    message:
      "3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]; Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
  });
});
