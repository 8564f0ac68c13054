import { parseOperator } from './condition-operators.ts';
import { PolicyError, type PolicyErrorCode } from './errors.ts';
import type { PolicyUse } from './parse-policy.ts';

/** A JSON object whose members are not yet known to be right. */
export type Unchecked = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object. */
export function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses a document: AWS's text goes to the caller, ours to whoever reads the log. */
export type Refuse = (
  code: PolicyErrorCode,
  message: string,
  path: string,
  detail: string,
) => never;

/** @throws {PolicyError} always */
export const refuse: Refuse = (code, message, path, detail) => {
  throw new PolicyError(code, message, { path, detail });
};

/** IAM's whole answer to most mistakes; what exactly is wrong stands in `detail`. */
export const SYNTAX_MESSAGE = 'Syntax errors in policy.';

const TOP_ELEMENTS: ReadonlySet<string> = new Set(['Version', 'Id', 'Statement']);

const STATEMENT_ELEMENTS: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

const EXCLUSIVE_ELEMENTS = [
  ['Action', 'NotAction'],
  ['Resource', 'NotResource'],
  ['Principal', 'NotPrincipal'],
] as const;

const TEXT_LISTS = ['Action', 'NotAction', 'Resource', 'NotResource'] as const;

const PRINCIPAL_KINDS: ReadonlySet<string> = new Set([
  'AWS',
  'Service',
  'Federated',
  'CanonicalUser',
]);

/** The texts with which the two families of checks in IAM refuse the same mistakes. */
interface SyntaxTexts {
  readonly version: string;
  readonly statement: string;
  readonly missingEffect: string;
  readonly effect: (given: string) => string;
}

const SYNTAX_TEXTS: SyntaxTexts = {
  version: SYNTAX_MESSAGE,
  statement: SYNTAX_MESSAGE,
  missingEffect: SYNTAX_MESSAGE,
  effect: () => SYNTAX_MESSAGE,
};

/** Trust policies are checked by the code that checks resource-based policies, which says more. */
const TRUST_TEXTS: SyntaxTexts = {
  version: 'The policy must contain a valid version string',
  statement: 'Could not parse the policy: Statement is empty!',
  missingEffect: 'Missing required field Effect',
  effect: (given) => `Invalid effect: ${given}`,
};

/**
 * Checks the elements and their types, as the grammar has them, and returns the statements.
 *
 * @throws {PolicyError} with `INVALID_SYNTAX`, `INVALID_VERSION` or `INVALID_PRINCIPAL`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function checkSyntax(document: Unchecked, use: PolicyUse): readonly Unchecked[] {
  const texts = use === 'trust' || use === 'resource' ? TRUST_TEXTS : SYNTAX_TEXTS;
  const bad = (path: string, detail: string, message = SYNTAX_MESSAGE): never =>
    refuse('INVALID_SYNTAX', message, path, detail);

  for (const element of Object.keys(document)) {
    if (!TOP_ELEMENTS.has(element))
      bad(element, `unknown element; allowed are ${[...TOP_ELEMENTS].join(', ')}`);
  }
  const { Version, Id, Statement } = document as {
    Version?: unknown;
    Id?: unknown;
    Statement?: unknown;
  };
  if (Version !== undefined && Version !== '2008-10-17' && Version !== '2012-10-17') {
    const detail = `${JSON.stringify(Version)} is no version of the policy language; use "2012-10-17"`;
    refuse('INVALID_VERSION', texts.version, 'Version', detail);
  }
  if (Id !== undefined && typeof Id !== 'string') bad('Id', 'must be a text');
  const statements = Array.isArray(Statement) ? (Statement as readonly unknown[]) : [Statement];
  if (Statement === undefined || statements.length === 0) {
    bad('Statement', 'a policy needs at least one statement', texts.statement);
  }
  return statements.map((statement, index) => {
    const path = `Statement[${index}]`;
    if (!isObject(statement)) return bad(path, 'a statement must be an object');
    checkStatement(statement, path, texts, bad);
    return statement;
  });
}

type Bad = (path: string, detail: string, message?: string) => never;

function checkStatement(statement: Unchecked, path: string, texts: SyntaxTexts, bad: Bad): void {
  for (const element of Object.keys(statement)) {
    if (!STATEMENT_ELEMENTS.has(element)) {
      bad(
        `${path}.${element}`,
        `unknown element; allowed are ${[...STATEMENT_ELEMENTS].join(', ')}`,
      );
    }
  }
  for (const [one, other] of EXCLUSIVE_ELEMENTS) {
    if (one in statement && other in statement) bad(path, `has both ${one} and ${other}; keep one`);
  }
  const { Effect, Sid, Condition, Principal, NotPrincipal } = statement as {
    Effect?: unknown;
    Sid?: unknown;
    Condition?: unknown;
    Principal?: unknown;
    NotPrincipal?: unknown;
  };
  if (Effect === undefined)
    bad(`${path}.Effect`, 'is missing; use "Allow" or "Deny"', texts.missingEffect);
  if (typeof Effect !== 'string' || !/^(allow|deny)$/i.test(Effect)) {
    const given = typeof Effect === 'string' ? Effect : JSON.stringify(Effect);
    bad(
      `${path}.Effect`,
      `is ${JSON.stringify(Effect)}; use "Allow" or "Deny"`,
      texts.effect(given),
    );
  }
  for (const element of TEXT_LISTS) {
    const value = statement[element];
    if (value !== undefined && !isTextOrTexts(value))
      bad(`${path}.${element}`, 'must be a text or a list of texts');
  }
  if (Condition !== undefined) checkCondition(Condition, `${path}.Condition`, bad);
  if (Sid !== undefined && typeof Sid !== 'string') bad(`${path}.Sid`, 'must be a text');
  if (Principal !== undefined) checkPrincipal(Principal, `${path}.Principal`, bad);
  if (NotPrincipal !== undefined) checkPrincipal(NotPrincipal, `${path}.NotPrincipal`, bad);
}

function isTextOrTexts(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

function checkCondition(condition: unknown, path: string, bad: Bad): void {
  if (!isObject(condition)) return bad(path, 'must be an object: { operator: { key: value } }');
  for (const [operator, keys] of Object.entries(condition)) {
    const at = `${path}.${operator}`;
    if (!isObject(keys)) return bad(at, 'must be an object: { key: value }');
    for (const [key, value] of Object.entries(keys)) {
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      const simple = values.every((item) => ['string', 'number', 'boolean'].includes(typeof item));
      if (!simple) bad(`${at}["${key}"]`, 'must be a text, a number, a Boolean, or a list of them');
    }
    // AWS accepts an operator that it does not know as long as it tests nothing.
    if (parseOperator(operator) === undefined && Object.keys(keys).length > 0)
      bad(at, 'is no condition operator');
  }
}

function checkPrincipal(principal: unknown, path: string, bad: Bad): void {
  if (principal === '*') return;
  if (!isObject(principal)) return bad(path, 'must be "*" or an object such as { "AWS": "arn:…" }');
  for (const [kind, names] of Object.entries(principal)) {
    if (!PRINCIPAL_KINDS.has(kind)) {
      const detail = `unknown kind of principal; allowed are ${[...PRINCIPAL_KINDS].join(', ')}`;
      refuse('INVALID_PRINCIPAL', `Invalid principal in policy: "${kind}"`, path, detail);
    }
    if (!isTextOrTexts(names)) bad(`${path}.${kind}`, 'must be a text or a list of texts');
  }
}
