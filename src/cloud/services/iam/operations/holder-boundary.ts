import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import { policyNotAttachable } from '../errors.ts';
import type { HolderInput, HolderKind } from '../holders.ts';
import { holderNeed } from '../holders.ts';
import { required } from '../names.ts';
import type { Holder, IamState } from '../state.ts';

interface BoundaryInput extends HolderInput {
  readonly PermissionsBoundary?: string | undefined;
}

/** The permissions boundary of roles or users. */
export const holderBoundaryOperations = <H extends Holder>(
  kind: HolderKind<H>,
): OperationTable<IamState> => ({
  [`Put${kind.noun}PermissionsBoundary`]: operation<IamState, BoundaryInput, object>({
    needs: (input, context) =>
      holderNeed(kind, `Put${kind.noun}PermissionsBoundary`, input, context, {
        'iam:PermissionsBoundary': input.PermissionsBoundary ?? '',
      }),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const boundary = required(input.PermissionsBoundary, 'permissionsBoundary');
      if (state.policy(boundary) === undefined) throw policyNotAttachable(boundary);
      kind.put(state, { ...holder, boundary });
      return {};
    },
  }),
  [`Delete${kind.noun}PermissionsBoundary`]: operation<IamState, HolderInput, object>({
    needs: (input, context) =>
      holderNeed(kind, `Delete${kind.noun}PermissionsBoundary`, input, context),
    handle: (input, { state }) => {
      const { boundary: _, ...rest } = kind.require(state, kind.nameOf(input));
      kind.put(state, rest as H);
      return {};
    },
  }),
});
