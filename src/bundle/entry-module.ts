import type { BundlePlan } from './options.ts';

/**
 * The source of the archive's `index.mjs`.
 *
 * It evaluates the one module that declares the selected function, never the others: a program of 100 functions,
 * each with an SDK client, then starts like a program of one. When all are declared in one file there is nothing to
 * choose, and that file becomes `index.mjs` itself. Asked for a function that its module did not declare (a factory
 * that was called from elsewhere), it evaluates the whole program, as the desk did.
 *
 * The runtime package exports, under the condition `sparta-lambda`: `handler`, which serves the function that
 * `SPARTA_FUNCTION` names, and `isDeclared(name)`.
 */
export const entryModule = (plan: BundlePlan): string => {
  const runtime = JSON.stringify(plan.runtime);
  const program = JSON.stringify(plan.entry);
  const modules = new Set(plan.functions.map(({ module }) => module));
  const [only] = modules;
  if (only === undefined || (modules.size === 1 && only === plan.entry)) {
    return `import ${program};\nexport { handler } from ${runtime};\n`;
  }
  if (modules.size === 1) {
    return `import { handler, isDeclared } from ${runtime};
import ${JSON.stringify(only)};
if (!isDeclared(process.env.SPARTA_FUNCTION)) await import(${program});
export { handler };
`;
  }
  const numbers = new Map([...modules].sort().map((module, index) => [module, index]));
  const loaders = [...numbers.keys()].map((module) => `() => import(${JSON.stringify(module)})`);
  const table = plan.functions.map(
    ({ name, module }) => `[${JSON.stringify(name)}]: ${numbers.get(module)}`,
  );
  return `import { handler, isDeclared } from ${runtime};
const load = [${loaders.join(', ')}];
const of = { __proto__: null, ${table.join(', ')} };
const name = process.env.SPARTA_FUNCTION;
await load[of[name]]?.();
if (!isDeclared(name)) await import(${program});
export { handler };
`;
};
