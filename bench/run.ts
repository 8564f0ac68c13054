// Every benchmark, one after the other, into bench/RESULTS.md. Usage: npm run bench [-- --peers]
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { FULL_ENVIRONMENT, ROOT } from './measure.ts';

const peers = process.argv.includes('--peers') ? ['--peers'] : [];
const BENCHMARKS = [
  ['build.ts', ...peers],
  ['provision.ts'],
  ['plan.ts'],
  ['cloudformation.ts'],
  ['start.ts'],
  ['testing.ts'],
  ['cold-start.ts'],
  ['http.ts', ...peers],
  ['sqs.ts', ...peers],
  ['kinesis.ts', ...peers],
  ['dynamodb.ts', '--million', ...peers],
  ['iam.ts'],
  ['types.ts'],
  ['validate.ts'],
] as const;
const RESULTS = join(ROOT, 'bench', 'RESULTS.md');
/** What is above this line is written by hand; what is below, by this script. */
const MARK = '<!-- measured -->';

const output = (file: string, args: readonly string[]) =>
  new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'bench', file), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: FULL_ENVIRONMENT,
    });
    let text = '';
    child.stdout.on('data', (piece: Buffer) => {
      process.stdout.write(piece);
      text += piece.toString();
    });
    child.once('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${file} exited with ${code}`)),
    );
  });

const sections: string[] = [];
for (const [file, ...args] of BENCHMARKS) {
  const command = ['node', `bench/${file}`, ...args].join(' ');
  process.stdout.write(`\n${command}\n\n`);
  sections.push(`## \`${command}\`\n\n${(await output(file, args)).trim()}\n`);
}
const [byHand = ''] = readFileSync(RESULTS, 'utf8').split(MARK);
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Linux ${release()}, Node ${process.version}`;
writeFileSync(
  RESULTS,
  `${byHand}${MARK}\n\nOn ${machine}, ${new Date().toISOString().slice(0, 10)}.\n\n${sections.join('\n')}`,
);
