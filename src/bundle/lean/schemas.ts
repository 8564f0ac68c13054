import type { Trim } from './trim.ts';

const CONSTANT = /^const (_\w+) = ("(?:[^"\\\n]|\\.)*");$/gm;
const COMPUTED_KEY = /\[(_\w+)\]:/g;

/**
 * A client describes all its operations in one file of array literals (S3: 112 operations, 66 KB minified). Their
 * objects have computed keys, `{ [_hH]: 'x' }`, and for a bundler a computed key may have side effects: nothing can
 * be left out. Written as plain keys, the operations that no command of the program names fall away.
 */
export const schemas: Trim = {
  name: 'sdk-schemas',
  filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/,
  lean: (source) => {
    const constants = new Map<string, string>();
    for (const [, name, text] of source.matchAll(CONSTANT)) {
      if (name !== undefined && text !== undefined) constants.set(name, text);
    }
    // `"__proto__": x` in a literal sets the prototype, where `["__proto__"]: x` makes a member.
    const lean = source.replaceAll(COMPUTED_KEY, (whole, name: string) => {
      const text = constants.get(name);
      return text === undefined || text === '"__proto__"' ? whole : `${text}:`;
    });
    return lean === source ? undefined : lean;
  },
};
