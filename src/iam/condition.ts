import { contextValue, type AccessRequest, type ContextValue } from './access-request.ts';
import {
  parseOperator,
  type ConditionOperator,
  type OperatorName,
  type SetOperator,
  type ValueTest,
} from './condition-operators.ts';
import { asList, type ConditionBlock } from './policy-document.ts';

/** Whether a request meets a condition. */
export type ConditionTest = (request: AccessRequest) => boolean;

/** What a condition is compiled for. */
export interface ConditionOptions {
  /** Whether the policy's version has policy variables. */
  readonly withVariables: boolean;
  /** The statement's effect: it decides what an unresolvable variable means. */
  readonly effect: 'Allow' | 'Deny';
}

/**
 * Compiles a `Condition` block: operators and keys are joined by AND, the values of a key by OR (by NOR when the
 * operator is negated).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function compileCondition(
  block: ConditionBlock | undefined,
  options: ConditionOptions,
): ConditionTest | undefined {
  const tests: ConditionTest[] = [];
  for (const [written, keys] of Object.entries(block ?? {})) {
    const name = parseOperator(written);
    for (const [key, values] of Object.entries(keys)) {
      tests.push(compileKey(name, key, asList(values).map(String), options));
    }
  }
  const [only] = tests;
  if (tests.length < 2) return only;
  return (request) => tests.every((test) => test(request));
}

function compileKey(
  name: OperatorName | undefined,
  key: string,
  expected: readonly string[],
  options: ConditionOptions,
): ConditionTest {
  // An operator that no version of the language has: the statement can never apply, and validation refuses it.
  if (name === undefined) return () => false;
  const lower = key.toLowerCase();
  const { operator, set, ifExists } = name;
  if (operator === null) return compileNull(key, expected);

  const tests = expected.map((value) => operator.compile(value, options.withVariables));
  const test = compileValue(operator, tests, options.effect);
  // A missing key: false, or true for a negated operator, `IfExists` and `ForAllValues`; `ForAnyValue` is false
  // even when negated (condition_operators.html, "Important", and condition-single-vs-multi-valued-context-keys.html).
  const whenMissing =
    ifExists || set === 'ForAllValues' || (operator.negated && set !== 'ForAnyValue');
  return (request) => {
    const found = contextValue(request, key, lower);
    if (isMissing(found, set)) return whenMissing;
    return testContext(found, set, test, request);
  };
}

/** A list without members, and for the set operators an empty text, is a key without a value. */
function isMissing(
  found: ContextValue | undefined,
  set: SetOperator | undefined,
): found is undefined {
  return (
    found === undefined ||
    (Array.isArray(found) && found.length === 0) ||
    (set !== undefined && found === '')
  );
}

function testContext(
  found: ContextValue,
  set: SetOperator | undefined,
  test: ConditionTestOfValue,
  request: AccessRequest,
): boolean {
  if (!Array.isArray(found)) return test(String(found), request);
  const values = found as readonly string[];
  switch (set) {
    case 'ForAllValues':
      return values.every((value) => test(value, request));
    case 'ForAnyValue':
      return values.some((value) => test(value, request));
    case undefined: {
      // Several values need a set operator (condition-single-vs-multi-valued-context-keys.html).
      const [only] = values;
      return values.length === 1 && only !== undefined && test(only, request);
    }
  }
}

type ConditionTestOfValue = (value: string, request: AccessRequest) => boolean;

/**
 * One value of the request against all of the policy's. A variable without a value matches nothing and makes the
 * statement invalid (reference_policies_variables.html): an Allow then never applies, while a negated test of a Deny
 * still holds, so that a missing value never opens a door.
 */
function compileValue(
  { negated }: ConditionOperator,
  tests: readonly ValueTest[],
  effect: 'Allow' | 'Deny',
): ConditionTestOfValue {
  const [only] = tests;
  if (!negated && tests.length === 1 && only !== undefined) {
    return (value, request) => only(value, request) === true;
  }
  if (!negated) return (value, request) => tests.some((test) => test(value, request) === true);
  const whenUnresolved = effect === 'Deny';
  return (value, request) => {
    let resolved = true;
    for (const test of tests) {
      const matches = test(value, request);
      if (matches === true) return false;
      if (matches === undefined) resolved = false;
    }
    return resolved || whenUnresolved;
  };
}

/** `Null: true` asks that the key be absent, `Null: false` that it have a value (#Conditions_Null). */
function compileNull(key: string, expected: readonly string[]): ConditionTest {
  const lower = key.toLowerCase();
  const wanted = expected.map((value) => value.toLowerCase() === 'true');
  return (request) => wanted.includes(isMissing(contextValue(request, key, lower), undefined));
}
