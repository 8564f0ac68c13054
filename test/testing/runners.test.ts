import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { failuresAreSeen, HANDLERS, orderingGoesItsWay } from './scenario.ts';

describe.each(HANDLERS)('in vitest, with handlers: %s', (handlers) => {
  it('an order goes its way', () => orderingGoesItsWay(handlers));
  it('failures are seen', () => failuresAreSeen(handlers));
});

const VITEST = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');

const run = (...args: readonly string[]) =>
  new Promise<{ readonly code: number | null; readonly out: string }>((resolve) => {
    // What a runner tells its own children is not meant for another.
    const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      env: { ...env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (out += piece.toString()));
    child.once('close', (code) => resolve({ code, out }));
  });

it('node’s own runner passes the same', async () => {
  const { code, out } = await run('--test', '--test-reporter=tap', 'shop.node.ts');
  expect([code, out]).toEqual([0, expect.stringContaining('# pass 4\n# fail 0')]);
});

describe.each([
  ['node’s own runner', ['--test', '--test-reporter=spec', 'failing/failing.node.ts']],
  ['vitest', [VITEST, 'run', '--root', 'failing']],
])('a path that is none reads well in %s', (_, args) => {
  it('with the story, the line of the test, and nothing else', async () => {
    const { code, out } = await run(...args);
    expect(code).toBe(1);
    const lines = out.split('\n').map((line) => line.trim());
    const at = lines.findIndex((line) => /^AssertionError( \[ERR_ASSERTION\])?: /.test(line));
    expect(lines.slice(at, at + 4).map((line) => line.replace(' [ERR_ASSERTION]', ''))).toEqual([
      'AssertionError: Api → Idle: the path ends at Api, and does not lead to Idle.',
      'From Api on, this happened:',
      'GET /nowhere was answered 404, no route took it',
      'Idle never ran.',
    ]);
    const frame = lines.slice(at).find((line) => /:\d+:\d+\)?$/.test(line));
    expect(frame).toMatch(/no-path\.ts:9:25\)?$/);
    expect(out).not.toContain('undefined');
    expect(lines).not.toContain('simple');
  });
});
