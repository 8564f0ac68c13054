// How cost grows from 10 to 1,000 functions: build, provision, a call, a plan, nothing changed, one function changed, delete. Usage: node bench/scale.ts [counts]
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, timeCommand, WORK } from './measure.ts';
import { writeSpartaService } from './services.ts';

const COUNTS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 100, 1_000];
const ROUNDS = 3;
const node = process.execPath;
const env = { SPARTA_HOME: join(WORK, 'scale-home'), NO_COLOR: '1' };
rmSync(env.SPARTA_HOME, { recursive: true, force: true });

const STEPS = [
  '`build`',
  'first `provision --local`',
  'one call, cold',
  '`plan`, nothing changed',
  '`provision`, nothing changed',
  '`provision`, one function changed',
  '`delete`',
] as const;

/** The address of the API, as the last `status` says it. */
const urlOf = async (dir: string): Promise<string> => {
  const { execFileSync } = await import('node:child_process');
  const text = execFileSync(node, ['app.ts', 'status', '--local', '--json'], {
    cwd: dir,
    env: { ...process.env, ...env },
    maxBuffer: 64_000_000,
  }).toString();
  const { report } = JSON.parse(text) as {
    readonly report: {
      readonly stack: {
        readonly outputs: readonly { readonly key: string; readonly value: string }[];
      };
    };
  };
  return report.stack.outputs.find(({ key }) => key === 'ApiUrl')?.value ?? '';
};

const round = async (count: number): Promise<readonly number[]> => {
  const dir = writeSpartaService(count);
  const run = (...args: readonly string[]) =>
    timeCommand(node, ['app.ts', ...args], { cwd: dir, env });
  const build = await run('build');
  rmSync(join(dir, '.sparta'), { recursive: true, force: true });
  const create = await run('provision', '--local');
  const url = await urlOf(dir);
  const calledAt = performance.now();
  // The last function of the service: it is in the last of the nested stacks.
  const answer = await fetch(`${url}/fn${String(count - 1).padStart(3, '0')}/none`);
  const call = performance.now() - calledAt;
  if (answer.status !== 400)
    throw new Error(`The API answered ${answer.status}: ${await answer.text()}`);
  const plan = await run('plan', '--local');
  const same = await run('provision', '--local');
  const file = join(dir, 'src', 'fn005.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace('{ on:', '{ memorySize: 256, on:'));
  const change = await run('provision', '--local');
  return [build, create, call, plan, same, change, await run('delete', '--local')];
};

try {
  const columns: (readonly number[])[] = [];
  for (const count of COUNTS) {
    const rounds: (readonly number[])[] = [];
    for (let n = 0; n < (count > 100 ? 1 : ROUNDS); n += 1) rounds.push(await round(count));
    columns.push(STEPS.map((_, step) => median(rounds.map((one) => one[step] ?? Number.NaN))));
  }
  const seconds = (value: number | undefined) => ((value ?? Number.NaN) / 1_000).toFixed(2);
  process.stdout.write(
    [
      `| seconds | ${COUNTS.map((count) => `${count.toLocaleString('en')} functions`).join(' | ')} |`,
      `|---|${COUNTS.map(() => '---:').join('|')}|`,
      ...STEPS.map(
        (step, index) => `| ${step} | ${columns.map((one) => seconds(one[index])).join(' | ')} |`,
      ),
      '',
    ].join('\n'),
  );
} finally {
  // The cloud that --local started ends by its record.
  const record = readFileSync(join(env.SPARTA_HOME, 'cloud.json'), 'utf8');
  process.kill(Number((JSON.parse(record) as { readonly pid: number }).pid), 'SIGTERM');
}
