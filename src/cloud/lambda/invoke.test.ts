import { InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { startLambdaBench } from './fixtures/lambda-bench.ts';

let bench: LambdaBench;
beforeAll(async () => {
  bench = await startLambdaBench();
});
afterAll(() => bench.stop());

const ESM = (body: string) => ({ 'index.mjs': `export const handler = ${body};` });

describe('an invocation', () => {
  it('answers what the handler returns, with the log of the invocation', async () => {
    await bench.create(
      'echo',
      ESM(`async (event) => { console.log('seen', event); return { got: event }; }`),
    );
    const answer = await bench.invoke('echo', { a: 1 });
    expect(answer).toMatchObject({ payload: { got: { a: 1 } }, status: 200, version: '$LATEST' });
    const lines = answer.log.split('\n');
    const id = /RequestId: (\S+)/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(lines[0]).toBe(`START RequestId: ${id} Version: $LATEST`);
    expect(lines[1]).toMatch(new RegExp(`^\\d{4}-\\S+Z\t${id}\tINFO\tseen { a: 1 }$`));
    expect(lines[2]).toBe(`END RequestId: ${id}`);
    expect(lines[3]).toMatch(
      new RegExp(
        `^REPORT RequestId: ${id}\tDuration: [\\d.]+ ms\tBilled Duration: \\d+ ms\tMemory Size: 128 MB\tMax Memory Used: \\d+ MB\tInit Duration: [\\d.]+ ms\t$`,
      ),
    );
  });

  it('finds handlers in CommonJS, in folders and in nested exports', async () => {
    await bench.create('c', { 'index.js': 'exports.handler = () => "cjs";' });
    await bench.create(
      'nested',
      { 'src/api/users.js': 'exports.api = { get: async () => "deep" };' },
      { Handler: 'src/api/users.api.get' },
    );
    await bench.create('typed', {
      'package.json': '{"type":"module"}',
      'index.js': 'export const handler = async () => "esm by package.json";',
    });
    expect((await bench.invoke('c')).payload).toBe('cjs');
    expect((await bench.invoke('nested')).payload).toBe('deep');
    expect((await bench.invoke('typed')).payload).toBe('esm by package.json');
  });

  it('tells the function what AWS tells it, and nothing of the developer', async () => {
    process.env['SECRET_OF_THE_DEVELOPER'] = 'x';
    await bench.create(
      'facts',
      ESM(`async (event, context) => ({
        env: process.env,
        context: { ...context, left: context.getRemainingTimeInMillis() },
        node: process.version,
        cwd: process.cwd(),
      })`),
      { Environment: { Variables: { MY_OWN: 'v' } }, MemorySize: 256, Timeout: 7 },
    );
    const { payload, log } = await bench.invoke('facts', null, {
      ClientContext: Buffer.from(JSON.stringify({ custom: { ü: 1 } })).toString('base64'),
    });
    const { env, context, node, cwd } = payload as {
      env: Record<string, string>;
      context: Record<string, unknown>;
      node: string;
      cwd: string;
    };
    expect(env['SECRET_OF_THE_DEVELOPER']).toBeUndefined();
    expect(env).toMatchObject({
      MY_OWN: 'v',
      _HANDLER: 'index.handler',
      AWS_REGION: 'us-east-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'facts',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/facts',
      AWS_ENDPOINT_URL: bench.url,
      TZ: ':UTC',
    });
    expect(env['AWS_ACCESS_KEY_ID']).toMatch(/^ASIA/);
    expect(env['_X_AMZN_TRACE_ID']).toMatch(
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    );
    expect(cwd).toBe(env['LAMBDA_TASK_ROOT']);
    expect(node).toMatch(/^v24\./);
    expect(context).toMatchObject({
      functionName: 'facts',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/facts',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:facts',
      clientContext: { custom: { ü: 1 } },
    });
    expect(context['left']).toBeGreaterThan(5_000);
    expect(context['left']).toBeLessThanOrEqual(7_000);
    expect(log).toContain(String(context['awsRequestId']));
  });

  it('keeps an environment for the next event, one event at a time', async () => {
    await bench.create('counter', ESM(`(() => { let n = 0; return async () => ++n; })()`));
    expect((await bench.invoke('counter')).payload).toBe(1);
    expect((await bench.invoke('counter')).payload).toBe(2);
  });

  it('carries the SDK for code that did not bring it, by require and by import', async () => {
    await bench.create('sdk-require', {
      'index.js': `const { S3Client } = require('@aws-sdk/client-s3'); exports.handler = async () => typeof S3Client;`,
    });
    await bench.create('sdk-import', {
      'index.mjs': `import { S3Client } from '@aws-sdk/client-s3'; export const handler = async () => typeof S3Client;`,
    });
    expect((await bench.invoke('sdk-require')).payload).toBe('function');
    expect((await bench.invoke('sdk-import')).payload).toBe('function');
  });

  it('carries nothing else, and what it carries can be loaded late', async () => {
    await bench.create('sdk-late', {
      'index.mjs': `export const handler = async ({ name }) => Object.keys(await import(name)).length > 0;`,
    });
    expect((await bench.invoke('sdk-late', { name: '@aws-sdk/client-sts' })).payload).toBe(true);
    expect((await bench.invoke('sdk-late', { name: 'fflate' })).error).toBe('Unhandled');
    await bench.create('no-leak', { 'index.js': `require('fflate'); exports.handler = () => 1;` });
    expect((await bench.invoke('no-leak')).payload).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
    });
  });

  it('is the cause of what the function does, under its own role', async () => {
    await bench.create(
      'who',
      {
        'index.mjs': `import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
        const sts = new STSClient({});
        export const handler = async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn;`,
      },
      { MemorySize: 256, Timeout: 20 },
    );
    expect((await bench.invoke('who')).payload).toBe(
      'arn:aws:sts::000000000000:assumed-role/function-role/who',
    );
    const entries = bench.cloud.journal.entries();
    const call = entries.findLast(({ operation }) => operation === 'GetCallerIdentity');
    const cause = entries.find(({ id }) => id === call?.cause);
    expect([cause?.service, cause?.operation]).toEqual(['lambda', 'Invoke']);
  });

  it('streams are gathered for a caller that does not stream', async () => {
    await bench.create('stream', {
      'index.mjs': `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('{"a":'); stream.write('1}'); stream.end();
      });`,
    });
    expect((await bench.invoke('stream')).payload).toEqual({ a: 1 });
    const { EventStream = [] } = await bench.lambda.send(
      new InvokeWithResponseStreamCommand({ FunctionName: 'stream' }),
    );
    let text = '';
    let complete = false;
    for await (const { PayloadChunk, InvokeComplete } of EventStream) {
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString('utf8');
      complete ||= InvokeComplete !== undefined;
    }
    expect([text, complete]).toEqual(['{"a":1}', true]);
  });

  it('takes 6 MB and answers 6 MB, and not more', async () => {
    await bench.create('size', ESM('async ({ size, text }) => text ?? "x".repeat(size)'), {
      MemorySize: 512,
    });
    const text = 'y'.repeat(6 * 1024 * 1024 - 100);
    expect((await bench.invoke('size', { text })).payload).toBe(text);
    await expect(bench.invoke('size', { text: text.repeat(2) })).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      message: expect.stringMatching(
        /^\d+ byte payload is too large for the RequestResponse invocation type \(limit 6291456 bytes\)$/,
      ),
    });
    expect(await bench.invoke('size', { size: 7_000_000 })).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage:
          'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      },
    });
    expect((await bench.invoke('size', { size: 1 })).payload).toBe('x');
  });

  it('refuses what is no JSON, and knows no function that is not there', async () => {
    await expect(
      bench.invoke('echo', undefined, { Payload: Buffer.from('{not json') }),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
    await expect(bench.invoke('nowhere')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nowhere',
    });
    expect(
      (await bench.invoke('echo', {}, { InvocationType: 'DryRun', LogType: undefined })).status,
    ).toBe(204);
  });
});

describe('a function that goes wrong', () => {
  const bad = async (name: string, body: string, more = {}) => {
    await bench.create(name, ESM(body), more);
    return bench.invoke(name);
  };

  it('throws: the error is the answer', async () => {
    const answer = await bad('throws', `async () => { throw new TypeError('no such thing'); }`);
    expect(answer).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'TypeError', errorMessage: 'no such thing' },
    });
    expect((answer.payload as { trace: string[] }).trace[0]).toBe('TypeError: no such thing');
    expect(answer.log).toMatch(/\tERROR\tInvoke Error \t\{"errorType":"TypeError"/);
    expect((await bench.invoke('throws')).error).toBe('Unhandled');
  });

  it('throws something that is no error', async () => {
    expect((await bad('throws-text', `async () => { throw 'just text'; }`)).payload).toEqual({
      errorType: 'string',
      errorMessage: 'just text',
      trace: [],
    });
  });

  it('throws where nobody catches it', async () => {
    const answer = await bad(
      'uncaught',
      `() => new Promise(() => setTimeout(() => { throw new RangeError('later'); }, 5))`,
    );
    expect(answer).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'RangeError', errorMessage: 'later' },
    });
    expect(
      await bad(
        'rejected',
        `() => { Promise.reject(new Error('lost')); return new Promise(() => {}); }`,
      ),
    ).toMatchObject({ payload: { errorType: 'Runtime.UnhandledPromiseRejection' } });
  });

  it('hangs: it is ended at its timeout', async () => {
    const answer = await bad('hangs', `async () => { for (;;) {} }`, { Timeout: 1 });
    expect(answer).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
        ),
      },
    });
    expect(answer.log).toContain('Task timed out after 1.00 seconds');
    expect(answer.log).toContain('Status: timeout');
  });

  it('exits the process', async () => {
    const answer = await bad(
      'exits',
      `async () => { console.log('last words'); process.exit(7); }`,
    );
    expect(answer).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Runtime exited with error: exit status 7$/,
        ),
      },
    });
    expect(answer.log).toContain('last words');
    expect((await bad('exits-well', `async () => process.exit(0)`)).payload).toMatchObject({
      errorMessage: expect.stringMatching(/Error: Runtime exited without providing a reason$/),
    });
  });

  it('waits for what will never come: the runtime ends', async () => {
    expect(await bad('never', `() => new Promise(() => {})`)).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'Runtime.NodeJsExit' },
    });
  });

  it('allocates without end, in the heap and outside of it', async () => {
    const heap = await bad(
      'heap',
      `async () => { const all = []; for (;;) all.push({ x: new Array(1000).fill(1.5) }); }`,
      {
        Timeout: 60,
      },
    );
    expect(heap).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorMessage: expect.stringMatching(/Error: Runtime exited with error: signal: /),
      },
    });
    const buffers = await bad(
      'buffers',
      `async () => { const all = []; for (;;) { all.push(Buffer.alloc(5e6, 1)); await new Promise((r) => setTimeout(r, 5)); } }`,
      { Timeout: 60 },
    );
    expect(buffers).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Runtime.OutOfMemory',
        errorMessage: expect.stringMatching(/Error: Runtime exited with error: signal: killed$/),
      },
    });
    expect(buffers.log).toContain('Max Memory Used: 128 MB');
  });

  it('answers with a circle', async () => {
    expect(await bad('circle', `async () => { const a = {}; a.a = a; return a; }`)).toMatchObject({
      error: 'Unhandled',
      payload: {
        errorType: 'Runtime.JSONStringifyError',
        errorMessage: 'Unable to stringify response body',
      },
    });
  });

  it('cannot be loaded: each reason has its name', async () => {
    const load = async (name: string, files: Record<string, string>, Handler = 'index.handler') => {
      await bench.create(name, files, { Handler });
      return (await bench.invoke(name)).payload;
    };
    expect(await load('syntax', { 'index.js': 'exports.handler = (' })).toMatchObject({
      errorType: 'Runtime.UserCodeSyntaxError',
      errorMessage: expect.stringMatching(/^SyntaxError: /),
    });
    const { log } = await bench.invoke('syntax');
    expect(log).toMatch(/\tERROR\tInit Error \t\{"errorType":"Runtime.UserCodeSyntaxError"/);
    expect(log).toMatch(/START RequestId: \S+ Version[^]*END RequestId[^]*REPORT RequestId/);
    expect(await load('missing', { 'other.js': '' })).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringMatching(/^Error: Cannot find module 'index'/),
    });
    expect(
      await load('missing-import', {
        'index.mjs': `import 'no-such-package'; export const handler = 1;`,
      }),
    ).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: expect.stringContaining(`Cannot find package 'no-such-package'`),
    });
    expect(await load('no-export', { 'index.js': 'exports.other = 1;' })).toMatchObject({
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.handler is undefined or not exported',
    });
    expect(await load('no-function', { 'index.js': 'exports.handler = 1;' })).toMatchObject({
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'index.handler is not a function',
    });
    expect(await load('dots', { 'index.js': '' }, '../index.handler')).toMatchObject({
      errorType: 'Runtime.MalformedHandlerName',
    });
    expect(
      await load('callback', { 'index.js': 'exports.handler = (a, b, c) => c(null, 1);' }),
    ).toMatchObject({
      errorType: 'Runtime.CallbackHandlerDeprecated',
    });
    expect(await load('throws-early', { 'index.js': 'throw new Error("at once");' })).toMatchObject(
      {
        errorType: 'Error',
        errorMessage: 'at once',
      },
    );
  });

  it('works again after each of these', async () => {
    await bench.create(
      'sometimes',
      ESM(`async ({ bad }) => { if (bad) process.exit(1); return 'fine'; }`),
    );
    expect((await bench.invoke('sometimes', {})).payload).toBe('fine');
    expect((await bench.invoke('sometimes', { bad: true })).error).toBe('Unhandled');
    expect((await bench.invoke('sometimes', {})).payload).toBe('fine');
  });
});
