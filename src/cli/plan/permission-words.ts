import type { ChangedPermission, HolderChange, Permission } from '../../provision/index.ts';

/** A sentence about a permission, and whether it opens something. */
export interface PermissionRow {
  readonly sign: '+' | '-' | '~';
  readonly text: string;
  /** Whether more is allowed afterwards than before. */
  readonly widens: boolean;
}

/** How the permissions of one holder change, in words. */
export const permissionRows = (holder: HolderChange): readonly PermissionRow[] => [
  ...holder.gained
    .filter((permission) => !isItsOwnTrust(permission, holder))
    .map(
      (permission): PermissionRow => ({
        sign: '+',
        text: sentence(permission, 'now', holder),
        widens: opens(permission),
      }),
    ),
  ...holder.changed.map((changed) => changedRow(changed, holder)),
  ...holder.lost.map(
    (permission): PermissionRow => ({
      sign: '-',
      text: sentence(permission, 'no longer', holder),
      widens: !opens(permission),
    }),
  ),
];

/** `Stamp`, and what it is when that is not plain. */
export const holderTitle = ({ name, kind, type, role }: HolderChange): string => {
  if (role !== undefined) return `${name} (under ${role})`;
  return kind === 'function'
    ? name
    : `${name} (${kind === 'resource' ? (type ?? 'outside of the stack') : kind})`;
};

/** That Lambda may take on the new role of a function goes without saying. */
const isItsOwnTrust = ({ kind, who, condition }: Permission, holder: HolderChange): boolean =>
  kind === 'trust' &&
  who === 'lambda.amazonaws.com' &&
  condition === undefined &&
  holder.role !== undefined &&
  holder.lost.length + holder.changed.length === 0;

const opens = ({ kind, effect }: Permission) =>
  kind === 'boundary' ? false : kind === 'role' || effect === 'allow';

type When = 'now' | 'no longer';

const sentence = (permission: Permission, when: When, holder: HolderChange): string =>
  `${claim(permission, when, holder)}${scope(permission)}`;

const claim = (permission: Permission, when: When, { role }: HolderChange): string => {
  const { kind, effect, who, actions } = permission;
  const list = actions.join(', ');
  switch (kind) {
    case 'managed-policy':
      return when === 'now'
        ? `has now the managed policy ${list}`
        : `no longer has the managed policy ${list}`;
    case 'boundary':
      return when === 'now' ? `is now bounded by ${list}` : `is no longer bounded by ${list}`;
    case 'role':
      return when === 'now' ? `runs now as ${list}` : `no longer runs as ${list}`;
    case 'trust': {
      const by = `be assumed by ${who ?? 'anyone'}${list === 'sts:AssumeRole' ? '' : ` (${list})`}`;
      const subject = role === undefined ? '' : 'its role ';
      return effect === 'allow'
        ? `${subject}may ${when} ${by}`
        : `${subject}is ${when} forbidden to ${by}`;
    }
    case 'statement': {
      const subject = who === undefined ? '' : `${who} `;
      return effect === 'allow'
        ? `${subject}may ${when} ${list}`
        : `${subject}is ${when} denied ${list}`;
    }
    default:
      return kind satisfies never;
  }
};

/** Where, if and when. */
const scope = ({ resources, condition, when }: Permission): string =>
  [
    resources.length === 0 ? '' : ` on ${resources.join(', ')}`,
    condition === undefined ? '' : ` if ${condition}`,
    when === undefined ? '' : ` [when ${when}]`,
  ].join('');

const changedRow = (
  { before, after, how }: ChangedPermission,
  holder: HolderChange,
): PermissionRow => {
  const denies = after.effect === 'deny';
  if (after.kind === 'role' || after.kind === 'boundary')
    return {
      sign: '~',
      text: `${claim(after, 'now', holder)}, before ${before.actions.join(', ')}`,
      widens: true,
    };
  const was = scope(before).trim() || 'without any condition';
  return {
    sign: '~',
    text: `${sentence(after, 'now', holder)}; ${how === 'other' ? 'before' : `${how} than before:`} ${was}`,
    widens: denies ? how !== 'wider' : how !== 'narrower',
  };
};
