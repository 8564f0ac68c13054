// An ES import of node:fs makes its streams, 4 ms; the built-in alone does not.
const { readFileSync } = process.getBuiltinModule('node:fs');

/** The version in the package's own package.json. */
export const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const manifest: unknown = JSON.parse(text);
  return typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
    ? manifest.version
    : 'unknown';
};
