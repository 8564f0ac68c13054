import type { Target } from '../aws/target.ts';
import { DeployError } from '../errors.ts';
import type { Plan } from './plan.ts';

/** Looks at a plan before anything is done, and throws a `DeployError` that says why it should not be. */
export type Gate = (plan: Plan, context: GateContext) => Promise<void>;

/** What a gate may ask with. */
export interface GateContext {
  readonly target: Target;
  readonly signal: AbortSignal;
}

/** The gate that asks a person, when there is one to ask. @throws {DECLINED} when the answer is no */
export const confirmation = (
  confirm: ((plan: Plan) => Promise<boolean>) | undefined,
): readonly Gate[] =>
  confirm === undefined
    ? []
    : [
        async (plan) => {
          if (await confirm(plan)) return;
          throw new DeployError('DECLINED', 'Nothing was changed: the plan was declined.');
        },
      ];
