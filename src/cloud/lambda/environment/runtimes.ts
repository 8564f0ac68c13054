import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AwsError } from '../../core/aws-error.ts';
import type { FunctionVersion } from '../state.ts';
import { findPython } from './find-python.ts';

/** What an environment of a runtime runs. */
export interface RuntimeProgram {
  readonly command: string;
  args(version: FunctionVersion): readonly string[];
  /** Folder of the runtime's own files. */
  readonly runtimeDir: string;
  /** As `INIT_START` names it. */
  readonly label: string;
  /** Names this version of the runtime in ARNs, 64 hexadecimal digits. */
  readonly digest: string;
  /** Whether it writes its log as records on descriptor 3. */
  readonly writesRecords: boolean;
}

const NODE_RUNTIME = /^nodejs(\d+)\.x$/;
const PYTHON_RUNTIME = /^python(3\.\d+)$/;

/** Runtimes whose functions can run here. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const isRunnable = (runtime: string): boolean =>
  [
    'nodejs20.x',
    'nodejs22.x',
    'nodejs24.x',
    'nodejs26.x',
    'python3.10',
    'python3.11',
    'python3.12',
    'python3.13',
    'python3.14',
    'provided.al2',
    'provided.al2023',
  ].includes(runtime);

/** Plain JavaScript beside this module, in `src` as in `dist`. */
const BOOTSTRAP_DIR = fileURLToPath(new URL('../bootstrap', import.meta.url));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * The program of a function's environments.
 * @throws {InvalidRuntimeException} when this machine has not got the Node of the runtime
 */
export const programOf = (
  version: Pick<FunctionVersion, 'runtime'>,
  taskRoot: string,
): RuntimeProgram => {
  const python = PYTHON_RUNTIME.exec(version.runtime)?.[1];
  if (python !== undefined) return pythonProgram(python);
  const major = NODE_RUNTIME.exec(version.runtime)?.[1];
  if (major === undefined) {
    // https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
    return {
      command: join(taskRoot, 'bootstrap'),
      args: () => [],
      runtimeDir: BOOTSTRAP_DIR,
      label: `${version.runtime.replace('.', ':')}.v0`,
      digest: sha256(version.runtime),
      writesRecords: false,
    };
  }
  const node = findNode(Number(major));
  return {
    command: node.path,
    args: ({ memorySizeMb }) => {
      // As AWS's bootstrap does: a tenth for the young generation, the rest for the old.
      const young = Math.floor(memorySizeMb / 10);
      return [
        `--max-semi-space-size=${Math.max(1, Math.floor(young / 2))}`,
        `--max-old-space-size=${memorySizeMb - young}`,
        join(BOOTSTRAP_DIR, 'main.mjs'),
      ];
    },
    runtimeDir: BOOTSTRAP_DIR,
    label: `nodejs:${major}.v${node.version.split('.').slice(1).join('.')}`,
    digest: sha256(`nodejs${node.version}`),
    writesRecords: true,
  };
};

const pythonProgram = (wanted: string): RuntimeProgram => {
  const python = findPython(wanted);
  return {
    command: python.path,
    // -u: what is printed is in the log even when the function is killed.
    args: () => ['-u', join(BOOTSTRAP_DIR, 'main.py')],
    runtimeDir: BOOTSTRAP_DIR,
    label: `python:${python.version}`,
    digest: sha256(`python${python.version}`),
    writesRecords: false,
  };
};

interface FoundNode {
  readonly path: string;
  readonly version: string;
}

const found = new Map<number, FoundNode>();

/** This process's own Node, or one that npm has put into the project. */
const findNode = (major: number): FoundNode => {
  const known = found.get(major);
  if (known !== undefined && existsSync(known.path)) return known;
  const own = process.versions.node;
  const node =
    Number(own.split('.', 1)[0]) === major
      ? { path: process.execPath, version: own }
      : findPackagedNode(major);
  if (node === undefined) throw nodeMissing(major);
  found.set(major, node);
  return node;
};

/** Names under which npm packages hold nothing but Node's binary; a project may install another major under an alias. */
const packageNames = (major: number): readonly string[] => {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return [
    `node-${major}`,
    `node-${platform}-${process.arch}`,
    `node-bin-${platform}-${process.arch}`,
  ];
};

const findPackagedNode = (major: number): FoundNode | undefined => {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url])
    for (const name of packageNames(major)) {
      const node = readPackage(createRequire(from), name);
      if (node !== undefined && Number(node.version.split('.', 1)[0]) === major) return node;
    }
  return undefined;
};

const readPackage = (require: NodeJS.Require, name: string): FoundNode | undefined => {
  try {
    const manifest = require.resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    const path = join(manifest, '..', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? { path, version } : undefined;
  } catch {
    return undefined;
  }
};

const nodeMissing = (major: number): AwsError => {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return new AwsError(
    'InvalidRuntimeException',
    `The runtime nodejs${major}.x runs on Node ${major}; this cloud runs on Node ${process.versions.node}, and the project has no other. Put it there: npm install --save-dev node-${major}@npm:node-${platform}-${process.arch}@${major}`,
    { status: 502, fault: 'server' },
  );
};
