import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import type { HolderInput, HolderKind } from '../holders.ts';
import { holderNeed } from '../holders.ts';
import type { PageRequest } from '../page.ts';
import { paginate } from '../page.ts';
import type { Holder, IamState } from '../state.ts';
import type { TagInput } from '../tags.ts';
import { mergeTags, removeTags, tagConditions } from '../tags.ts';

/** Tags of roles or users. */
export const holderTagOperations = <H extends Holder>(
  kind: HolderKind<H>,
): OperationTable<IamState> => ({
  [`Tag${kind.noun}`]: operation<IamState, HolderInput & { readonly Tags?: TagInput }, object>({
    needs: (input, context) =>
      holderNeed(kind, `Tag${kind.noun}`, input, context, tagConditions(input.Tags)),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      kind.put(state, { ...holder, tags: mergeTags(holder.tags, input.Tags) });
      return {};
    },
  }),
  [`Untag${kind.noun}`]: operation<
    IamState,
    HolderInput & { readonly TagKeys?: readonly string[] },
    object
  >({
    needs: (input, context) =>
      holderNeed(kind, `Untag${kind.noun}`, input, context, tagConditions(input.TagKeys)),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      kind.put(state, { ...holder, tags: removeTags(holder.tags, input.TagKeys) });
      return {};
    },
  }),
  [`List${kind.noun}Tags`]: operation<IamState, HolderInput & PageRequest, object>({
    needs: (input, context) => holderNeed(kind, `List${kind.noun}Tags`, input, context),
    handle: (input, { state }) => {
      const { tags } = kind.require(state, kind.nameOf(input));
      const sorted = [...tags].sort((a, b) => (a.Key < b.Key ? -1 : 1));
      const { items, ...page } = paginate(sorted, input, ({ Key }) => Key);
      return { Tags: items, ...page };
    },
  }),
});
