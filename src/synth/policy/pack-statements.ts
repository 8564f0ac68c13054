import type { Statement } from './merge-statements.ts';
import { listOf, oneOrAll } from './merge-statements.ts';
import { LIMITS, sizeOf } from './policy-size.ts';

/** Statements of a role, over its own policy and managed ones. */
export interface Packed {
  readonly inline: readonly Statement[];
  readonly managed: readonly (readonly Statement[])[];
}

/**
 * Puts each statement into the first policy that has room for it, the role's own before any other. A statement that no policy takes is cut: its resources,
 * or else its actions, stand in several.
 */
export const packStatements = (statements: readonly Statement[]): Packed => {
  const bins = [{ room: LIMITS.inline - sizeOf([]), policy: [] as Statement[] }];
  for (const statement of statements.flatMap(cut)) {
    const size = sizeOf([statement]) - sizeOf([]);
    let bin = bins.find(({ room }) => room >= size);
    if (bin === undefined) {
      bin = { room: LIMITS.managed - sizeOf([]), policy: [] };
      bins.push(bin);
    }
    bin.policy.push(statement);
    bin.room -= size;
  }
  const [inline = [], ...managed] = bins.map(({ policy }) => policy);
  return { inline, managed };
};

/** Halves, until each fits a policy; one resource with one action is not cut further. */
const cut = (statement: Statement): readonly Statement[] => {
  if (sizeOf([statement]) <= LIMITS.managed) return [statement];
  for (const member of ['Resource', 'Action'] as const) {
    const values = listOf(statement[member]);
    if (values.length < 2) continue;
    const middle = Math.ceil(values.length / 2);
    return [values.slice(0, middle), values.slice(middle)].flatMap((half) =>
      cut({ ...statement, [member]: oneOrAll(half) }),
    );
  }
  return [statement];
};
