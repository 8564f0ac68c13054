import type { Plan, PlannedAction, PlannedChange, PlannedProperty } from '../../provision/index.ts';

/** What happens to a resource, as a sign in front of it. */
export const SIGNS: Readonly<Record<PlannedAction, string>> = {
  add: '+',
  import: '+',
  modify: '~',
  'may-replace': '~',
  unknown: '?',
  replace: '±',
  remove: '-',
};

const TOTALS: Readonly<Record<PlannedAction, string>> = {
  add: 'to add',
  import: 'to import',
  modify: 'to change',
  'may-replace': 'to change or replace',
  unknown: 'to change in a way that CloudFormation does not tell',
  replace: 'to replace',
  remove: 'to remove',
};

/** `2 to add, 1 to replace` */
export const totals = ({ kind, changes }: Plan): string => {
  if (kind === 'unchanged') return 'no change';
  const found = Object.entries(TOTALS).flatMap(([action, words]) => {
    const n = changes.filter((change) => change.action === action).length;
    return n === 0 ? [] : [`${n} ${words}`];
  });
  return found.length === 0 ? 'nothing but tags, outputs or policies' : found.join(', ');
};

/** What has to be known about a change beside its kind; empty when it needs no word. */
export const changeNote = (change: PlannedChange): string => {
  const { action, losesData, retains, holdsData } = change;
  switch (action) {
    case 'replace':
      return `REPLACED: a new one is made, ${
        losesData
          ? 'and the old one goes with all that is stored in it'
          : retains
            ? 'and the old one stays behind, outside of the stack'
            : 'and the old one goes'
      }`;
    case 'remove':
      if (losesData) return 'REMOVED with all that is stored in it';
      return retains ? 'stays behind, outside of the stack' : '';
    case 'may-replace':
      if (!holdsData) return 'may be replaced';
      return retains
        ? 'MAY BE REPLACED: the old one would stay behind, outside of the stack'
        : 'MAY BE REPLACED: all that is stored in it would be lost';
    case 'modify':
      return holdsData ? 'holds data, which stays' : '';
    default:
      return '';
  }
};

/** Properties that force the replacement, or may. */
export const forcing = ({ action, properties }: PlannedChange): readonly string[] =>
  action === 'replace' || action === 'may-replace'
    ? properties
        .filter(({ recreates }) => recreates === (action === 'replace' ? 'always' : 'maybe'))
        .map(pathOf)
    : [];

/** `/Properties/Code/S3Key` → `Code.S3Key` */
export const pathOf = ({ path }: PlannedProperty): string =>
  path
    .replace(/^\/?Properties[./]/, '')
    .replaceAll('/', '.')
    .replace(/^\./, '');

/** Whether nothing of a resource changes but the archive that it runs. */
export const isCodeAlone = ({ action, properties }: PlannedChange): boolean =>
  action === 'modify' && properties.length > 0 && properties.every(isCode);

/** Whether a property says which archive a function runs. */
export const isCode = ({ path }: PlannedProperty): boolean =>
  /(?:^|[./])Code(?:[./](?:S3Key|S3Bucket))?$/.test(path);

/** Whether the plan tells of a property in its section on permissions. */
export const isPolicy = ({ path }: PlannedProperty, { permissions }: Plan): boolean =>
  permissions.known &&
  permissions.holders.length > 0 &&
  /(?:^|[./])(?:Policies|PolicyDocument|AssumeRolePolicyDocument|ManagedPolicyArns|KeyPolicy)(?:$|[./])/.test(
    path,
  );

/** Resources whose data goes with them: nobody should learn of it afterwards. */
export const losses = ({ changes }: Plan): readonly PlannedChange[] =>
  changes.filter(
    ({ losesData, action, holdsData, retains }) =>
      losesData || (action === 'may-replace' && holdsData && !retains),
  );
