// Build and synthesis of 1, 10 and 100 functions beside bare esbuild, and beside the peers. Usage: node bench/build.ts [--peers]
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from './measure.ts';
import { compare, ROOT, table, timeCommand } from './measure.ts';
import { installPeer } from './peers.ts';
import {
  writeCdkService,
  writeFloorService,
  writeOslsService,
  writeSpartaService,
} from './services.ts';

const withPeers = process.argv.includes('--peers');
const node = process.execPath;
const floorScript = join(ROOT, 'bench', 'floors', 'build.mjs');
const ROUNDS = { 1: 9, 10: 7, 100: 5 } as const;
const PEER_ROUNDS = { 10: 3, 100: 1 } as const;

const forget = (dir: string) => rmSync(join(dir, '.sparta'), { recursive: true, force: true });

for (const count of [1, 10, 100] as const) {
  const [sparta, floor] = [writeSpartaService(count), writeFloorService(count)];
  const contenders: Contender[] = [
    {
      name: 'bare esbuild, one build with splitting, and zip',
      run: () => timeCommand(node, [floorScript, floor]),
    },
    {
      name: 'sparta build',
      run: () => {
        forget(sparta);
        return timeCommand(node, ['app.ts', 'build'], { cwd: sparta });
      },
    },
  ];
  process.stdout.write(
    `${table(`Build, ${count} function${count === 1 ? '' : 's'}`, await compare(contenders, ROUNDS[count]))}\n`,
  );
  const again: Contender[] = [
    { name: 'node -e 0', run: () => timeCommand(node, ['-e', '0']) },
    {
      name: 'sparta build, unchanged',
      run: () => timeCommand(node, ['app.ts', 'build'], { cwd: sparta }),
    },
  ];
  process.stdout.write(
    `${table(`Build again, ${count} function${count === 1 ? '' : 's'}, nothing changed`, await compare(again, ROUNDS[count]))}\n`,
  );
  if (!withPeers || count === 1) continue;
  const [osls, cdk] = [installPeer('osls'), installPeer('cdk')];
  const [oslsService, cdkService] = [writeOslsService(count), writeCdkService(count)];
  const peers: Contender[] = [
    {
      name: 'sparta build',
      run: () => {
        forget(sparta);
        return timeCommand(node, ['app.ts', 'build'], { cwd: sparta });
      },
    },
    {
      name: 'osls package',
      run: () =>
        timeCommand(join(osls, 'node_modules', '.bin', 'osls'), ['package'], { cwd: oslsService }),
    },
    {
      name: 'cdk synth',
      run: () =>
        timeCommand(join(cdk, 'node_modules', '.bin', 'cdk'), ['synth', '-q'], { cwd: cdkService }),
    },
  ];
  process.stdout.write(
    `${table(`Build, ${count} functions, beside peers`, await compare(peers, PEER_ROUNDS[count]))}\n`,
  );
}
