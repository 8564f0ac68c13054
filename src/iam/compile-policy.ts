import type { AccessRequest } from './access-request.ts';
import { compileResource, type ResourceMatcher } from './arn-pattern.ts';
import { compileCondition, type ConditionTest } from './condition.ts';
import type { DecidingStatement, PolicyKind } from './decision.ts';
import { asList, type OneOrMany, type PolicyDocument, type Statement } from './policy-document.ts';
import { compilePrincipal, type PrincipalMatcher } from './principal-match.ts';
import { compileWildcards, type TextMatcher } from './wildcard.ts';

/** A statement made ready to be asked. */
export interface CompiledStatement {
  readonly statement: Statement;
  readonly denies: boolean;
  /** Whether the action, in lower case, is the statement's. */
  readonly action: TextMatcher;
  /** Whether the resource is the statement's. */
  readonly resource: (request: AccessRequest) => boolean;
  /** How the statement names the caller; undefined when it names nobody. */
  readonly principal: PrincipalMatcher | undefined;
  /** Whether the condition holds; undefined when there is none. */
  readonly condition: ConditionTest | undefined;
  /** How a decision refers to this statement, by the kind of policy that it was used as. */
  readonly as: Readonly<Record<PolicyKind, DecidingStatement>>;
}

/** A policy made ready to be asked: compile once, evaluate often. */
export interface CompiledPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
  readonly statements: readonly CompiledStatement[];
}

const KINDS: readonly PolicyKind[] = [
  'identity',
  'resource',
  'boundary',
  'session',
  'service-control',
];

/**
 * Makes a policy ready to be asked, which costs some microseconds: keep the result as long as the document lives.
 *
 * @param name - What decisions call the policy, such as its ARN.
 * @example
 * ```ts
 * const policy = compilePolicy(parsePolicy(json), 'ReadPhotos');
 * evaluate(request, { identity: [policy] }).effect; // 'allow'
 * ```
 */
export function compilePolicy(document: PolicyDocument, name = 'policy'): CompiledPolicy {
  // Without a version, a policy is of 2008, which has no variables (reference_policies_elements_version.html).
  const withVariables = document.Version === '2012-10-17';
  return {
    name,
    document,
    statements: document.Statement.map((statement, index) => {
      const as = Object.fromEntries(
        KINDS.map((kind) => [kind, Object.freeze({ policy: name, kind, statement, index })]),
      ) as Record<PolicyKind, DecidingStatement>;
      return {
        statement,
        denies: statement.Effect === 'Deny',
        action: compileActions(statement),
        resource: compileResources(statement, withVariables),
        principal: compilePrincipal(statement),
        condition: compileCondition(statement.Condition, {
          withVariables,
          effect: statement.Effect,
        }),
        as,
      };
    }),
  };
}

function compileActions({ Action, NotAction }: Statement): TextMatcher {
  // Action names match in any case (reference_policies_elements_action.html).
  const lower = (actions: OneOrMany<string> | undefined): readonly string[] =>
    asList(actions).map((action) => action.toLowerCase());
  if (Action !== undefined) return compileWildcards(lower(Action));
  const excepted = compileWildcards(lower(NotAction));
  return NotAction === undefined ? () => false : (action) => !excepted(action);
}

function compileResources(
  statement: Statement,
  withVariables: boolean,
): CompiledStatement['resource'] {
  const { Resource, NotResource, Effect } = statement;
  const compileAll = (patterns: OneOrMany<string> | undefined): ResourceMatcher[] =>
    asList(patterns).map((pattern) => compileResource(pattern, withVariables));
  if (Resource !== undefined) {
    const matchers = compileAll(Resource);
    const [only] = matchers;
    if (matchers.length === 1 && only !== undefined)
      return (request) => only(request.resource, request) === true;
    return (request) => {
      for (const matches of matchers) if (matches(request.resource, request) === true) return true;
      return false;
    };
  }
  // A trust policy names no resource: it is about the role that it belongs to.
  if (NotResource === undefined) return () => true;
  const matchers = compileAll(NotResource);
  const whenUnresolved = Effect === 'Deny';
  return (request) => {
    let resolved = true;
    for (const matches of matchers) {
      const match = matches(request.resource, request);
      if (match === true) return false;
      if (match === 'unresolved') resolved = false;
    }
    return resolved || whenUnresolved;
  };
}
