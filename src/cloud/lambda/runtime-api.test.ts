import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeRequest } from './environment/request-reader.ts';
import { createRequestReader, headerOf } from './environment/request-reader.ts';
import type { LambdaBench } from './fixtures/lambda-bench.ts';
import { startLambdaBench } from './fixtures/lambda-bench.ts';

const TEXT = [
  'POST /one HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
  'GET /two HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /three HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nLambda-Runtime-Function-Error-Type: Oops\r\n\r\n',
  'POST /four HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
].join('');

describe('requests of a runtime', () => {
  it('are read however their bytes arrive', () => {
    for (let size = 1; size <= TEXT.length; size += size < 20 ? 1 : 17) {
      const seen: RuntimeRequest[] = [];
      const reader = createRequestReader(100, (request) => seen.push(request));
      for (let at = 0; at < TEXT.length; at += size)
        expect(reader.push(Buffer.from(TEXT.slice(at, at + size)))).toBe(true);
      expect(seen.map(({ body }) => body.toString())).toEqual(['hello', '', 'abcdefg', '']);
      expect(headerOf(seen[2]?.trailers ?? '', 'lambda-runtime-function-error-type')).toBe('Oops');
      expect(seen.map(({ head }) => head.split(' ')[1])).toEqual([
        '/one',
        '/two',
        '/three',
        '/four',
      ]);
    }
  });

  it('are not kept beyond the limit, and what is no HTTP ends the connection', () => {
    const seen: RuntimeRequest[] = [];
    const reader = createRequestReader(4, (request) => seen.push(request));
    reader.push(Buffer.from('POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc'));
    reader.push(Buffer.from('defGET / HTTP/1.1\r\n\r\n'));
    expect(seen).toMatchObject([{ tooLarge: true }, { tooLarge: false }]);
    expect(seen[0]?.body).toHaveLength(0);
    expect(reader.push(Buffer.from('POST / HTTP/1.1\r\nContent-Length: -6\r\n\r\n'))).toBe(false);
    expect(
      createRequestReader(4, () => {}).push(
        Buffer.from(`GET / HTTP/1.1\r\nA: ${'x'.repeat(70_000)}`),
      ),
    ).toBe(false);
  });
});

/** A custom runtime on nothing but Node's own HTTP client, which sends chunked bodies and no name in the case we use. */
const RUNTIME = `#!${process.execPath}
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const call = (method, path, body, headers) => new Promise((resolve, reject) => {
  const request = http.request({ host, port, method, path: '/2018-06-01/runtime/' + path, agent, headers }, (response) => {
    let text = '';
    response.on('data', (piece) => { text += piece; });
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
  });
  request.on('error', reject);
  if (body !== undefined) for (const piece of body.match(/.{1,3}/gs)) request.write(piece);
  request.end();
});
(async () => {
  if (process.env._HANDLER === 'broken') {
    await call('POST', 'init/error', JSON.stringify({ errorType: 'Custom.Broken', errorMessage: 'cannot start' }), { 'lambda-runtime-function-error-type': 'Custom.Broken' });
    process.exit(1);
  }
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    console.log('working on', text);
    if (text.includes('fail')) {
      await call('POST', 'invocation/' + id + '/error', JSON.stringify({ errorType: 'Custom.Failure', errorMessage: 'as told' }), { 'lambda-runtime-function-error-type': 'Custom.Failure' });
      continue;
    }
    const wrong = await call('POST', 'invocation/not-mine/response', '1');
    const answer = await call('POST', 'invocation/' + id + '/response', JSON.stringify({ echo: JSON.parse(text), arn: headers['lambda-runtime-invoked-function-arn'], deadline: Number(headers['lambda-runtime-deadline-ms']) > Date.now(), wrong: [wrong.status, JSON.parse(wrong.text)] }));
    const late = await call('POST', 'invocation/' + id + '/response', '1');
    if (answer.status !== 202 || late.status !== 403) process.exit(3);
  }
})();
`;

describe('a runtime that is not ours', () => {
  let bench: LambdaBench;
  beforeAll(async () => {
    bench = await startLambdaBench();
  });
  afterAll(() => bench.stop());

  const create = (name: string, Handler = 'any') =>
    bench.create(
      name,
      {},
      {
        Runtime: 'provided.al2023',
        Handler,
        Code: {
          ZipFile: zipSync({ bootstrap: [Buffer.from(RUNTIME), { os: 3, attrs: 0o755 << 16 }] }),
        },
      },
    );

  it('speaks to the Runtime API over plain HTTP/1.1', async () => {
    await create('custom');
    const answer = await bench.invoke('custom', { a: 'ü' });
    expect(answer).toMatchObject({
      payload: {
        echo: { a: 'ü' },
        arn: 'arn:aws:lambda:us-east-1:000000000000:function:custom',
        deadline: true,
        wrong: [400, { errorType: 'InvalidRequestID', errorMessage: 'Invalid request ID' }],
      },
    });
    expect(answer.log).toContain('working on {"a":"ü"}\n');
    expect((await bench.invoke('custom', { again: 1 })).payload).toMatchObject({
      echo: { again: 1 },
    });
    expect(await bench.invoke('custom', 'fail')).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'Custom.Failure', errorMessage: 'as told' },
    });
  });

  it('says why it cannot start', async () => {
    await create('custom-broken', 'broken');
    expect(await bench.invoke('custom-broken')).toMatchObject({
      error: 'Unhandled',
      payload: { errorType: 'Custom.Broken', errorMessage: 'cannot start' },
    });
  });

  it('is missing: the error says so', async () => {
    await bench.create(
      'custom-none',
      { 'something.txt': 'x' },
      { Runtime: 'provided.al2023', Handler: 'x' },
    );
    expect((await bench.invoke('custom-none')).payload).toMatchObject({
      errorType: 'Runtime.InvalidEntrypoint',
    });
  });
});
