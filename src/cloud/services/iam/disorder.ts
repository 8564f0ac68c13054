import { plainName } from '../../core/disorder.ts';
import type {
  IdentityPolicies,
  OperationContext,
  OperationTable,
} from '../../core/define-service.ts';
import type { Holder, IamState } from './state.ts';

type Context = OperationContext<IamState>;

/** Policies that still decide though they were changed. */
export interface FormerPolicies {
  readonly policies: IdentityPolicies;
  /** Decisions that they are still asked for. */
  looks: number;
  /** Whether the change holds everywhere by now. */
  isOver(): boolean;
}

/** Calls of IAM that change nothing. */
const LOOKS = /^(Get|List|Simulate|Generate)/;
/** No change takes longer here, in milliseconds of the cloud's time. AWS names no time. */
const LONGEST_MS = 5_000;
const MOST_LOOKS = 3;

/**
 * "Changes that I make are not always immediately visible": what a client changes of the policies of a role or a user holds a few
 * decisions later, now and then. CloudFormation waits for its own changes, so they hold at once.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export const takingTheirTime = (operations: OperationTable<IamState>): OperationTable<IamState> =>
  Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      LOOKS.test(name)
        ? operation
        : {
            ...operation,
            handle: (input: never, context: Context) => {
              if (context.disorder === undefined || context.wire === undefined)
                return operation.handle(input, context);
              const before = context.state.policiesOfAll();
              const answer = operation.handle(input, context);
              delay(context, before);
              return answer;
            },
          },
    ]),
  );

const delay = (
  { disorder, state, clock }: Context,
  before: ReadonlyMap<Holder['id'], IdentityPolicies>,
): void => {
  if (disorder === undefined) return;
  const era = disorder.era;
  const until = clock.now() + LONGEST_MS;
  for (const [id, policies, name] of changed(state, before)) {
    const way = disorder.pick({
      point: 'iam.delay',
      about: plainName(name),
      ways: MOST_LOOKS,
      says: (picked) =>
        `a change of the policies of ${plainName(name)} holds ${picked + 1} decision${picked === 0 ? '' : 's'} later`,
    });
    if (way === undefined) state.former.delete(id);
    else
      state.former.set(id, {
        policies,
        looks: way + 1,
        isOver: () => disorder.era > era || clock.now() > until,
      });
  }
};

const changed = (
  state: IamState,
  before: ReadonlyMap<Holder['id'], IdentityPolicies>,
): readonly (readonly [id: string, policies: IdentityPolicies, name: string])[] => {
  const now = state.policiesOfAll();
  return [...state.roles(), ...state.users()].flatMap(({ id, name }) => {
    const policies = before.get(id);
    return policies === undefined || JSON.stringify(policies) === JSON.stringify(now.get(id))
      ? []
      : [[id, policies, name] as const];
  });
};
