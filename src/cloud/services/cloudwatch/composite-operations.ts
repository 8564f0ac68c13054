import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { evaluateComposite } from './alarm-actions.ts';
import { compileRule, nameOf } from './alarm-rule.ts';
import { alarmArn, onAlarms } from './alarm-arn.ts';
import { validation } from './errors.ts';
import type { CloudWatchState, Suppressor } from './state.ts';

const MOST_ALARMS = 100;

/**
 * "WaitPeriod is required only when ActionsSuppressor is specified", and so is ExtensionPeriod. The words are our own; AWS's are not seen.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const readSuppressor = (
  input: CloudWatch.PutCompositeAlarmInput,
  state: CloudWatchState,
): Suppressor | undefined => {
  const {
    ActionsSuppressor: alarm,
    ActionsSuppressorWaitPeriod: waitSeconds,
    ActionsSuppressorExtensionPeriod: extensionSeconds,
  } = input;
  if (alarm === undefined) {
    if (waitSeconds !== undefined || extensionSeconds !== undefined)
      throw validation('A wait period or an extension period needs an ActionsSuppressor.');
    return undefined;
  }
  if (waitSeconds === undefined || extensionSeconds === undefined)
    throw validation(
      'An ActionsSuppressor needs an ActionsSuppressorWaitPeriod and an ActionsSuppressorExtensionPeriod.',
    );
  if (!isAlarm(state, nameOf(alarm)))
    throw validation(`The ActionsSuppressor ${alarm} does not exist.`);
  return { alarm, waitSeconds, extensionSeconds };
};

const isAlarm = (state: CloudWatchState, name: string): boolean =>
  state.alarms.has(name) || state.composites.has(name);

/** Operations on composite alarms. */
export const compositeOperations: OperationTable<CloudWatchState> = {
  PutCompositeAlarm: operation<CloudWatchState, CloudWatch.PutCompositeAlarmInput, object>({
    needs: onAlarms('cloudwatch:PutCompositeAlarm'),
    handle: (input, context) => {
      const { state, clock } = context;
      const { AlarmName: name = '', AlarmRule: rule = '' } = input;
      const suppressor = readSuppressor(input, state);
      const { alarms } = compileRule(rule);
      const missing = alarms.filter((one) => !isAlarm(state, one));
      // The words: https://github.com/awsdocs/aws-cloudformation-user-guide/issues/911
      if (missing.length > 0)
        throw validation(
          `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
        );
      if (alarms.length > MOST_ALARMS)
        throw validation(
          `The AlarmRule names ${alarms.length} alarms; a composite alarm takes ${MOST_ALARMS} at most.`,
        );
      if (state.alarms.has(name))
        throw validation(`There is a metric alarm with the name ${name} already.`);
      const before = state.composites.get(name);
      const now = clock.now();
      // "If you replace the action suppressor alarm, any active WaitPeriod or ExtensionPeriod is discarded."
      const suppressed =
        before?.suppressor?.alarm === suppressor?.alarm ? before?.suppressed : undefined;
      if (suppressed === undefined) state.reminders.clear(name);
      state.composites.set(name, {
        alarmName: name,
        arn: alarmArn(context, name),
        ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
        actionsEnabled: input.ActionsEnabled ?? true,
        okActions: input.OKActions ?? [],
        alarmActions: input.AlarmActions ?? [],
        insufficientDataActions: input.InsufficientDataActions ?? [],
        rule,
        ...(suppressor === undefined ? {} : { suppressor }),
        ...(suppressed === undefined ? {} : { suppressed }),
        ...(before?.transitionedAt === undefined ? {} : { transitionedAt: before.transitionedAt }),
        state: before?.state ?? 'INSUFFICIENT_DATA',
        stateReason: before?.stateReason ?? 'Unchecked: Initial alarm creation',
        ...(before?.stateReasonData === undefined
          ? {}
          : { stateReasonData: before.stateReasonData }),
        stateChangedAt: before?.stateChangedAt ?? now,
        configuredAt: now,
        tags:
          before?.tags ??
          Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
      });
      const done = before === undefined ? 'created' : 'updated';
      state.addHistory({
        alarmName: name,
        isComposite: true,
        at: now,
        kind: 'ConfigurationUpdate',
        summary: `Alarm "${name}" ${done}`,
        data: JSON.stringify({ version: '1.0', type: before === undefined ? 'Create' : 'Update' }),
      });
      context.background(`first look of alarm ${name}`, async () =>
        evaluateComposite(context, name, { done }),
      );
      return {};
    },
  }),
};
