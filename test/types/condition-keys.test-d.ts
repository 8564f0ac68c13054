import { expectTypeOf, it } from 'vitest';
import type { GlobalConditionKey } from '../../src/spec/iam-types.ts';
import type { GLOBAL_KEYS } from '../../src/validate/check-condition-keys.ts';

type Listed = (typeof GLOBAL_KEYS)[number];

it('validation knows every global condition key that the types have', () => {
  expectTypeOf<
    Exclude<GlobalConditionKey, Listed | `${Extract<Listed, `${string}/`>}${string}`>
  >().toEqualTypeOf<never>();
});
