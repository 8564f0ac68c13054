import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { DeployError } from '../errors.ts';
import { isDenied } from '../failure/explain-failure.ts';
import type { StackState } from '../stack/stack-state.ts';
import { situationOf } from '../stack/stack-state.ts';
import { exportsInUse, importersInWords } from './exports-in-use.ts';
import { stackBusy } from './recover.ts';

/**
 * Makes sure that CloudFormation would begin to delete a stack, before anything is emptied or asked.
 *
 * @throws {STACK_BUSY} when another operation runs
 * @throws {STACK_PROTECTED} under termination protection
 * @throws {RETAIN_REFUSED} for `--retain` before a deletion has failed
 * @throws {EXPORT_IN_USE} when other stacks import what it exports
 */
export const assertDeletable = async (
  api: CloudFormationApi,
  stack: StackState,
  options: {
    readonly command: (verb: string) => string;
    readonly retain?: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<void> => {
  const { command, retain = [], signal } = options;
  const { stackName, status } = stack;
  if (situationOf(stack) === 'busy') throw await stackBusy(api, stack, options);
  if (stack.terminationProtection)
    throw new DeployError(
      'STACK_PROTECTED',
      `Stack ${stackName} has termination protection, so it is not deleted.`,
      { hint: `If it is to go: ${command('doctor --do unprotect')}`, stackStatus: status },
    );
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html: RetainResources
  if (retain.length > 0 && status !== 'DELETE_FAILED')
    throw new DeployError(
      'RETAIN_REFUSED',
      `--retain works only after a deletion has failed; ${stackName} is ${status}.`,
      {
        hint: 'To keep a resource for good, give it the deletion policy Retain in the program and provision once more.',
      },
    );
  const used = await exportsInUse(api, stack, signal).catch((error: unknown) => {
    // It only warns earlier than CloudFormation does; without the permission it does not.
    if (isDenied(error)) return [];
    throw error;
  });
  if (used.length > 0)
    throw new DeployError(
      'EXPORT_IN_USE',
      `Stack ${stackName} is not deleted: ${used.map((one) => `its export ${one.name} is imported by ${importersInWords(one)}`).join('; ')}.`,
      {
        hint: `Change those stacks so that they import it no longer, or delete them; then "${command('delete')}" again.`,
        stackStatus: status,
      },
    );
};
