import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Scopes of the packages that AWS's Node runtimes carry. */
const SCOPES = ['@aws-sdk', '@smithy'] as const;

/** `node_modules` of a folder and of all above it, nearest first. */
const modulesAbove = (folder: string): readonly string[] => {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    found.push(join(at, 'node_modules'));
    if (dirname(at) === at) return found;
  }
};

const entries = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder) : [];

/**
 * Fills `folder`, a `node_modules` above all functions' code, with the SDK that AWS's runtimes carry: functions find it by
 * `import` and `require` after what they brought themselves, at no cost to their start, and find nothing else there.
 * Differs: AWS carries every client; here it is those that Sparta or the project has installed.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
export const linkRuntimeModules = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  const sources = [
    ...modulesAbove(dirname(fileURLToPath(import.meta.url))),
    ...modulesAbove(process.cwd()),
  ];
  for (const scope of SCOPES) {
    mkdirSync(join(folder, scope), { recursive: true });
    for (const source of sources)
      for (const name of entries(join(source, scope))) {
        const target = join(folder, scope, name);
        if (!existsSync(target)) symlinkSync(join(source, scope, name), target, 'junction');
      }
  }
};
