import type { Member, Names } from './text.ts';
import { isObject, members, textOf } from './text.ts';

/** What an atom is about: a statement, who may take the role on, what is attached to it. */
export type AtomKind = 'statement' | 'trust' | 'managed-policy' | 'boundary' | 'role';

/** The smallest piece of a permission: one action on one resource, for one principal, under one condition. */
export interface Atom {
  readonly kind: AtomKind;
  readonly effect: 'allow' | 'deny';
  /** Whom it is for, in policies of resources; empty where the policy's holder is meant. */
  readonly who: string;
  /** `s3:GetObject`, or what is attached */
  readonly action: string;
  /** Empty where the statement names none. */
  readonly resource: string;
  /** In words; empty for none. */
  readonly condition: string;
  /** The template's condition under which it is there; empty for always. */
  readonly when: string;
}

const both = (one: string, other: string) =>
  one === '' ? other : other === '' ? one : `${one} and ${other}`;

/** Every atom of a policy document, which may be JSON in a string. */
export const documentAtoms = (
  document: unknown,
  names: Names,
  kind: 'statement' | 'trust' = 'statement',
): readonly Atom[] =>
  members(document).flatMap(({ value, when }) => {
    const parsed = asDocument(value, names);
    return parsed === undefined
      ? []
      : members(parsed['Statement'], when).flatMap((statement) =>
          statementAtoms(statement, names, kind),
        );
  });

/** A policy document, or undefined for any other value. */
export const asDocument = (
  value: unknown,
  names: Names,
): Readonly<Record<string, unknown>> | undefined => {
  if (isObject(value) && 'Statement' in value) return value;
  const text =
    isObject(value) && !('Fn::Sub' in value || 'Fn::Join' in value)
      ? ''
      : textOf(value ?? '', names);
  if (!/^\s*\{/.test(text) || !text.includes('"Statement"')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) && 'Statement' in parsed ? parsed : undefined;
  } catch {
    return undefined; // some other text
  }
};

/** Every atom of a statement. */
export const statementAtoms = (
  { value, when }: Member,
  names: Names,
  kind: 'statement' | 'trust',
): readonly Atom[] => {
  if (!isObject(value)) return [];
  const effect = value['Effect'] === 'Deny' ? 'deny' : 'allow';
  const condition = conditionText(value['Condition'], names);
  const list = (element: 'Action' | 'Resource') => alternatives(value, element, names);
  const resources = list('Resource');
  return list('Action').flatMap((action) =>
    principals(value, names).flatMap((who) =>
      (resources.length === 0 ? [NONE] : resources).map(
        (resource): Atom => ({
          kind,
          effect,
          who: who.text,
          action: action.text,
          resource: resource.text,
          condition,
          when: [action.when, who.when, resource.when].reduce(both, when),
        }),
      ),
    ),
  );
};

interface Text {
  readonly text: string;
  readonly when: string;
}

const NONE: Text = { text: '', when: '' };

/** `Action: a` is one alternative, `NotAction: [a, b]` is one too: all but these. */
const alternatives = (
  statement: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
  names: Names,
): readonly Text[] => {
  const except = members(statement[`Not${element}`]);
  if (except.length > 0)
    return [
      {
        text: `anything but ${except.map(({ value }) => textOf(value, names)).join(', ')}`,
        when: '',
      },
    ];
  return members(statement[element]).map(({ value, when }) => ({
    text: textOf(value, names),
    when,
  }));
};

const principals = (
  statement: Readonly<Record<string, unknown>>,
  names: Names,
): readonly Text[] => {
  const named = (value: unknown): readonly Text[] =>
    members(value).flatMap(({ value: principal, when }) =>
      isObject(principal) &&
      !('Ref' in principal) &&
      !Object.keys(principal).some((key) => key.startsWith('Fn::'))
        ? Object.entries(principal).flatMap(([type, list]) =>
            members(list, when).map((one) => ({
              text: principalText(type, textOf(one.value, names)),
              when: one.when,
            })),
          )
        : [{ text: principalText('AWS', textOf(principal, names)), when }],
    );
  const except = named(statement['NotPrincipal']);
  if (except.length > 0)
    return [{ text: `anyone but ${except.map(({ text }) => text).join(', ')}`, when: '' }];
  const who = named(statement['Principal']);
  return who.length === 0 ? [NONE] : who;
};

/** Everyone, when nothing else limits it. */
export const ANYONE = 'anyone';

const principalText = (type: string, principal: string): string => {
  if (principal === '*') return ANYONE;
  const account = /^(?:arn:[^:]+:iam::)?([^:]+?)(?::root)?$/.exec(principal)?.[1];
  if (type === 'AWS' && (principal.endsWith(':root') || /^\d{12}$/.test(principal)))
    return `account ${account ?? principal}`;
  if (type === 'Federated') return `identities of ${principal}`;
  return type === 'CanonicalUser' ? `canonical user ${principal}` : principal;
};

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
const OPERATORS: Readonly<Record<string, string>> = {
  StringEquals: '=',
  ArnEquals: '=',
  NumericEquals: '=',
  DateEquals: '=',
  Bool: '=',
  IpAddress: 'in',
  NotIpAddress: 'not in',
  StringLike: 'like',
  ArnLike: 'like',
  StringNotEquals: '≠',
  ArnNotEquals: '≠',
  NumericNotEquals: '≠',
  StringNotLike: 'not like',
  ArnNotLike: 'not like',
  NumericLessThan: '<',
  NumericLessThanEquals: '≤',
  NumericGreaterThan: '>',
  NumericGreaterThanEquals: '≥',
  DateLessThan: 'before',
  DateGreaterThan: 'after',
};

const conditionText = (block: unknown, names: Names): string => {
  if (!isObject(block)) return block === undefined ? '' : textOf(block, names);
  return Object.entries(block)
    .flatMap(([operator, keys]) =>
      isObject(keys)
        ? Object.entries(keys).map(
            ([key, values]) =>
              `${key} ${OPERATORS[operator] ?? operator} ${members(values)
                .map(({ value }) => textOf(value, names))
                .sort()
                .join(' or ')}`,
          )
        : [`${operator} ${textOf(keys, names)}`],
    )
    .sort()
    .join(' and ');
};
