// hello-world's `provision --local` with the cloud up: first, unchanged, one line changed. Beside bare esbuild.
// Usage: node bench/provision.ts
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './measure.ts';
import { writeFloorService } from './services.ts';
import { compare, ROOT, table, timeCommand, WORK } from './measure.ts';

const ROUNDS = 9;
const node = process.execPath;
const dir = join(WORK, 'hello-world');
const floor = join(WORK, 'floor-hello');
const program = join(dir, 'app.ts');
const env = { SPARTA_HOME: join(WORK, 'home'), NO_COLOR: '1' };

rmSync(dir, { recursive: true, force: true });
rmSync(env.SPARTA_HOME, { recursive: true, force: true });
cpSync(join(ROOT, 'examples', 'hello-world'), dir, {
  recursive: true,
  filter: (path) => !/node_modules|\.sparta/.test(path),
});
mkdirSync(join(floor, 'src'), { recursive: true });
writeFileSync(
  join(floor, 'src', 'hello.ts'),
  `export const handler = async ({ pathParameters: { name } }: { pathParameters: { name: string } }) => {
  console.log(JSON.stringify({ message: 'greeted', name }));
  return { message: \`Hello \${name}\` };
};
`,
);

const source = readFileSync(program, 'utf8');
const sparta = (...args: readonly string[]) =>
  timeCommand(node, ['app.ts', ...args], { cwd: dir, env });
/** One build by bare esbuild, and one more start of node: the floor of a program that builds and then does something. */
const esbuildAndStart = (service: string) => async () =>
  (await timeCommand(node, [join(ROOT, 'bench', 'floors', 'build.mjs'), service])) +
  (await timeCommand(node, ['-e', '0']));
const floors: readonly Contender[] = [
  {
    name: "esbuild floor (one function with an SDK client) plus node's start",
    run: esbuildAndStart(writeFloorService(1)),
  },
  { name: "the same for hello-world's own handler", run: esbuildAndStart(floor) },
];
const show = async (title: string, contender: Contender) =>
  process.stdout.write(`${table(title, await compare([...floors, contender], ROUNDS))}\n`);

await sparta('provision', '--local');
try {
  await show('hello-world, first `provision --local`', {
    name: 'sparta provision --local',
    run: async () => {
      await sparta('delete', '--local');
      rmSync(join(dir, '.sparta'), { recursive: true, force: true });
      return await sparta('provision', '--local');
    },
  });
  await show('hello-world, nothing changed', {
    name: 'sparta provision --local',
    run: () => sparta('provision', '--local'),
  });
  let version = 0;
  await show('hello-world, one line changed', {
    name: 'sparta provision --local',
    run: () => {
      version += 1;
      writeFileSync(program, source.replace("'greeted'", `'greeted ${version}'`));
      return sparta('provision', '--local');
    },
  });
} finally {
  // The cloud that --local started ends by its record.
  const record = readFileSync(join(env.SPARTA_HOME, 'cloud.json'), 'utf8');
  process.kill(Number((JSON.parse(record) as { readonly pid: number }).pid), 'SIGTERM');
}
