import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FULL_ENVIRONMENT, WORK } from './measure.ts';

/** Peers from npm, each in a folder of its own under bench/.work; installed once. */
const PEERS = {
  osls: ['osls@4', 'serverless-esbuild@1', 'esbuild@0.28', '@aws-sdk/client-dynamodb'],
  cdk: ['aws-cdk@2', 'aws-cdk-lib@2', 'constructs@10', 'esbuild@0.28', '@aws-sdk/client-dynamodb'],
  offline: ['osls@3', 'serverless-offline@13'],
  kinesalite: ['kinesalite@3'],
  sandbox: ['@architect/sandbox@9'],
  fauxqs: ['fauxqs@2'],
  dynalite: ['dynalite@3'],
} as const;

/** Installs a peer and answers with its folder. */
export const installPeer = (name: keyof typeof PEERS): string => {
  const dir = join(WORK, name);
  if (!existsSync(join(dir, 'node_modules', '.package-lock.json'))) {
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      join(dir, 'package.json'),
      JSON.stringify({ name: `peer-${name}`, version: '1.0.0', private: true }),
    );
    process.stdout.write(`installing ${PEERS[name].join(', ')} …\n`);
    execFileSync(
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...PEERS[name]],
      { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'], env: FULL_ENVIRONMENT },
    );
  }
  return dir;
};
