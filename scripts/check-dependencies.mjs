// DEPENDENCIES.md is true: every dependency has a line, every line a dependency.
import { readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const page = read('DEPENDENCIES.md');
const listed = new Set(
  [...page.matchAll(/^\| ([@\w/.-]+) \| [\w.-]+ \| .+ \|$/gm)].map(([, name]) => name),
);
listed.delete('package');
const packages = [
  'package.json',
  'examples/hello-world/package.json',
  'examples/imager/package.json',
].map((path) => JSON.parse(read(path)));
const used = new Set(
  packages.flatMap(({ dependencies = {}, devDependencies = {} }) =>
    Object.keys({ ...dependencies, ...devDependencies }),
  ),
);
used.delete('sparta');
const problems = [
  ...[...used]
    .filter((name) => !listed.has(name))
    .map((name) => `${name} is a dependency without a line of reason in DEPENDENCIES.md`),
  ...[...listed]
    .filter((name) => !used.has(name))
    .map((name) => `DEPENDENCIES.md lists ${name}, which nothing depends on`),
];
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`dependencies: ${used.size}, ${problems.length} problems\n`);
process.exit(problems.length > 0 || used.size < 10 ? 1 : 0);
