// The report of each public entry, held against the one that is committed; `--local` writes it.
import { spawnSync } from 'node:child_process';

for (const config of ['etc/api-extractor.json', 'etc/api-extractor.testing.json']) {
  const { status } = spawnSync(
    'npx',
    ['api-extractor', 'run', '-c', config, ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
