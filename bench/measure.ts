import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Scratch of the benchmarks: peers, generated services, archives. Not committed. */
export const WORK = join(ROOT, 'bench', '.work');
mkdirSync(WORK, { recursive: true });

/** The environment as it was, for npm, which may need the certificates that the benchmarks do without. */
export const FULL_ENVIRONMENT = { ...process.env };

// It adds 35 ms to a start of Node 20, so each tool that spawns many would look worse than it is.
delete process.env['NODE_EXTRA_CA_CERTS'];

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** What is measured: its name and one run of it, which answers with milliseconds (or any other figure). */
export interface Contender {
  readonly name: string;
  run(): Promise<number>;
}

export interface Result {
  readonly name: string;
  readonly median: number;
  /** Median over the rounds of this one's figure divided by the first contender's of the same round. */
  readonly ratio: number;
}

/** Runs all in turn, round by round, so that a machine that drifts drifts for all. One round before is not counted. */
export const compare = async (
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly Result[]> => {
  const figures = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1)
    for (const [index, contender] of contenders.entries()) {
      const figure = await contender.run();
      if (round >= 0) figures[index]?.push(figure);
    }
  const [floor = []] = figures;
  return contenders.map(({ name }, index) => {
    const own = figures[index] ?? [];
    return {
      name,
      median: median(own),
      ratio: median(own.map((value, round) => value / (floor[round] ?? Number.NaN))),
    };
  });
};

/** Wall time of a whole process, milliseconds. @throws when it fails */
export const timeCommand = (
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    onOutput?(text: string): void;
  } = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      const took = performance.now() - startedAt;
      if (code === 0) {
        options.onOutput?.(output);
        resolve(took);
      } else
        reject(
          new Error(`${command} ${args.join(' ')} exited with ${code}:\n${output.slice(-2_000)}`),
        );
    });
  });

export const table = (title: string, results: readonly Result[], unit = 'ms'): string =>
  [
    `### ${title}`,
    '',
    `| | median ${unit} | ratio to the first |`,
    '|---|---:|---:|',
    ...results.map(
      ({ name, median: value, ratio }) =>
        `| ${name} | ${value.toFixed(value < 10 ? 2 : 0)} | ${ratio.toFixed(2)} |`,
    ),
    '',
  ].join('\n');
