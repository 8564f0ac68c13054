import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { DeployError } from '../errors.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, situationOf } from '../stack/stack-state.ts';
import type { CarryOutOptions } from './carry-out.ts';
import { carryOut } from './carry-out.ts';
import { diagnoseStack } from './diagnose.ts';
import type { DiagnoseOptions, WayName } from './diagnosis.ts';
import { diagnosisError } from './diagnosis-words.ts';

/** Who asks, and how the way out is spelled for them. */
export interface RecoverOptions extends CarryOutOptions, DiagnoseOptions {
  /** Whether to take the way out, or only to name it. */
  readonly recover: boolean;
}

/** What `--recover` does of each state: the way that loses nothing. */
const RECOVERIES: readonly WayName[] = [
  'start-over',
  'retry-delete',
  'roll-back',
  'retry-rollback',
];

/**
 * Answers with a stack that can be changed (or undefined for none), after what its state needs first.
 *
 * @throws {STACK_BUSY} when another operation runs
 * @throws {STACK_STUCK} when something has to be done first and `recover` is off, or it failed
 */
export const ensureChangeable = async (
  api: CloudFormationApi,
  stack: StackState | undefined,
  options: RecoverOptions,
): Promise<StackState | undefined> => {
  const situation = situationOf(stack);
  if (stack === undefined || situation === 'absent' || situation === 'updatable') return stack;
  const diagnosis = await diagnoseStack(api, stack, options);
  const way = RECOVERIES.find((name) => diagnosis.ways.some((one) => one.name === name));
  if (!options.recover || way === undefined) {
    const again = options.command('provision --recover');
    throw diagnosisError(diagnosis, {
      hint:
        situation === 'busy'
          ? `Wait until it is over ("${options.command('status')}" shows it), then run the same command.`
          : way === undefined
            ? `See what can be done: ${options.command('doctor')}`
            : `"${again}" does the first of these and goes on.`,
    });
  }
  await carryOut(api, diagnosis, way, options);
  return await describeStack(api, stack.stackId, options.signal).then(unlessGone);
};

/** A stack that was deleted can still be read by its id. */
const unlessGone = (stack: StackState | undefined): StackState | undefined =>
  stack?.status === 'DELETE_COMPLETE' ? undefined : stack;

/**
 * The error for a stack that another operation has, or took in the meantime.
 *
 * @param cause - What CloudFormation answered
 */
export const stackBusy = async (
  api: CloudFormationApi,
  stack: StackState,
  options: DiagnoseOptions,
  cause?: unknown,
): Promise<DeployError> =>
  diagnosisError(await diagnoseStack(api, stack, options), {
    hint: `Wait until it is over ("${options.command('status')}" shows it), then run the same command.`,
    ...(cause === undefined ? {} : { cause }),
  });
