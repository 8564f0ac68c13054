import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { checkTarget, checkTargetForms } from './check-target.ts';
import { limitExceeded } from './errors.ts';
import { LIMITS } from './limits.ts';
import { busNameOf, passRole, requireBus, requireRule, ruleNeed, ruleReference } from './names.ts';
import { pageOf } from './page.ts';
import { assertUnmanaged } from './rule-operations.ts';
import type { EventBridgeState, Target } from './state.ts';

interface OfRule {
  readonly Rule?: string | undefined;
  readonly EventBusName?: string | undefined;
}

const referenceOf = (input: OfRule, context: Parameters<typeof busNameOf>[1]) =>
  ruleReference(input, input.Rule, context, 'rule');

const isString = (value: unknown): value is string => typeof value === 'string';

export const targetOperations: OperationTable<EventBridgeState> = {
  PutTargets: operation<
    EventBridgeState,
    EventBridge.PutTargetsRequest,
    EventBridge.PutTargetsResponse
  >({
    needs: (input, context) => {
      const { Targets = [] } = input;
      return [
        ruleNeed('PutTargets', referenceOf(input, context), context, {
          'events:TargetArn': Targets.map(({ Arn = '' }) => Arn),
        }),
        ...[...new Set(Targets.map(({ RoleArn }) => RoleArn).filter(isString))].map(passRole),
      ];
    },
    handle: (input, context) => {
      const { Targets = [] } = input;
      checkTargetForms(Targets);
      const rule = requireRule(context, referenceOf(input, context));
      assertUnmanaged(rule);
      for (const target of Targets) checkTarget(target, context);
      const targets = new Map<string, Target>(
        [...rule.targets, ...Targets].map((target) => [target.Id ?? '', target]),
      );
      // As recorded from AWS by LocalStack's snapshot tests: the call fails as a whole.
      if (targets.size > LIMITS.targets) throw limitExceeded();
      context.state.putRule({ ...rule, targets: [...targets.values()] });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  }),
  RemoveTargets: operation<
    EventBridgeState,
    EventBridge.RemoveTargetsRequest,
    EventBridge.RemoveTargetsResponse
  >({
    needs: (input, context) => ruleNeed('RemoveTargets', referenceOf(input, context), context),
    handle: (input, context) => {
      const rule = requireRule(context, referenceOf(input, context));
      assertUnmanaged(rule, input.Force);
      const gone = new Set(input.Ids);
      context.state.putRule({
        ...rule,
        targets: rule.targets.filter(({ Id = '' }) => !gone.has(Id)),
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  }),
  ListTargetsByRule: operation<
    EventBridgeState,
    EventBridge.ListTargetsByRuleRequest,
    EventBridge.ListTargetsByRuleResponse
  >({
    needs: (input, context) => ruleNeed('ListTargetsByRule', referenceOf(input, context), context),
    handle: (input, context) => {
      const rule = requireRule(context, referenceOf(input, context));
      const { page, next } = pageOf(rule.targets, input);
      return { Targets: [...page], ...next };
    },
  }),
  ListRuleNamesByTarget: operation<
    EventBridgeState,
    EventBridge.ListRuleNamesByTargetRequest,
    EventBridge.ListRuleNamesByTargetResponse
  >({
    needs: () => ({ action: 'events:ListRuleNamesByTarget', resource: '*' }),
    handle: (input, context) => {
      const bus = requireBus(context, busNameOf(input.EventBusName, context));
      const names = context.state
        .rulesOn(bus.name)
        .filter(({ targets }) => targets.some(({ Arn }) => Arn === input.TargetArn))
        .map(({ name }) => name);
      const { page, next } = pageOf(names, input);
      return { RuleNames: [...page], ...next };
    },
  }),
};
