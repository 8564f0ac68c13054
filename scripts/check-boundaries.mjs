// Runs dependency-cruiser and refuses a green that saw nothing: with some TypeScript versions it finds 0 modules.
import { spawnSync } from 'node:child_process';

const FEWEST_MODULES = 100;
const { status, stdout, stderr } = spawnSync('npx', ['depcruise', 'src', '--output-type', 'json'], {
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
});
if (stdout === '') {
  process.stderr.write(stderr);
  process.exit(status ?? 1);
}
const { summary } = JSON.parse(stdout);
for (const { rule, from, to, cycle } of summary.violations)
  process.stdout.write(
    `${rule.severity} ${rule.name}: ${from} → ${cycle ? cycle.map(({ name }) => name).join(' → ') : to}\n`,
  );
process.stdout.write(`boundaries: ${summary.totalCruised} modules, ${summary.error} errors\n`);
if (summary.totalCruised < FEWEST_MODULES) {
  process.stdout.write(
    `Only ${summary.totalCruised} modules were seen; at least ${FEWEST_MODULES} are there. The check itself is broken.\n`,
  );
  process.exit(1);
}
process.exit(summary.error > 0 ? 1 : 0);
