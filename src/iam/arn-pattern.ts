import type { AccessRequest } from './access-request.ts';
import { compileTemplate, resolveTemplate, splitOutsideVariables } from './variables.ts';
import { compileWildcard, matchesWildcard, type TextMatcher } from './wildcard.ts';

/** Whether a resource pattern covers an ARN; `unresolved` when a variable in it has no value. */
export type ResourceMatch = boolean | 'unresolved';

/** One pattern of a `Resource` or `NotResource` element. */
export type ResourceMatcher = (arn: string, request: AccessRequest) => ResourceMatch;

/** An ARN is `arn:partition:service:region:account:resource`; the resource may hold colons of its own. */
const ARN_SEGMENTS = 6;

/**
 * Compiles a `Resource` pattern.
 *
 * Wildcards work inside segments; one that ends its segment may reach over the colon, and inside the resource part
 * colons are characters like any other. Missing segments count as `*`.
 *
 * @param withVariables - Whether the policy's version has variables. They work after the fifth colon only.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-resourceelement
 */
export function compileResource(pattern: string, withVariables: boolean): ResourceMatcher {
  if (pattern === '*') return () => true;
  const segments = splitOutsideVariables(pattern, ARN_SEGMENTS);
  const head = segments.slice(0, ARN_SEGMENTS - 1);
  const tail = segments[ARN_SEGMENTS - 1];
  if (tail === undefined) {
    const last = pattern.endsWith('*') ? pattern : `${pattern}:*`;
    return constant(matcherFor(splitOutsideVariables(last, ARN_SEGMENTS), undefined));
  }
  const template = withVariables ? compileTemplate(tail, 'pattern') : tail;
  if (typeof template === 'string') return constant(matcherFor(head, template));
  const boundedHead = hasBoundedWildcard(head);
  const prefix = `${head.join(':')}:`;
  return (arn, request) => {
    const resolved = resolveTemplate(template, request, 'pattern');
    if (resolved === undefined) return 'unresolved';
    return boundedHead ? matcherFor(head, resolved)(arn) : matchesWildcard(prefix + resolved, arn);
  };
}

const constant =
  (matches: TextMatcher): ResourceMatcher =>
  (arn) =>
    matches(arn);

function matcherFor(head: readonly string[], tail: string | undefined): TextMatcher {
  const whole = tail === undefined ? head.join(':') : `${head.join(':')}:${tail}`;
  if (!hasBoundedWildcard(head)) return compileWildcard(whole);
  const bounded = whole.length - (tail?.length ?? 0);
  return (arn) => matchesBounded(whole, bounded, arn);
}

/** Whether a wildcard stands where it may not reach over a colon: before the end of a segment, or a `?`. */
function hasBoundedWildcard(segments: readonly string[]): boolean {
  return segments.some((segment) => /\*.|\?/.test(segment));
}

/**
 * Wildcard matching in which, before position `bounded`, a `?` and a `*` inside a segment match no colon. Such
 * patterns are rare; this walks all possibilities at once instead of trying one after the other.
 */
function matchesBounded(pattern: string, bounded: number, text: string): boolean {
  let reachable = new Uint8Array(text.length + 1);
  reachable[0] = 1;
  for (let p = 0; p < pattern.length; p++) {
    const next = new Uint8Array(text.length + 1);
    const inside = p < bounded;
    if (pattern[p] === '*') {
      const stops = inside && pattern[p + 1] !== ':' && p + 1 < pattern.length;
      for (let t = 0; t <= text.length; t++) {
        const extended = t > 0 && next[t - 1] === 1 && !(stops && text[t - 1] === ':');
        next[t] = reachable[t] === 1 || extended ? 1 : 0;
      }
    } else {
      const want = pattern.slice(p, p + 1);
      for (let t = 0; t < text.length; t++) {
        const is = text.slice(t, t + 1);
        const fits = want === '?' ? !(inside && is === ':') : matchesWildcard(want, is);
        if (reachable[t] === 1 && fits) next[t + 1] = 1;
      }
    }
    reachable = next;
  }
  return reachable[text.length] === 1;
}

/** One pattern of an ARN condition: `undefined` when a variable in it has no value. */
export type ArnConditionMatcher = (arn: string, request: AccessRequest) => boolean | undefined;

/**
 * Compiles a value of `ArnEquals` and `ArnLike`, which behave alike: each of the six components is matched on its
 * own.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function compileArnCondition(pattern: string, withVariables: boolean): ArnConditionMatcher {
  if (pattern === '*') return () => true;
  const components = splitOutsideVariables(pattern, ARN_SEGMENTS).map((component) =>
    withVariables ? compileTemplate(component, 'pattern') : component,
  );
  while (components.length < ARN_SEGMENTS) components.push('*');
  if (!/[*?]|\$\{/.test(pattern)) return (arn) => arn === pattern;
  const matchers = components.map((component) => {
    if (typeof component !== 'string') return component;
    return compileWildcard(component);
  });
  return (arn, request) => {
    const values = splitOutsideVariables(arn, ARN_SEGMENTS);
    if (values.length < ARN_SEGMENTS) return false;
    for (let i = 0; i < ARN_SEGMENTS; i++) {
      const matcher = matchers[i];
      const value = values[i];
      if (matcher === undefined || value === undefined) return false;
      if (typeof matcher === 'function') {
        if (!matcher(value)) return false;
        continue;
      }
      const resolved = resolveTemplate(matcher, request, 'pattern');
      if (resolved === undefined) return undefined;
      if (!matchesWildcard(resolved, value)) return false;
    }
    return true;
  };
}
