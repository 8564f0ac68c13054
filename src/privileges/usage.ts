import type { GrantStatement } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { StatementUse } from './cloud-facts.ts';
import type { StackNames } from './stack-names.ts';
import { roleNameIn, placeOf } from './stack-names.ts';

/** A statement of a role's own policy, as the template has it. */
export interface PolicyStatement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What one statement of a function was used for. */
export interface PrivilegeUse {
  readonly function: string;
  /** `app.ts:12` */
  readonly declaredAt?: string;
  /** Position in the role's policy, from 0. */
  readonly statement: number;
  /** The grant's name in the program; undefined for what Sparta adds by itself. */
  readonly grant?: string;
  readonly actions: readonly string[];
  readonly verdict: 'used' | 'unused' | 'too-wide';
  /** How often. */
  readonly count: number;
  /** Actions of it that nothing used. */
  readonly unusedActions: readonly string[];
  /** For what is too wide: all that was used lies under this. */
  readonly within?: string;
  /** Code of a narrower grant. */
  readonly narrower?: string;
}

const listOf = (action: string | readonly string[]): readonly string[] =>
  typeof action === 'string' ? [action] : action;

/** The grants of a function statement by statement, in the order in which synthesis writes them. */
export const grantOfStatement = (
  fn: FunctionDeclaration,
  statements: readonly PolicyStatement[],
): readonly (string | undefined)[] => {
  const granted: (readonly [name: string, statement: GrantStatement])[] = Object.keys(fn.grants)
    .sort()
    .flatMap((name) =>
      (fn.grants[name]?.statements ?? []).map((statement) => [name, statement] as const),
    );
  // What Sparta adds by itself stands before the grants.
  const added = statements.length - granted.length;
  return statements.map((_statement, index) => granted[index - added]?.[0]);
};

/**
 * What became of each statement of a function's role: used, unused, or wider than what was used.
 * @param uses - Of the whole cloud; those of other roles are passed over
 */
export const usageOf = (
  fn: FunctionDeclaration,
  statements: readonly PolicyStatement[],
  uses: readonly StatementUse[],
  names: StackNames,
): readonly PrivilegeUse[] => {
  const role = names.roleNameOf(fn.name);
  const own = uses.filter(
    ({ roleArn, policy }) => roleNameIn(roleArn) === role && policy === `${role}/${fn.name}`,
  );
  const grants = grantOfStatement(fn, statements);
  const declaredAt = placeOf(fn.declaredAt);
  return statements.map((statement, index): PrivilegeUse => {
    const use = own.find((one) => one.statement === index);
    const actions = listOf(statement.Action);
    const grant = grants[index];
    const base = {
      function: fn.name,
      ...(declaredAt === undefined ? {} : { declaredAt }),
      statement: index,
      ...(grant === undefined ? {} : { grant }),
      actions,
      count: use?.count ?? 0,
      unusedActions: actions.filter((action) => !(use?.actions ?? []).some(sameAction(action))),
    };
    if (use === undefined) return { ...base, verdict: 'unused' };
    const within = narrowerPrefix(statement.Resource, use.resources, names);
    if (grant === undefined || within === undefined) return { ...base, verdict: 'used' };
    const narrower = `${grant}: allow(${asCode(use.actions)}, ${within.code}),`;
    return { ...base, verdict: 'too-wide', within: within.arn, narrower };
  });
};

const sameAction = (granted: string) => (used: string) => {
  const pattern = granted
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`, 'i').test(used);
};

const asCode = (actions: readonly string[]) =>
  actions.length === 1
    ? `'${actions[0]}'`
    : `[${actions.map((action) => `'${action}'`).join(', ')}]`;

/** So few uses prove no prefix. */
const FEWEST_USES = 3;

/** Everything that was used lies deeper than what is granted: `*`, or all objects of a bucket. */
const narrowerPrefix = (
  granted: unknown,
  used: readonly string[],
  names: StackNames,
): { readonly arn: string; readonly code: string } | undefined => {
  if (granted === '*') {
    const [one] = used;
    if (one === undefined || one === '*') return undefined;
    const first = names.resourceOf(one);
    const same = used.every((arn) => names.resourceOf(arn)?.logicalId === first?.logicalId);
    if (first !== undefined && same) {
      const arn = used.length === 1 ? one : `${one.slice(0, one.length - first.rest.length)}*`;
      return {
        arn,
        code: codeOf(first.logicalId, first.type, used.length === 1 ? first.rest : '/*'),
      };
    }
    return used.length === 1 ? { arn: one, code: `'${one}'` } : undefined;
  }
  const text = JSON.stringify(granted);
  if (!text.includes('/*')) return undefined;
  const found = used.map((arn) => names.resourceOf(arn));
  const [first] = found;
  if (first === undefined || used.length < FEWEST_USES) return undefined;
  if (found.some((one) => one?.logicalId !== first.logicalId)) return undefined;
  const folder = commonFolder(found.map((one) => one?.rest ?? ''));
  if (folder === '/') return undefined;
  const [arn = ''] = used;
  return {
    arn: `${arn.slice(0, arn.length - first.rest.length)}${folder}*`,
    code: codeOf(first.logicalId, first.type, `${folder}*`),
  };
};

const codeOf = (logicalId: string, type: string, rest: string): string => {
  const name = logicalId.slice(0, 1).toLowerCase() + logicalId.slice(1);
  const own = /^AWS::(S3::Bucket|SNS::Topic|Lambda::Function)$/.test(type)
    ? `${name}.arn`
    : `${name}.getAtt('Arn')`;
  return rest === '' ? own : `sub\`\${${own}}${rest}\``;
};

/** `/in/` of `/in/a.jpg` and `/in/deep/b.jpg`; `/` when they share no folder. */
const commonFolder = (paths: readonly string[]): string => {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const [first = []] = folders;
  let shared = first.length;
  for (const folder of folders) {
    let same = 0;
    while (same < Math.min(shared, folder.length) && folder[same] === first[same]) same += 1;
    shared = same;
  }
  return `${first.slice(0, shared).join('/')}/`;
};
