import type { Metafile } from 'esbuild';
import type { SourceNames } from './source-names.ts';

/**
 * Which of some modules cannot be evaluated alone as they were in the program: those that import themselves in a
 * circle, or the program. Whoever is evaluated first sees the other half done, so the first must be the program's.
 *
 * @param modules - Absolute paths.
 * @param program - Absolute path of the entry.
 */
export const modulesInCycles = (
  metafile: Metafile,
  modules: Iterable<string>,
  program: string,
  names: SourceNames,
): ReadonlySet<string> => {
  const imports = new Map<string, readonly string[]>();
  for (const [input, { imports: records }] of Object.entries(metafile.inputs)) {
    const path = names.pathOf(input);
    if (path === undefined || names.ofInput(input).name.startsWith('node_modules/')) continue;
    imports.set(
      path,
      records.flatMap(({ path: target, kind, external }) =>
        kind === 'dynamic-import' || external === true ? [] : (names.pathOf(target) ?? []),
      ),
    );
  }
  const inCycle = new Set<string>();
  for (const module of new Set(modules)) {
    const seen = new Set<string>();
    const open = [...(imports.get(module) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === module || next === program) {
        inCycle.add(module);
        break;
      }
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(imports.get(next) ?? []));
    }
  }
  return inCycle;
};
