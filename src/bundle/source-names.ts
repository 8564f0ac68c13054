import { OUTPUT_FOLDER } from './run-esbuild.ts';

/** Where a file of the bundle comes from. */
export interface SourceName {
  /** The package it belongs to, or `undefined` for the program's own files. */
  readonly packageName: string | undefined;
  /** Path inside the project, or `package/path/inside`: the same in whatever directory the project lies. */
  readonly name: string;
}

const IN_PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](.*)$/;
const NAMESPACED = /(?:^|[\\/])((?:sparta|disabled)[a-z-]*:.*)$/;

const slashes = (path: string): string => path.replaceAll('\\', '/');

/** Names files independently of where the project, its dependencies and linked packages lie on this machine. */
export class SourceNames {
  readonly #projectDir: string;
  readonly #outputDir: string;
  readonly #linked = new Map<string, string | undefined>();

  constructor(projectDir: string) {
    const { join } = process.getBuiltinModule('node:path');
    this.#projectDir = projectDir;
    this.#outputDir = join(projectDir, OUTPUT_FOLDER);
  }

  /** Names a path of esbuild's metafile, which counts from the project. */
  ofInput(path: string): SourceName {
    return this.#name(path, this.#projectDir);
  }

  /** Names a path of a source map, which counts from the folder of the outputs. */
  ofMapped(path: string): SourceName {
    return this.#name(path, this.#outputDir);
  }

  #name(path: string, from: string): SourceName {
    const made = NAMESPACED.exec(path)?.[1];
    if (made !== undefined) return { packageName: 'sparta', name: made };
    const { isAbsolute, relative, resolve } = process.getBuiltinModule('node:path');
    const absolute = resolve(from, path);
    const [, packageName, inside] = IN_PACKAGE.exec(absolute) ?? [];
    if (packageName !== undefined && inside !== undefined) {
      return {
        packageName: slashes(packageName),
        name: `node_modules/${slashes(packageName)}/${slashes(inside)}`,
      };
    }
    const own = relative(this.#projectDir, absolute);
    if (!own.startsWith('..') && !isAbsolute(own))
      return { packageName: undefined, name: slashes(own) };
    return this.#outside(absolute);
  }

  /** A file beside the project: a package that is linked into it, or a neighbour in a monorepo. */
  #outside(absolute: string): SourceName {
    const { dirname, join, relative } = process.getBuiltinModule('node:path');
    for (let dir = dirname(absolute); ; dir = dirname(dir)) {
      const name = this.#packageNameIn(dir);
      if (name !== undefined)
        return { packageName: name, name: `${name}/${slashes(relative(dir, absolute))}` };
      if (dir === dirname(dir))
        return {
          packageName: undefined,
          name: slashes(relative(join(this.#projectDir), absolute)),
        };
    }
  }

  #packageNameIn(dir: string): string | undefined {
    if (this.#linked.has(dir)) return this.#linked.get(dir);
    const fs = process.getBuiltinModule('node:fs');
    const { join } = process.getBuiltinModule('node:path');
    let name: string | undefined;
    try {
      const manifest: unknown = JSON.parse(fs.readFileSync(join(dir, 'package.json'), 'utf8'));
      if (
        typeof manifest === 'object' &&
        manifest !== null &&
        'name' in manifest &&
        typeof manifest.name === 'string'
      ) {
        name = manifest.name;
      }
    } catch {
      // no package here: the next folder up may be one
    }
    this.#linked.set(dir, name);
    return name;
  }
}
