import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from './constraints.ts';
import { limitExceeded, managedRule, validation } from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  busNameOf,
  passRole,
  requireBus,
  requireRule,
  ruleArn,
  ruleNeed,
  ruleReference,
} from './names.ts';
import { pageOf } from './page.ts';
import { readPattern } from './put-events.ts';
import { armRule, checkScheduledBus, nextDue, readRuleSchedule } from './rule-schedule.ts';
import type { EventBridgeState, Rule } from './state.ts';
import { RULE_STATES } from './state.ts';
import { asTags, requestTagKeys, tagNeeds } from './tags.ts';

type Context = OperationContext<EventBridgeState>;

const told = (rule: Rule): EventBridge.Rule => ({
  Name: rule.name,
  Arn: rule.arn,
  ...(rule.pattern === undefined ? {} : { EventPattern: rule.pattern }),
  State: rule.state,
  ...(rule.description === undefined ? {} : { Description: rule.description }),
  ...(rule.schedule === undefined ? {} : { ScheduleExpression: rule.schedule }),
  ...(rule.roleArn === undefined ? {} : { RoleArn: rule.roleArn }),
  ...(rule.managedBy === undefined ? {} : { ManagedBy: rule.managedBy }),
  EventBusName: rule.busName,
});

/** Condition keys that follow from what a pattern asks for: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html */
const patternKeys = (pattern: string | undefined): Record<string, readonly string[]> => {
  if (pattern === undefined || pattern === '') return {};
  let read: Readonly<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(pattern)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
  return Object.fromEntries(
    ['source', 'detail-type'].flatMap((field) => {
      const values = read[field];
      return Array.isArray(values) && values.every((one) => typeof one === 'string')
        ? [[`events:${field}`, values as readonly string[]]]
        : [];
    }),
  );
};

/** @throws {ManagedRuleException} for a rule that a service keeps, unless the caller insists */
export const assertUnmanaged = (rule: Rule | undefined, force = false): void => {
  if (rule?.managedBy !== undefined && !force) throw managedRule(rule.name);
};

const withState = (context: Context, rule: Rule, state: Rule['state']): void => {
  const { nextAt: _, ...rest } = rule;
  const next =
    state === 'DISABLED' || rule.schedule === undefined
      ? undefined
      : (rule.nextAt ?? nextDue(rule.schedule, context.clock.now()));
  const changed: Rule = { ...rest, state, ...(next === undefined ? {} : { nextAt: next }) };
  context.state.putRule(changed);
  armRule(context, changed);
};

const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const putRule = operation<
  EventBridgeState,
  EventBridge.PutRuleRequest,
  EventBridge.PutRuleResponse
>({
  needs: (input, context) => {
    const reference = ruleReference(input, input.Name, context);
    return [
      ruleNeed('PutRule', reference, context, {
        'events:creatorAccount': context.accountId,
        ...patternKeys(input.EventPattern),
        ...requestTagKeys(input.Tags),
      }),
      ...(input.RoleArn === undefined ? [] : [passRole(input.RoleArn)]),
      ...tagNeeds(ruleArn(context, reference.busName, reference.name), input.Tags),
    ];
  },
  handle: (input, context) => {
    const { state, accountId, clock } = context;
    const { busName, name } = ruleReference(input, input.Name, context);
    constraints()
      .text('state', input.State, { values: RULE_STATES })
      .text('description', input.Description, { most: 512 })
      .check();
    const schedule = given(input.ScheduleExpression);
    const pattern = given(input.EventPattern);
    // https://github.com/awsdocs/aws-cloudformation-user-guide/pull/456
    if (schedule === undefined && pattern === undefined)
      throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
    checkScheduledBus(input.ScheduleExpression, busName);
    if (schedule !== undefined) readRuleSchedule(schedule);
    if (pattern !== undefined) {
      // As measured against AWS on 2026-09-07 by the rules of cdk_preflight.
      if (pattern.length > LIMITS.patternCharacters)
        throw validation(
          `Parameter EventPattern for rule ${name} exceeds limit of ${LIMITS.patternCharacters}.`,
        );
      readPattern(pattern);
    }
    requireBus(context, busName);
    const before = state.rule(busName, name);
    assertUnmanaged(before);
    if (before === undefined && state.rulesOn(busName).length >= LIMITS.rules)
      throw limitExceeded();
    const next = before?.schedule === schedule ? before?.nextAt : undefined;
    const rule: Rule = {
      name,
      busName,
      arn: ruleArn(context, busName, name),
      state: 'ENABLED',
      createdBy: before?.createdBy ?? accountId,
      // The tags of a rule that is there already are left: "To update the tags of an existing rule, use TagResource".
      tags: before?.tags ?? asTags(input.Tags),
      targets: before?.targets ?? [],
      ...(pattern === undefined ? {} : { pattern }),
      ...(schedule === undefined ? {} : { schedule }),
      ...(input.Description === undefined ? {} : { description: input.Description }),
      ...(input.RoleArn === undefined ? {} : { roleArn: input.RoleArn }),
      ...(next === undefined || next < clock.now() ? {} : { nextAt: next }),
    };
    withState(context, rule, input.State ?? 'ENABLED');
    return { RuleArn: rule.arn };
  },
});

const changeState = (action: 'EnableRule' | 'DisableRule', state: Rule['state']) =>
  operation<EventBridgeState, EventBridge.EnableRuleRequest, object>({
    needs: (input, context) => ruleNeed(action, ruleReference(input, input.Name, context), context),
    handle: (input, context) => {
      const rule = requireRule(context, ruleReference(input, input.Name, context));
      assertUnmanaged(rule);
      if (state !== rule.state) withState(context, rule, state);
      return {};
    },
  });

const deleteRule = operation<EventBridgeState, EventBridge.DeleteRuleRequest, object>({
  needs: (input, context) =>
    ruleNeed('DeleteRule', ruleReference(input, input.Name, context), context),
  handle: (input, context) => {
    const { busName, name } = ruleReference(input, input.Name, context);
    requireBus(context, busName);
    const rule = context.state.rule(busName, name);
    // A rule that is gone already is a success.
    if (rule === undefined) return {};
    assertUnmanaged(rule, input.Force);
    if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
    context.state.dropRule(rule);
    const { nextAt: _, ...rest } = rule;
    armRule(context, rest);
    return {};
  },
});

export const ruleOperations: OperationTable<EventBridgeState> = {
  PutRule: putRule,
  EnableRule: changeState('EnableRule', 'ENABLED'),
  DisableRule: changeState('DisableRule', 'DISABLED'),
  DeleteRule: deleteRule,
  DescribeRule: operation<
    EventBridgeState,
    EventBridge.DescribeRuleRequest,
    EventBridge.DescribeRuleResponse
  >({
    needs: (input, context) =>
      ruleNeed('DescribeRule', ruleReference(input, input.Name, context), context),
    handle: (input, context) => {
      const rule = requireRule(context, ruleReference(input, input.Name, context));
      return { ...told(rule), CreatedBy: rule.createdBy };
    },
  }),
  ListRules: operation<
    EventBridgeState,
    EventBridge.ListRulesRequest,
    EventBridge.ListRulesResponse
  >({
    needs: () => ({ action: 'events:ListRules', resource: '*' }),
    handle: (input, context) => {
      const bus = requireBus(context, busNameOf(input.EventBusName, context));
      const rules = context.state
        .rulesOn(bus.name)
        .filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
      const { page, next } = pageOf(rules, input);
      return { Rules: page.map(told), ...next };
    },
  }),
};
