import type { TemplateFacts } from '../../change-set/parameters.ts';
import type { PlannedChange } from '../plan.ts';
import type { HolderChange } from './compare.ts';
import { compareHolders } from './compare.ts';
import { holdersOf } from './holders.ts';

export type { ChangedPermission, HolderChange, Permission } from './compare.ts';

/** A template, and the values of its parameters. */
export interface TemplateVersion {
  readonly template: TemplateFacts;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * What each function, role and resource allows that it did not allow before, and the reverse: two templates, compared
 * statement by statement. References stand by their logical ids.
 *
 * @param changes - Says which resources that stand under a condition of the template come and go.
 */
export const comparePermissions = (
  before: TemplateVersion | undefined,
  after: TemplateVersion,
  changes: readonly PlannedChange[],
): readonly HolderChange[] => {
  const actions = new Map(changes.map(({ logicalId, action }) => [logicalId, action]));
  // What is conditional and does not change is there in both or in neither; either way it says nothing new.
  const wasThere = (id: string, conditional: boolean) =>
    !conditional || (actions.has(id) && actions.get(id) !== 'add');
  const isThere = (id: string, conditional: boolean) =>
    !conditional || (actions.has(id) && actions.get(id) !== 'remove');
  return compareHolders(
    before === undefined ? new Map() : holdersOf(before.template, before.parameters, wasThere),
    holdersOf(after.template, after.parameters, isThere),
  );
};
