/**
 * The version of a package that the project's package-lock.json fixes. npm's lock lists the packages of every
 * platform, also those that are not installed here.
 *
 * @returns `undefined` when there is no lock, or it does not know the package.
 */
export const lockedVersion = (name: string, projectDir: string): string | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  for (let dir = projectDir; ; dir = dirname(dir)) {
    const path = join(dir, 'package-lock.json');
    if (fs.existsSync(path)) {
      try {
        const lock = JSON.parse(fs.readFileSync(path, 'utf8')) as {
          packages?: Record<string, { version?: unknown }>;
        };
        const version = lock.packages?.[`node_modules/${name}`]?.version;
        return typeof version === 'string' ? version : undefined;
      } catch {
        return undefined; // a broken lock is npm's to report
      }
    }
    if (dir === dirname(dir)) return undefined;
  }
};
