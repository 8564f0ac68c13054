import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningCloud } from '../cloud/index.ts';
import { startCloud } from '../cloud/index.ts';

// One program with a handler of each kind, provisioned and called as its users would: what answers is the archive.
const PROGRAM = `import { bucket, httpApi, HttpError, lambda, main, service, topic } from 'sparta';
const api = httpApi('Api');
const photos = bucket('Photos');
const news = topic('News');
const square = lambda('Square', {}, async ({ side }: { readonly side: number }) => side * side);
const echo = lambda('Echo', { on: api.any('/echo/{name}') }, async (request) => ({
  method: request.method, name: request.params.name, all: request.queryAll, last: request.query, cookies: request.cookies,
  body: request.text(),
}));
const answers = lambda('Answers', { on: api.post('/answers/{kind}') }, async (request) => {
  switch (request.params.kind) {
    case 'text': return 'plain';
    case 'none': return undefined;
    case 'bytes': return new Uint8Array([1, 2, 255]);
    case 'whole': return { statusCode: 201, headers: { 'X-Made': 'yes' }, cookies: ['a=1', 'b=2'], body: { made: true } };
    case 'response': return new Response('<p>', { status: 202, headers: { 'content-type': 'text/html' } });
    case 'http-error': throw new HttpError(418, 'short and stout');
    case 'json': return request.json<{ readonly n: number }>().n;
    case 'circle': { const circle: Record<string, unknown> = {}; circle['self'] = circle; return circle; }
    default: throw new TypeError('no such answer');
  }
});
const work = lambda('Work', { on: api.get('/work'), grants: { photos: photos.access('read', 'write', 'list'), square: square.invoke(), news: news.publish() } },
  async (_request, { photos, square, news, log, remainingTimeMs, requestId, functionName, signal }) => {
    await photos.put('a b/c', 'content', { contentType: 'text/x' });
    await news.publish('from work', { subject: 'hi' });
    const circle: Record<string, unknown> = { big: 10n }; circle['self'] = circle;
    log.debug('not seen'); log.info('seen', { circle }); log.error('bad', { error: new Error('boom', { cause: new Error('root') }) });
    return { text: await photos.text('a b/c'), nine: await square.invoke({ side: 3 }), left: remainingTimeMs() > 0 && remainingTimeMs() <= 5000,
      id: requestId.length, functionName, aborted: signal.aborted };
  });
const listen = lambda('Listen', { on: news.messages() }, async ({ body, subject }, { log }) => {
  log.warn('heard', { message: body, subject });
});
const lazy = lambda('Lazy', { on: api.get('/lazy') }, () => import('./lazy.ts'));
await main(service('Runtime', { functions: [square, echo, answers, work, listen, lazy] }));
`;

let dir = '';
let cloud: RunningCloud;
let url = '';
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  cloud = await startCloud();
  logs = new CloudWatchLogsClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  dir = mkdtempSync(join(tmpdir(), 'sparta-runtime-'));
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(join(dir, 'lazy.ts'), "export const handler = async () => 'loaded late';\n");
  writeFileSync(join(dir, 'app.ts'), PROGRAM);
  const { stdout } = await promisify(execFile)(process.execPath, ['app.ts', 'provision'], {
    cwd: dir,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: cloud.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      NO_COLOR: '1',
    },
  });
  url = /ApiUrl\s+(\S+)/.exec(stdout)?.[1] ?? '';
});
afterAll(async () => {
  await cloud.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Records of a function's log, of our own lines. */
const lines = (name: string, count: number) =>
  vi.waitFor(
    async () => {
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
      const logGroupName = logGroups.find(
        (group) => group.logGroupName?.includes(name) === true,
      )?.logGroupName;
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
      const found = events
        .map(({ message = '' }) => JSON.parse(message) as Readonly<Record<string, unknown>>)
        .filter(({ level }) => level !== undefined);
      expect(found.length).toBeGreaterThanOrEqual(count);
      return found;
    },
    { timeout: 10_000, interval: 50 },
  );

const post = (kind: string, body = '') => fetch(`${url}/answers/${kind}`, { method: 'POST', body });

describe('a request', () => {
  it('is read: path, query, cookies, body', async () => {
    const answer = await fetch(`${url}/echo/a%20b?x=1&x=2&y=`, {
      method: 'PUT',
      headers: { cookie: 'k=v; flag', 'content-type': 'text/plain' },
      body: 'grüße',
    });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await answer.json()).toEqual({
      method: 'PUT',
      name: 'a b',
      all: { x: ['1', '2'], y: [''] },
      last: { x: '2', y: '' },
      cookies: { k: 'v', flag: '' },
      body: 'grüße',
    });
  });

  it('is answered with what the handler returns', async () => {
    const text = await post('text');
    expect([text.status, text.headers.get('content-type'), await text.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'plain',
    ]);
    expect((await post('none')).status).toBe(204);
    expect(new Uint8Array(await (await post('bytes')).arrayBuffer())).toEqual(
      new Uint8Array([1, 2, 255]),
    );
    const whole = await post('whole');
    expect([whole.status, whole.headers.get('x-made'), await whole.json()]).toEqual([
      201,
      'yes',
      { made: true },
    ]);
    expect(whole.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    const response = await post('response');
    expect([response.status, await response.text()]).toEqual([202, '<p>']);
    expect(await (await post('json', '{"n":7}')).json()).toBe(7);
    expect(await (await fetch(`${url}/lazy`)).text()).toBe('loaded late');
  });

  it('that fails as it should gets its status; that fails otherwise is a failure of the function', async () => {
    const teapot = await post('http-error');
    expect([teapot.status, await teapot.json()]).toEqual([418, { message: 'short and stout' }]);
    const unreadable = await post('json', '{');
    expect([unreadable.status, await unreadable.json()]).toEqual([
      400,
      { message: 'The body is not JSON that can be read.' },
    ]);
    expect((await post('circle')).status).toBe(500);
    const failed = await post('unknown');
    expect([failed.status, await failed.json()]).toEqual([
      500,
      { message: 'Internal Server Error' },
    ]);
    const told = await lines('Answers', 2);
    expect(told.map(({ message }) => message)).toMatchObject([
      { errorMessage: expect.stringContaining('Converting circular structure') as string },
      {
        errorType: 'TypeError',
        errorMessage: 'no such answer',
        // Where it was written, not where it was bundled.
        stackTrace: expect.arrayContaining([expect.stringMatching(/at app\.ts:\d+/)]) as string[],
      },
    ]);
  });
});

describe('a handler', () => {
  it('has the clients that it was granted, its time, and its log', async () => {
    const answer = await fetch(`${url}/work`);
    expect(await answer.json()).toEqual({
      text: 'content',
      nine: 9,
      left: true,
      id: 36,
      functionName: expect.stringContaining('Work') as string,
      aborted: false,
    });
    const told = await lines('Work', 2);
    expect(told.map(({ level, message }) => [level, message])).toEqual([
      ['INFO', 'seen'],
      ['ERROR', 'bad'],
    ]);
    expect(told[0]).toMatchObject({
      circle: { big: '10', self: '[circular]' },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
    expect(told[1]).toMatchObject({
      error: {
        errorType: 'Error',
        errorMessage: 'boom',
        cause: { errorMessage: 'root' },
      },
    });
    expect(JSON.stringify(told[1])).toMatch(/at app\.ts:\d+/);
  });

  it('of a topic is given its messages', async () => {
    const [heard] = await lines('Listen', 1);
    expect(heard).toMatchObject({ level: 'WARN', message: 'heard', subject: 'hi' });
  });
});
