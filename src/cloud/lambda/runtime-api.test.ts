import { connect } from 'node:net';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeRequest } from './environment/request-reader.ts';
import type { RuntimeEvent } from './environment/runtime-api.ts';
import { serveRuntimeApi } from './environment/runtime-api.ts';
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

/** Calls the Runtime API at an address, by the connection that `fetch` makes. */
const CALL = `const call = async (address, method, path, body, headers) => {
  const response = await fetch('http://' + address + '/2018-06-01/runtime/' + path, { method, body, headers });
  return [response.status, JSON.parse(await response.text())];
};`;

const THIEF = `${CALL}
export const handler = async ({ address, id }) => ({
  take: await call(address, 'GET', 'invocation/next'),
  answer: await call(address, 'POST', 'invocation/' + id + '/response', '"stolen"'),
  fail: await call(address, 'POST', 'invocation/' + id + '/error', '{"errorType":"Stolen"}'),
  failStart: await call(address, 'POST', 'init/error', '{"errorType":"Stolen"}'),
});`;

/** Tells where its Runtime API is; lets the thief loose while it works; or lets a process of its own answer. */
const VICTIM = `const { InvokeCommand, LambdaClient } = require('@aws-sdk/client-lambda');
const { execFileSync, spawn } = require('node:child_process');
const address = process.env.AWS_LAMBDA_RUNTIME_API;
exports.handler = async ({ rob, byChild }, { awsRequestId: id }) => {
  const child = 'fetch("http://' + address + '/2018-06-01/runtime/invocation/' + id + '/response", { method: "POST", body: JSON.stringify("by a child") }).then(({ status }) => console.log(status))';
  if (byChild === 'of it') { execFileSync(process.execPath, ['-e', child]); return 'late'; }
  if (byChild === 'orphan') {
    // Its parent ends at once: the process is nobody's child then, and still in the function's session.
    spawn('/bin/sh', ['-c', '"$0" -e "$1" & exit', process.execPath, child], { stdio: 'ignore' });
    return new Promise((resolve) => setTimeout(resolve, 15_000, 'no child answered'));
  }
  if (!rob) return address;
  const { Payload } = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: 'thief', Payload: JSON.stringify({ address, id }) }));
  return { stolen: JSON.parse(Buffer.from(Payload).toString()) };
};`;

const REFUSED = [
  403,
  {
    errorType: 'Sparta.ForeignProcess',
    errorMessage: expect.stringContaining('the function victim'),
  },
];
const ALL_REFUSED = { take: REFUSED, answer: REFUSED, fail: REFUSED, failStart: REFUSED };

describe.runIf(process.platform === 'linux')('the Runtime API of another function', () => {
  let bench: LambdaBench;
  beforeAll(async () => {
    bench = await startLambdaBench();
    await bench.create('victim', { 'index.js': VICTIM }, { Timeout: 20, MemorySize: 512 });
    await bench.create('thief', { 'index.mjs': THIEF }, { Timeout: 10 });
  });
  afterAll(() => bench.stop());

  it('answers nothing: neither while it waits nor while it works', async () => {
    const { payload: address } = await bench.invoke('victim', {});
    expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
    // Its environment waits, or is frozen, with a poll that the thief would like to have.
    expect((await bench.invoke('thief', { address, id: 'guessed' })).payload).toEqual(ALL_REFUSED);
    expect((await bench.invoke('victim', {})).payload).toBe(address);
    const robbed = await bench.invoke('victim', { rob: true });
    expect([robbed.error, robbed.payload]).toEqual([undefined, { stolen: ALL_REFUSED }]);
    // Of this process as well: the developer's own programs are none of the function's.
    const response = await fetch(`http://${String(address)}/2018-06-01/runtime/invocation/next`);
    expect(response.status).toBe(403);
  });

  it('is told of in the journal, once for each process', () => {
    const told = bench.cloud.journal
      .entries()
      .filter(({ kind, outcome }) => kind === 'note' && outcome === 'denied')
      .map(({ message }) => message?.replace(/\d+/, 'N'));
    expect(told).toEqual([
      'The function thief (process N) spoke to the Runtime API of the function victim. It was refused: only processes of that environment may.',
      'A process of this machine (N) spoke to the Runtime API of the function victim. It was refused: only processes of that environment may.',
    ]);
  });

  it('answers what the function itself has started', async () => {
    for (const byChild of ['of it', 'orphan'])
      expect((await bench.invoke('victim', { byChild })).payload, byChild).toBe('by a child');
  });

  it('is reached by a bootstrap that starts a program for each call', async () => {
    const bootstrap = `#!/bin/sh
api() { ${process.execPath} -e "$1" "$2"; }
while :; do
  id=$(api 'fetch("http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/next").then(({ headers }) => console.log(headers.get("lambda-runtime-aws-request-id")))')
  api 'fetch("http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/" + process.argv[1] + "/response", { method: "POST", body: "[1]" })' "$id"
done
`;
    await bench.create(
      'shell',
      {},
      {
        Runtime: 'provided.al2023',
        Handler: 'any',
        Timeout: 20,
        MemorySize: 512,
        Code: {
          ZipFile: zipSync({ bootstrap: [Buffer.from(bootstrap), { os: 3, attrs: 0o755 << 16 }] }),
        },
      },
    );
    for (const _time of [1, 2]) expect((await bench.invoke('shell')).payload).toEqual([1]);
  });
});

describe('where the system does not tell whose a connection is', () => {
  it('one connection at a time may ask for events, until it has answered or is gone', async () => {
    const gives: ((event: RuntimeEvent) => void)[] = [];
    const api = await serveRuntimeApi(
      {
        onPoll: (give) => void gives.push(give),
        onResponse: () => undefined,
        onError: () => undefined,
        onInitError: () => undefined,
      },
      1_000,
      {
        identify: () => ({ kind: 'unknown' }),
        leader: () => undefined,
        onForeign: () => ({ status: '403 Forbidden', errorType: '', errorMessage: '' }),
      },
    );
    const NEXT = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n';
    const INIT_ERROR = 'POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 0\r\n\r\n';
    const RESPONSE =
      'POST /2018-06-01/runtime/invocation/1/response HTTP/1.1\r\nContent-Length: 0\r\n\r\n';
    const open = () => {
      const [host = '', port = ''] = api.address.split(':');
      const socket = connect(Number(port), host);
      return {
        end: () => socket.destroy(),
        /** Sends, and reads the status of what comes back. */
        ask: (text: string) =>
          new Promise<string>((resolve) => {
            socket.once('data', (data: Buffer) => resolve(data.toString().slice(9, 12)));
            socket.write(text);
          }),
      };
    };
    const [runtime, intruder] = [open(), open()];
    const event = runtime.ask(NEXT);
    await expect.poll(() => gives.length).toBe(1);
    expect(await intruder.ask(NEXT)).toBe('403');
    expect(await intruder.ask(INIT_ERROR)).toBe('403');
    gives[0]?.({ headers: '', payload: Buffer.from('1') });
    expect(await event).toBe('200');
    expect(await intruder.ask(NEXT)).toBe('403');
    runtime.end();
    // Gone in the middle of an event: it has not answered yet.
    expect(await intruder.ask(NEXT)).toBe('403');
    const again = open();
    expect(await again.ask(RESPONSE)).toBe('202');
    void again.ask(NEXT);
    await expect.poll(() => gives.length).toBe(2);
    again.end();
    intruder.end();
    api.close();
  });
});
