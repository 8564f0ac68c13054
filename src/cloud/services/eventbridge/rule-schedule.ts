import type { ServiceContext } from '../../core/define-service.ts';
import type { ScheduleExpression } from '../../cron/index.ts';
import { parseScheduleExpression } from '../../cron/index.ts';
import { validation } from './errors.ts';
import { writeEvent } from './event.ts';
import { DEFAULT_BUS } from './names.ts';
import { trigger } from './publish.ts';
import type { EventBridgeState, Rule } from './state.ts';

type Context = ServiceContext<EventBridgeState>;
type Schedule = Exclude<ScheduleExpression, { readonly kind: 'at' }>;

/**
 * `rate(5 minutes)` or `cron(0 8 * * ? *)`, in UTC; a unit agrees with its number.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * @throws {ValidationException} with AWS's text, as recorded by LocalStack's snapshot tests (test_events_schedule.py)
 */
export const readRuleSchedule = (text: string): Schedule => {
  const read = parseScheduleExpression(text);
  if (read === undefined || read.kind === 'at' || (read.kind === 'rate' && !read.agrees))
    throw validation('Parameter ScheduleExpression is not valid.');
  return read;
};

/**
 * When a schedule falls due next, after now; undefined when it never does again.
 * @param since - What a rate counts from: when it was last due, or when the rule came into force. @defaultValue now
 */
export const nextDue = (text: string, now: number, since = now): number | undefined => {
  const schedule = readRuleSchedule(text);
  if (schedule.kind === 'cron') return schedule.cron.next(now);
  return since + (Math.floor((now - since) / schedule.everyMs) + 1) * schedule.everyMs;
};

/** Sets what wakes a rule, in place of what was set. */
export const armRule = (context: Context, { busName, name, nextAt }: Rule): void => {
  const { reminders } = context.state;
  const key = `rule/${busName}/${name}`;
  if (nextAt === undefined) reminders.clear(key);
  else reminders.set(key, nextAt, () => fire(context, busName, name));
};

export const resumeSchedules = (context: Context): void => {
  for (const rule of context.state.allRules())
    if (rule.nextAt !== undefined) armRule(context, rule);
};

/** The event goes to the targets of its own rule alone, never through the bus. */
const fire = (context: Context, busName: string, name: string): void =>
  context.background(`schedule of rule ${name}`, async () => {
    const { state, clock, random, journal, accountId, region } = context;
    const rule = state.rule(busName, name);
    if (rule?.schedule === undefined || rule.nextAt === undefined) return;
    const at = rule.nextAt;
    const { nextAt: _, ...rest } = rule;
    // What fell due while the cloud stood still is made up for once.
    const next = nextDue(rule.schedule, clock.now(), at);
    const after: Rule = { ...rest, ...(next === undefined ? {} : { nextAt: next }) };
    state.putRule(after);
    armRule(context, after);
    trigger(context, after, {
      event: writeEvent({
        id: random.uuid(),
        detailType: 'Scheduled Event',
        source: 'aws.events',
        account: accountId,
        at,
        region,
        resources: [rule.arn],
        detail: '{}',
      }),
      source: 'aws.events',
      ingestedAt: clock.now(),
      cause: journal.note('eventbridge', `rule ${name} is due`, { source: rule.arn }),
    });
  });

/** @throws {ValidationException} for a schedule on another bus than the default one */
export const checkScheduledBus = (schedule: string | undefined, busName: string): void => {
  if (schedule !== undefined && busName !== DEFAULT_BUS)
    throw validation('ScheduleExpression is supported only on the default event bus.');
};
