import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { lambda, main, parameter, secret, service } from 'sparta';

const limit = parameter('Limit', { value: '{"most":7}' });
const token = parameter('Token', { existing: '/shop/token' });
const key = secret('Key', { generate: { length: 40, template: '{"user":"admin"}', key: 'password' }, deletionPolicy: 'Delete' });
const old = secret('Old', { existing: 'shop/old' });
const fresh = parameter('Fresh', { existing: '/shop/fresh' });
const read = lambda('Read', {
  functionName: 'read',
  grants: { limit: limit.read(), token: token.read(), fresh: fresh.read({ maxAge: 0 }), key: key.read(), old: old.read() },
}, async (_event: unknown, { limit, token, fresh, key, old }) => ({
  key: await key.json<{ readonly user: string; readonly password: string }>().then(({ user, password }) => [user, password.length]),
  old: await old.get(),
  limit: (await limit.json<{ readonly most: number }>()).most,
  token: await token.get(),
  fresh: await fresh.get(),
  name: token.settingName,
  environment: Object.values(process.env).some((value) => value?.includes('s3cret')),
}));
await main(service('Settings', { functions: [read] }));
`;

let program: EmbeddedProgram;
let ssm: SSMClient;
beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM);
  ssm = new SSMClient(program.settings);
  await put('/shop/token', 's3cret', 'SecureString');
  await put('/shop/fresh', 'one', 'String');
  await new SecretsManagerClient(program.settings).send(
    new CreateSecretCommand({ Name: 'shop/old', SecretString: 'older' }),
  );
}, 60_000);
afterAll(() => program.stop());

const put = (Name: string, Value: string, Type: 'String' | 'SecureString') =>
  ssm.send(new PutParameterCommand({ Name, Value, Type, Overwrite: true }));

const invoke = async (): Promise<Readonly<Record<string, unknown>>> => {
  const { Payload, FunctionError } = await new LambdaClient(program.settings).send(
    new InvokeCommand({ FunctionName: 'read' }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) throw new TypeError(text);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
};

it('parameters and secrets, made or found, are read by those who were granted them, and stand nowhere else', async () => {
  const { code, error } = await program.run(['provision']);
  expect({ code, error }).toEqual({ code: 0, error: '' });
  expect(await invoke()).toEqual({
    key: ['admin', 40],
    old: 'older',
    limit: 7,
    token: 's3cret',
    fresh: 'one',
    name: '/shop/token',
    environment: false,
  });
  // What is kept for five minutes is not asked again; what is kept for none is.
  await put('/shop/token', 'changed', 'SecureString');
  await put('/shop/fresh', 'two', 'String');
  expect(await invoke()).toMatchObject({ token: 's3cret', fresh: 'two' });
  const can = await program.run([
    'can',
    'Read',
    'ssm:GetParameter',
    'arn:aws:ssm:us-east-1:000000000000:parameter/shop/other',
  ]);
  expect(can.code).toBe(4);
}, 60_000);
