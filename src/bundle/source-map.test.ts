import { SourceMap } from 'node:module';
import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { pruneSourceMap } from './source-map.ts';
import { build } from 'esbuild';

const FILES: Readonly<Record<string, string>> = {
  'a.ts': `import { b } from './b.ts';\nexport const first = (): string => {\n  const message: string = b('one');\n  throw new Error(message);\n};\n`,
  'b.ts': `import { c } from './c.ts';\nexport const b = (text: string): string => c(text + 'b');\n`,
  'c.ts':
    'export const c = (text: string): string => {\n  const long = text.repeat(2);\n  return long;\n};\n',
};

const bundle = async (
  minify: boolean,
): Promise<{ readonly code: string; readonly map: string }> => {
  const { outputFiles } = await build({
    entryPoints: ['a.ts'],
    bundle: true,
    minify,
    write: false,
    outdir: 'out',
    sourcemap: 'external',
    sourcesContent: false,
    format: 'esm',
    plugins: [
      {
        name: 'files',
        setup(plugin) {
          plugin.onResolve({ filter: /./ }, ({ path }) => ({
            path: path.replace('./', ''),
            namespace: 'f',
          }));
          plugin.onLoad({ filter: /./, namespace: 'f' }, ({ path }) => ({
            contents: FILES[path] ?? '',
            loader: 'ts',
          }));
        },
      },
    ],
  });
  return {
    code: outputFiles.find(({ path }) => path.endsWith('.js'))?.text ?? '',
    map: outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '',
  };
};

/** Where every character of the code comes from, as Node's own reader of source maps says. */
const origins = (code: string, map: string): readonly string[] => {
  const reader = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0]);
  return code.split('\n').flatMap((line, row) =>
    Array.from(line, (_character, column) => {
      const entry = reader.findEntry(row, column);
      return 'originalSource' in entry && entry.originalSource !== undefined
        ? `${entry.originalSource}:${entry.originalLine}:${entry.originalColumn}:${'name' in entry ? String(entry.name) : ''}`
        : '';
    }),
  );
};

describe.each([true, false])('a pruned source map (minified: %s)', (minify) => {
  it.each([['a.ts'], ['b.ts'], ['c.ts'], ['a.ts', 'c.ts'], ['a.ts', 'b.ts', 'c.ts']])(
    'says of %s %s %s what the whole one says, and nothing of the others',
    async (...kept) => {
      const { code, map } = await bundle(minify);
      const pruned = pruneSourceMap(map, (source) => {
        const name = source.replace('f:', '');
        return kept.includes(name) ? `kept/${name}` : undefined;
      });
      const expected = origins(code, map).map((origin) => {
        const [, name = '', rest = ''] = /^f:([^:]*)(.*)$/.exec(origin) ?? [];
        return kept.includes(name) ? `kept/${name}${rest}` : '';
      });
      expect(origins(code, pruned ?? '')).toEqual(expected);
    },
  );

  it('is none when nothing is kept', async () => {
    const { map } = await bundle(minify);
    expect(pruneSourceMap(map, () => undefined)).toBeUndefined();
  });
});

it('keeps large and negative steps', async () => {
  const source = `${'\n'.repeat(3000)}export const far = ${JSON.stringify('x'.repeat(5000))}, near = 1;\n`;
  const { code, map } = await transform(source, {
    sourcemap: 'external',
    sourcefile: 's.ts',
    loader: 'ts',
  });
  expect(origins(code, pruneSourceMap(map, (name) => name) ?? '')).toEqual(origins(code, map));
});
