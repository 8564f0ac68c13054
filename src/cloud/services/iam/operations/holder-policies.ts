import type { AttachedPolicy } from '@aws-sdk/client-iam';
import type { OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  inlinePolicyNotFound,
  inlinePolicyTooLarge,
  policyNotAttachable,
  policyNotFound,
  quotaExceeded,
} from '../errors.ts';
import type { HolderInput, HolderKind } from '../holders.ts';
import { holderNeed } from '../holders.ts';
import { LIMITS } from '../limits.ts';
import { checkName, checkPolicyArn, required } from '../names.ts';
import type { PageRequest } from '../page.ts';
import { paginate } from '../page.ts';
import { encodePolicy, policySize, readPolicy } from '../policy-text.ts';
import type { Holder, IamState } from '../state.ts';

interface InlineInput extends HolderInput {
  readonly PolicyName?: string | undefined;
  readonly PolicyDocument?: string | undefined;
}

interface AttachInput extends HolderInput {
  readonly PolicyArn?: string | undefined;
}

interface ListInput extends HolderInput, PageRequest {
  readonly PathPrefix?: string | undefined;
}

/** Inline and attached policies of roles, users or groups: the operations differ in their names alone. */
export const holderPolicyOperations = <H extends Holder>(
  kind: HolderKind<H>,
): OperationTable<IamState> => ({
  [`Put${kind.noun}Policy`]: operation<IamState, InlineInput, object>({
    needs: (input, context) => holderNeed(kind, `Put${kind.noun}Policy`, input, context),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const name = checkName(input.PolicyName, 'policyName', LIMITS.policyNameLength);
      const document = required(input.PolicyDocument, 'policyDocument');
      readPolicy(document, 'inline');
      const inlinePolicies = [
        ...holder.inlinePolicies.filter((policy) => policy.name !== name),
        { name, document },
      ].sort((a, b) => (a.name < b.name ? -1 : 1));
      const size = inlinePolicies.reduce((sum, policy) => sum + policySize(policy.document), 0);
      if (size > kind.inlineLimit)
        throw inlinePolicyTooLarge(kind.lower, holder.name, kind.inlineLimit);
      kind.put(state, { ...holder, inlinePolicies });
      return {};
    },
  }),
  [`Get${kind.noun}Policy`]: operation<IamState, InlineInput, object>({
    needs: (input, context) => holderNeed(kind, `Get${kind.noun}Policy`, input, context),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const policy = holder.inlinePolicies.find(({ name }) => name === input.PolicyName);
      if (policy === undefined) throw inlinePolicyNotFound(kind.lower, input.PolicyName ?? '');
      return {
        [`${kind.noun}Name`]: holder.name,
        PolicyName: policy.name,
        PolicyDocument: encodePolicy(policy.document),
      };
    },
  }),
  [`List${kind.noun}Policies`]: operation<IamState, ListInput, object>({
    needs: (input, context) => holderNeed(kind, `List${kind.noun}Policies`, input, context),
    handle: (input, { state }) => {
      const names = kind.require(state, kind.nameOf(input)).inlinePolicies.map(({ name }) => name);
      const { items, ...page } = paginate(names, input, (name) => name);
      return { PolicyNames: items, ...page };
    },
  }),
  [`Delete${kind.noun}Policy`]: operation<IamState, InlineInput, object>({
    needs: (input, context) => holderNeed(kind, `Delete${kind.noun}Policy`, input, context),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const inlinePolicies = holder.inlinePolicies.filter(({ name }) => name !== input.PolicyName);
      if (inlinePolicies.length === holder.inlinePolicies.length)
        throw inlinePolicyNotFound(kind.lower, input.PolicyName ?? '');
      kind.put(state, { ...holder, inlinePolicies });
      return {};
    },
  }),
  [`Attach${kind.noun}Policy`]: operation<IamState, AttachInput, object>({
    needs: (input, context) =>
      holderNeed(kind, `Attach${kind.noun}Policy`, input, context, {
        'iam:PolicyARN': input.PolicyArn ?? '',
      }),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const arn = checkPolicyArn(input.PolicyArn);
      if (state.policy(arn) === undefined) throw policyNotAttachable(arn);
      // Attaching what is attached is no error.
      if (holder.attachedPolicies.includes(arn)) return {};
      if (holder.attachedPolicies.length >= LIMITS.attachedPolicies)
        throw quotaExceeded(kind.attachedQuota, LIMITS.attachedPolicies);
      kind.put(state, { ...holder, attachedPolicies: [...holder.attachedPolicies, arn] });
      return {};
    },
  }),
  [`Detach${kind.noun}Policy`]: operation<IamState, AttachInput, object>({
    needs: (input, context) =>
      holderNeed(kind, `Detach${kind.noun}Policy`, input, context, {
        'iam:PolicyARN': input.PolicyArn ?? '',
      }),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const arn = checkPolicyArn(input.PolicyArn);
      if (!holder.attachedPolicies.includes(arn)) throw policyNotFound(arn);
      const attachedPolicies = holder.attachedPolicies.filter((attached) => attached !== arn);
      kind.put(state, { ...holder, attachedPolicies });
      return {};
    },
  }),
  [`ListAttached${kind.noun}Policies`]: operation<IamState, ListInput, object>({
    needs: (input, context) => holderNeed(kind, `ListAttached${kind.noun}Policies`, input, context),
    handle: (input, { state }) => {
      const holder = kind.require(state, kind.nameOf(input));
      const attached = holder.attachedPolicies
        .flatMap((arn) => state.policy(arn) ?? [])
        .filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'))
        .map(({ name, arn }): AttachedPolicy & { readonly PolicyArn: string } => ({
          PolicyName: name,
          PolicyArn: arn,
        }))
        .sort((a, b) => (a.PolicyArn < b.PolicyArn ? -1 : 1));
      const { items, ...page } = paginate(attached, input, ({ PolicyArn }) => PolicyArn);
      return { AttachedPolicies: items, ...page };
    },
  }),
});
