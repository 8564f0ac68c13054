import { intrinsicOf, isList, isNoValue, isObject } from './json.ts';

/** What stands for a value that CloudFormation fills in: something that is right in its place, so that only the rest is judged. */
const standIn = (key: string, container: string): unknown => {
  switch (key) {
    case 'Effect':
      return 'Allow';
    case 'Version':
      return '2012-10-17';
    case 'Sid':
    case 'Id':
      return undefined;
    case 'Statement':
    case 'Condition':
      return undefined;
    case 'Service':
      return 'lambda.amazonaws.com';
    case 'Principal':
    case 'NotPrincipal':
    case 'AWS':
    case 'Action':
    case 'NotAction':
    case 'Resource':
    case 'NotResource':
      return '*';
    default:
      return container.startsWith('Date') ? '2030-01-01T00:00:00Z' : 'value';
  }
};

/** What a call may become, where that is stated: the branches of `Fn::If`. */
const branchesOf = (value: unknown): readonly unknown[] | undefined => {
  const call = intrinsicOf(value);
  return call?.name === 'Fn::If' && isList(call.argument)
    ? call.argument.slice(1).filter((branch) => !isNoValue(branch))
    : undefined;
};

/**
 * A policy as IAM will see it, as far as that is known: both branches of a condition in a list, the first elsewhere, and
 * stand-ins for what else CloudFormation fills in.
 */
export const settle = (value: unknown, key = '', container = ''): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) {
    const items: unknown[] = [];
    for (const item of value)
      for (const branch of branchesOf(item) ?? [item]) {
        const settled = settle(branch, key, container);
        if (settled !== undefined) items.push(settled);
      }
    return items;
  }
  const branches = branchesOf(value);
  if (branches !== undefined)
    return branches.length === 0 ? undefined : settle(branches[0], key, container);
  if (intrinsicOf(value) !== undefined)
    return isNoValue(value) ? undefined : standIn(key, container);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, settle(member, name, key)] as const)
      .filter(([, member]) => member !== undefined),
  );
};

/** Characters that a policy has at least, as IAM counts them: without white space, and without what is filled in later. */
export const leastSize = (value: unknown): number => {
  const call = intrinsicOf(value);
  if (call !== undefined) {
    const text =
      call.name === 'Fn::Sub' && isList(call.argument) ? call.argument[0] : call.argument;
    return call.name === 'Fn::Sub' && typeof text === 'string'
      ? text.replaceAll(/\$\{[^}]*\}|\s/g, '').length + 2
      : 2;
  }
  if (typeof value === 'string') return JSON.stringify(value.replaceAll(/\s/g, '')).length;
  if (isList(value))
    return value.reduce<number>(
      (sum, item) => sum + leastSize(item),
      1 + Math.max(1, value.length),
    );
  if (isObject(value)) {
    const entries = Object.entries(value);
    return entries.reduce(
      (sum, [name, member]) => sum + name.length + 3 + leastSize(member),
      1 + Math.max(1, entries.length),
    );
  }
  return String(value).length;
};
