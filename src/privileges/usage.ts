import type { GrantStatement } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { StatementUse } from './cloud-facts.ts';
import { actionsCode, arnCode, dataCode, quoted } from './grant-code.ts';
import type { StackNames } from './stack-names.ts';
import { roleNameIn, placeOf } from './stack-names.ts';

/** A statement of a role's own policy, as the template has it. */
export interface PolicyStatement {
  readonly Effect?: 'Allow' | 'Deny';
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
  /** Logical id of the event source that Lambda reads under this statement. */
  readonly source?: string;
  /** ARN of a managed policy, which is used or unused as a whole. */
  readonly policy?: string;
  readonly actions: readonly string[];
  /** `denies`: a statement that denies, which is no less worth for not having been run into. */
  readonly verdict: 'used' | 'unused' | 'too-wide' | 'denies';
  /** How often. */
  readonly count: number;
  /** Actions of it that nothing used. */
  readonly unusedActions: readonly string[];
  /** For what is too wide: all that was used lies under this. */
  readonly within?: string;
  /** Resources among several that nothing used, by logical id or ARN. */
  readonly unusedResources?: readonly string[];
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

/** The event source that a statement without a grant is for; the others are for the log and for what settings imply. */
const sourceOf = (fn: FunctionDeclaration, actions: readonly string[]): string | undefined => {
  const same = ({ actions: stated }: GrantStatement) => stated.join() === actions.join();
  return fn.on.find(({ statements = [] }) => statements.some(same))?.target.name;
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
    const source = grant === undefined ? sourceOf(fn, actions) : undefined;
    const base = {
      function: fn.name,
      ...(declaredAt === undefined ? {} : { declaredAt }),
      statement: index,
      ...(grant === undefined ? {} : { grant }),
      ...(source === undefined ? {} : { source }),
      actions,
      count: use?.count ?? 0,
      unusedActions: actions.filter((action) => !(use?.actions ?? []).some(sameAction(action))),
    };
    if (statement.Effect === 'Deny') return { ...base, verdict: 'denies', unusedActions: [] };
    if (use === undefined) return { ...base, verdict: 'unused' };
    if (grant === undefined) return { ...base, verdict: 'used' };
    return { ...base, ...widthOf(fn, grant, { statement, use, names }) };
  });
};

/** What became of the managed policies of a function's own role. */
export const managedUseOf = (
  fn: FunctionDeclaration,
  policies: readonly string[],
  uses: readonly StatementUse[],
  names: StackNames,
): readonly PrivilegeUse[] =>
  policies.map((policy, index) => {
    const role = names.roleNameOf(fn.name);
    const own = uses.filter((one) => roleNameIn(one.roleArn) === role && one.policy === policy);
    const declaredAt = placeOf(fn.declaredAt);
    return {
      function: fn.name,
      ...(declaredAt === undefined ? {} : { declaredAt }),
      statement: index,
      policy,
      actions: [...new Set(own.flatMap(({ actions }) => actions))].sort(),
      verdict: own.length === 0 ? 'unused' : 'used',
      count: own.reduce((sum, { count }) => sum + count, 0),
      unusedActions: [],
    };
  });

/** Whether a statement reaches further than its use, and the grant that does not. */
const widthOf = (
  fn: FunctionDeclaration,
  grant: string,
  {
    statement,
    use,
    names,
  }: {
    readonly statement: PolicyStatement;
    readonly use: StatementUse;
    readonly names: StackNames;
  },
): Pick<PrivilegeUse, 'verdict' | 'within' | 'unusedResources' | 'narrower'> => {
  const all = Array.isArray(statement.Resource) ? (statement.Resource as unknown[]) : [];
  const reached = narrowerPrefix(statement.Resource, use.resources, names);
  const unused = all.length < 2 ? [] : unusedAmong(all, use.resources, names);
  const patterns = listOf(statement.Action).some((action) => /[*?]/.test(action));
  if (reached === undefined && unused.length === 0 && !patterns) return { verdict: 'used' };
  const on =
    reached?.code ?? ownCode(all.length < 2 ? [statement.Resource] : all, unused, use, names);
  const condition = conditionCode(fn, grant, statement);
  const binding = fn.grants[grant]?.binding;
  const remark = binding === undefined ? '' : '  // gives no client: use the AWS SDK';
  return {
    verdict: 'too-wide',
    ...(reached === undefined ? {} : { within: reached.arn }),
    ...(unused.length === 0 ? {} : { unusedResources: unused }),
    ...(on === undefined || condition === undefined
      ? {}
      : {
          narrower: `${grant}: allow(${actionsCode(use.actions)}).on(${on})${condition},${remark}`,
        }),
  };
};

/** The logical id that an expression of the template is about: `{ Ref }`, `{ Fn::GetAtt }`, `{ Fn::Sub }`. */
const idIn = (resource: unknown): string | undefined => {
  const text = JSON.stringify(resource);
  return (
    /"Ref":"([A-Za-z0-9]+)"/.exec(text)?.[1] ??
    /"Fn::GetAtt":\["([A-Za-z0-9]+)"/.exec(text)?.[1] ??
    /\$\{([A-Za-z0-9]+)[.}]/.exec(text)?.[1]
  );
};

const unusedAmong = (
  granted: readonly unknown[],
  used: readonly string[],
  names: StackNames,
): readonly string[] =>
  granted.flatMap((one) => {
    if (typeof one === 'string') return used.some(matches(one)) ? [] : [one];
    const id = idIn(one);
    if (id === undefined) return [];
    return used.some((arn) => names.resourceOf(arn)?.logicalId === id) ? [] : [id];
  });

/** The resources that were used, each by its own ARN; undefined where one cannot be said in the program's words. */
const ownCode = (
  granted: readonly unknown[],
  unused: readonly string[],
  use: StatementUse,
  names: StackNames,
): string | undefined => {
  const kept = granted.filter(
    (one) => !unused.includes(typeof one === 'string' ? one : (idIn(one) ?? '')),
  );
  const code = kept.map((one) => {
    if (typeof one === 'string') return quoted(one);
    const id = idIn(one);
    const found = use.resources
      .map((arn) => names.resourceOf(arn))
      .find((r) => r?.logicalId === id);
    if (found === undefined) return undefined;
    const rest = /(\/\*|:\*)"/.exec(JSON.stringify(one))?.[1] ?? '';
    return arnCode(found, rest);
  });
  if (code.length === 0 || code.includes(undefined)) return undefined;
  return code.length === 1 ? code[0] : `[${code.join(', ')}]`;
};

/** `.when({ … })` as the grant has it; undefined where a value of it is an expression, which has no text here. */
const conditionCode = (
  fn: FunctionDeclaration,
  grant: string,
  { Action }: PolicyStatement,
): string | undefined => {
  const actions = JSON.stringify(listOf(Action));
  const stated = fn.grants[grant]?.statements.find(
    (one) => JSON.stringify(one.actions) === actions,
  );
  if (stated?.conditions === undefined) return '';
  const values = Object.values(stated.conditions).flatMap((keys) => Object.values(keys).flat());
  return values.every((value) => typeof value === 'string')
    ? `.when(${dataCode(stated.conditions)})`
    : undefined;
};

const sameAction = (granted: string) => (used: string) => pattern(granted, 'i').test(used);

const matches = (granted: string) => (used: string) => pattern(granted, '').test(used);

/** IAM's wildcards. */
const pattern = (granted: string, flags: string): RegExp => {
  const text = granted
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, flags);
};

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
        code: arnCode(first, used.length === 1 ? first.rest : '/*'),
      };
    }
    return used.length === 1 ? { arn: one, code: quoted(one) } : undefined;
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
    code: arnCode(first, `${folder}*`),
  };
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
