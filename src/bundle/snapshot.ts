/** What the archive was made from, in a form that is compared in a few milliseconds. Paths are absolute. */
export interface Snapshot {
  readonly files: readonly FileState[];
  readonly folders: readonly FolderState[];
  /** Files that were not there and would have mattered, such as a nearer tsconfig.json. */
  readonly absent: readonly string[];
}

/** Path, size in bytes, time of the last change in ms, and a hash for the user's own files (else empty). */
type FileState = readonly [path: string, sizeBytes: number, mtimeMs: number, hash: string];

/** Path, time of the last change in ms, and the names of the modules in it: a new one may shadow another. */
type FolderState = readonly [path: string, mtimeMs: number, modules: string];

const MODULE = /\.(?:[cm]?[jt]sx?|json)$/;
const IN_PACKAGE = /(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
// Written by npm, pnpm and yarn whenever they change what is installed.
const INSTALL_STATES = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'];
const CONFIGS = ['package.json', 'tsconfig.json'];
// File systems stamp with a clock that ticks every few milliseconds.
const CLOCK_TICK_MS = 20;

const hashOf = (path: string): string => {
  const fs = process.getBuiltinModule('node:fs');
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(fs.readFileSync(path))
    .digest('base64');
};

const modulesIn = (folder: string): string => {
  const fs = process.getBuiltinModule('node:fs');
  return fs
    .readdirSync(folder)
    .filter((name) => MODULE.test(name))
    .sort()
    .join('\n');
};

const ancestors = (folder: string): readonly string[] => {
  const { dirname } = process.getBuiltinModule('node:path');
  const all = [folder];
  for (let dir = folder; dir !== dirname(dir); dir = dirname(dir)) all.push(dirname(dir));
  return all;
};

const extendedBy = (tsconfig: string): string | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { dirname, resolve } = process.getBuiltinModule('node:path');
  const base = /"extends"\s*:\s*"(\.[^"]+)"/.exec(fs.readFileSync(tsconfig, 'utf8'))?.[1];
  if (base === undefined) return undefined;
  const path = resolve(dirname(tsconfig), base);
  return [path, `${path}.json`].find((candidate) =>
    fs.statSync(candidate, { throwIfNoEntry: false })?.isFile(),
  );
};

/**
 * Records the state of everything that `inputs` depend on.
 *
 * @param inputs - Absolute paths of the files that were read.
 * @param startedAt - When the first of them may have been read, in ms since the epoch.
 * @returns `undefined` when a file changed since `startedAt`: what was read is then unknown, so nothing may be reused.
 */
export const takeSnapshot = (inputs: Iterable<string>, startedAt: number): Snapshot | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  const read = [...inputs];
  const paths = new Set(read);
  const folders = new Set<string>();
  const absent = new Set<string>();
  for (const path of read) {
    const inPackage = IN_PACKAGE.exec(path)?.[1];
    if (inPackage === undefined) folders.add(dirname(path));
    else paths.add(join(inPackage, 'package.json'));
  }
  const above = new Set([...folders].flatMap(ancestors));
  for (const dir of above) {
    for (const config of CONFIGS) {
      let path: string | undefined = join(dir, config);
      if (!fs.existsSync(path)) {
        absent.add(path);
        continue;
      }
      for (
        ;
        path !== undefined && !paths.has(path);
        path = path.endsWith('package.json') ? undefined : extendedBy(path)
      ) {
        paths.add(path);
      }
    }
    const modules = join(dir, 'node_modules');
    const states = INSTALL_STATES.map((state) => join(modules, state));
    const written = states.filter((path) => fs.existsSync(path));
    for (const path of written) paths.add(path);
    if (written.length === 0 && fs.existsSync(modules)) for (const path of states) absent.add(path);
  }
  const files: FileState[] = [];
  for (const path of [...paths].sort()) {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || stat.mtimeMs >= startedAt - CLOCK_TICK_MS) return undefined;
    files.push([path, stat.size, stat.mtimeMs, IN_PACKAGE.test(path) ? '' : hashOf(path)]);
  }
  return {
    files,
    folders: [...folders].sort().map((path) => [path, fs.statSync(path).mtimeMs, modulesIn(path)]),
    absent: [...absent].sort(),
  };
};

/** Whether everything is as it was recorded. Files that were only touched count as unchanged. */
export const isUnchanged = (snapshot: Snapshot): boolean => {
  const fs = process.getBuiltinModule('node:fs');
  try {
    return (
      snapshot.files.every(([path, sizeBytes, mtimeMs, hash]) => {
        const stat = fs.statSync(path, { throwIfNoEntry: false });
        if (stat === undefined || stat.size !== sizeBytes) return false;
        return stat.mtimeMs === mtimeMs || (hash !== '' && hashOf(path) === hash);
      }) &&
      snapshot.folders.every(([path, mtimeMs, modules]) => {
        const stat = fs.statSync(path, { throwIfNoEntry: false });
        return stat !== undefined && (stat.mtimeMs === mtimeMs || modulesIn(path) === modules);
      }) &&
      snapshot.absent.every((path) => fs.statSync(path, { throwIfNoEntry: false }) === undefined)
    );
  } catch {
    return false; // unreadable now: the build will say why
  }
};
