import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EmbeddedProgram } from './fixtures/embedded-program.ts';
import { startEmbeddedProgram } from './fixtures/embedded-program.ts';

const PROGRAM = `import { bucket, lambda, main, service } from 'sparta';

const photos = bucket('Photos', { deletionPolicy: 'Delete' });
const keep = lambda('Keep', {
  functionName: 'keep',
  grants: { photos: photos.access('read', 'write') },
}, async (_event: object, { photos }) => photos.put('forbidden/a', 'x'));
await main(service('Keeper', { functions: [keep] }));
`;

const policy = (statement: object) => ({ Version: '2012-10-17', Statement: [statement] });
const FORBIDDEN = 'arn:aws:s3:::*/forbidden/*';

let program: EmbeddedProgram;
beforeAll(async () => {
  program = await startEmbeddedProgram(PROGRAM, {
    serviceControlPolicies: [
      {
        name: 'services.json',
        document: policy({ Effect: 'Allow', NotAction: 'dynamodb:*', Resource: '*' }),
      },
      {
        name: 'guardrails.json',
        document: policy({ Effect: 'Deny', Action: 's3:Put*', Resource: FORBIDDEN }),
      },
    ],
  });
  const { code, error } = await program.run(['provision']);
  expect({ code, error }).toEqual({ code: 0, error: '' });
}, 60_000);
afterAll(() => program.stop());

it('can names the service control policy that denies, and those of which none allows', async () => {
  const denied = await program.run(['can', 'Keep', 's3:PutObject', 'arn:aws:s3:::b/forbidden/a']);
  expect(denied.code).toBe(4);
  expect(denied.out).toContain(
    'why    a statement of a service control policy denies it, and a denial overrides every permission',
  );
  expect(denied.out).toContain(
    `guardrails.json: {"Effect":"Deny","Action":"s3:Put*","Resource":"${FORBIDDEN}"}`,
  );
  const none = await program.run(['can', 'Keep', 'dynamodb:ListTables', '*']);
  expect(none.code).toBe(4);
  expect(none.out).toContain(
    'why    no service control policy allows it: services.json, guardrails.json',
  );
  // A grant would not help.
  expect(none.out).not.toContain('write');
});

it('explain says it of a call that was made', async () => {
  const lambda = new LambdaClient(program.settings);
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: 'keep' }));
  lambda.destroy();
  expect(FunctionError).toBe('Unhandled');
  const { out } = await program.run(['explain']);
  expect(out).toMatch(/^denied {2}s3:PutObject on arn:aws:s3:::[^/]+\/forbidden\/a/);
  expect(out).toContain('a statement of a service control policy denies it');
  expect(out).toContain('guardrails.json: ');
});
