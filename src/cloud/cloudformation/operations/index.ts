import type { Providers } from '../engine/context.ts';
import type { OperationName } from '../needs.ts';
import type { CloudFormationState } from '../state.ts';
import { changeSets } from './change-sets.ts';
import { changeStacks } from './change-stacks.ts';
import { drift } from './drift.ts';
import type { Handler } from './handler.ts';
import { readStacks } from './read-stacks.ts';
import { refactors } from './refactors.ts';
import { signalResource } from './signal-resource.ts';
import { templateOperations } from './templates.ts';

export { createProviders } from '../resources/index.ts';
export { runOperation } from '../engine/run-operation.ts';

/** What the operations do, by their name. */
export const createHandlers = (
  providers: Providers,
): Readonly<Record<OperationName, Handler<CloudFormationState, never, unknown>>> => ({
  ...changeStacks(providers),
  ...changeSets(providers),
  ...drift(providers),
  ...refactors(providers),
  ...readStacks,
  ...signalResource,
  ...templateOperations,
});
