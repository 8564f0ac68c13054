/** The parts of a package.json that say what a package needs to run. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  /** Peers that may be missing. */
  readonly optionalPeers: readonly string[];
  /** Platforms it is limited to, in Node's words; `!win32` excludes. Empty: all. */
  readonly os: readonly string[];
  /** Processors it is limited to, in Node's words. Empty: all. */
  readonly cpu: readonly string[];
  /** C libraries it is limited to. Empty: all. */
  readonly libc: readonly string[];
  /** Whether it builds an addon on the machine where it is installed. */
  readonly buildsAddon: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter(
          (pair): pair is [string, string] => typeof pair[1] === 'string',
        ),
      )
    : {};

const list = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.filter((item) => typeof item === 'string')
      : [];

// What a package with an addon depends on: to build it, to find it, or to download it at installation.
const ADDON_TOOLS = [
  'bindings',
  'node-gyp-build',
  'node-gyp-build-optional-packages',
  'prebuild-install',
  'prebuildify',
  'node-addon-api',
  'nan',
  '@mapbox/node-pre-gyp',
  'node-pre-gyp',
  'pkg-prebuilds',
  'cmake-js',
];

/** Reads a package's manifest, or answers `undefined` when there is none at that place. */
export const readManifest = (packageDir: string): Manifest | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { join } = process.getBuiltinModule('node:path');
  let json: unknown;
  try {
    json = JSON.parse(fs.readFileSync(join(packageDir, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(json) || typeof json['name'] !== 'string') return undefined;
  const dependencies = strings(json['dependencies']);
  const optionalDependencies = strings(json['optionalDependencies']);
  const peersMeta = isObject(json['peerDependenciesMeta']) ? json['peerDependenciesMeta'] : {};
  return {
    name: json['name'],
    version: typeof json['version'] === 'string' ? json['version'] : '0.0.0',
    dependencies,
    optionalDependencies,
    peerDependencies: strings(json['peerDependencies']),
    optionalPeers: Object.entries(peersMeta)
      .filter(([, meta]) => isObject(meta) && meta['optional'] === true)
      .map(([name]) => name),
    os: list(json['os']),
    cpu: list(json['cpu']),
    libc: list(json['libc']),
    buildsAddon:
      json['gypfile'] === true ||
      isObject(json['binary']) ||
      ADDON_TOOLS.some((tool) => tool in dependencies || tool in optionalDependencies) ||
      fs.existsSync(join(packageDir, 'binding.gyp')),
  };
};

// A package for one platform is named after it, in Node's words or Rust's: @img/sharp-linux-arm64, lightningcss-linux-x64-gnu.
const PLATFORM_WORD =
  /(?:^|[-_/.])(?:linux|linuxmusl|darwin|macos|win32|windows|freebsd|android)(?:$|[-_.])/;

/** Whether a package's name says that it is for one platform. */
export const isNamedAfterPlatform = (name: string): boolean => PLATFORM_WORD.test(name);

/** Whether a package brings machine code: an addon of its own, or one package per platform. */
export const isNative = (manifest: Manifest): boolean =>
  manifest.buildsAddon ||
  (isNamedAfterPlatform(manifest.name) && manifest.cpu.length > 0) ||
  Object.keys(manifest.optionalDependencies).filter(isNamedAfterPlatform).length > 1;

/** The folder of package `name` as Node finds it from `fromDir`, or `undefined`. */
export const findPackage = (name: string, fromDir: string): string | undefined => {
  const fs = process.getBuiltinModule('node:fs');
  const { basename, dirname, join } = process.getBuiltinModule('node:path');
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name);
    if (basename(dir) !== 'node_modules' && fs.existsSync(join(candidate, 'package.json')))
      return fs.realpathSync(candidate);
    if (dir === dirname(dir)) return undefined;
  }
};

/** The package's name in an import specifier: `@img/sharp` of `@img/sharp/lib`. */
export const packageNameOf = (specifier: string): string =>
  specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
