/** Where a file of the bundle comes from. */
export interface SourceName {
  /** The package it belongs to, or `undefined` for the program's own files. */
  readonly packageName: string | undefined;
  /** Path inside the project, or `package/path/inside`: the same in whatever directory the project lies. */
  readonly name: string;
}

const PACKAGES = '/node_modules/';
const MADE = /^(?:sparta|disabled)[a-z-]*:/;
const UPWARDS = /^(?:\.\.\/)+/;

const slashes = (path: string): string => path.replaceAll('\\', '/');

/**
 * Names files independently of where the project, its dependencies and linked packages lie on this machine.
 * esbuild counts paths from the root of the file system, with forward slashes.
 */
export class SourceNames {
  /** Absolute path of the project's folder. */
  readonly projectDir: string;
  readonly #root: string;
  /** The project's folder as esbuild writes it. */
  readonly #own: string;
  readonly #linked = new Map<string, string | undefined>();

  constructor(projectDir: string) {
    const { parse, relative } = process.getBuiltinModule('node:path');
    this.projectDir = projectDir;
    this.#root = parse(projectDir).root;
    this.#own = `${slashes(relative(this.#root, projectDir))}/`;
  }

  /** Absolute path of an input, or `undefined` for a module that a plugin made. */
  pathOf(input: string): string | undefined {
    return MADE.test(input) ? undefined : this.#root + input;
  }

  /** Names a path of esbuild's metafile. */
  ofInput(input: string): SourceName {
    if (MADE.test(input)) return { packageName: 'sparta', name: input };
    const at = input.lastIndexOf(PACKAGES);
    if (at >= 0) {
      const inside = input.slice(at + PACKAGES.length);
      const end = inside.indexOf('/', inside.startsWith('@') ? inside.indexOf('/') + 1 : 0);
      return { packageName: inside.slice(0, end), name: `node_modules/${inside}` };
    }
    return input.startsWith(this.#own)
      ? { packageName: undefined, name: input.slice(this.#own.length) }
      : this.#outside(this.#root + input);
  }

  /** Names a source of a source map, which counts from the folder of the outputs, one below the root. */
  ofMapped(source: string): SourceName {
    return this.ofInput(source.replace(UPWARDS, ''));
  }

  /** Says a text of esbuild's with paths that count from the project. */
  inText(text: string): string {
    return text.replaceAll(this.#own, '');
  }

  /** A path of esbuild's for a message: from the project, or absolute. */
  inMessage(path: string): string {
    return path.startsWith(this.#own) ? path.slice(this.#own.length) : (this.pathOf(path) ?? path);
  }

  /** A file beside the project: a package that is linked into it, or a neighbour in a monorepo. */
  #outside(absolute: string): SourceName {
    const { dirname, relative } = process.getBuiltinModule('node:path');
    for (let dir = dirname(absolute); ; dir = dirname(dir)) {
      const name = this.#packageNameIn(dir);
      if (name !== undefined)
        return { packageName: name, name: `${name}/${slashes(relative(dir, absolute))}` };
      if (dir === dirname(dir))
        return { packageName: undefined, name: slashes(relative(this.projectDir, absolute)) };
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
