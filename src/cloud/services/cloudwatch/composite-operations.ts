import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { evaluateComposite } from './alarm-actions.ts';
import { compileRule } from './alarm-rule.ts';
import { alarmArn, onAlarms } from './alarm-arn.ts';
import { validation } from './errors.ts';
import type { CloudWatchState } from './state.ts';

const MOST_ALARMS = 100;

/** Operations on composite alarms. */
export const compositeOperations: OperationTable<CloudWatchState> = {
  PutCompositeAlarm: operation<CloudWatchState, CloudWatch.PutCompositeAlarmInput, object>({
    needs: onAlarms('cloudwatch:PutCompositeAlarm'),
    handle: (input, context) => {
      const { state, clock } = context;
      const { AlarmName: name = '', AlarmRule: rule = '' } = input;
      for (const suppression of [
        'ActionsSuppressor',
        'ActionsSuppressorWaitPeriod',
        'ActionsSuppressorExtensionPeriod',
      ] as const)
        if (input[suppression] !== undefined)
          throw notSupported(`PutCompositeAlarm with ${suppression}`);
      const { alarms } = compileRule(rule);
      const missing = alarms.filter((one) => !state.alarms.has(one) && !state.composites.has(one));
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
      state.composites.set(name, {
        alarmName: name,
        arn: alarmArn(context, name),
        ...(input.AlarmDescription === undefined ? {} : { description: input.AlarmDescription }),
        actionsEnabled: input.ActionsEnabled ?? true,
        okActions: input.OKActions ?? [],
        alarmActions: input.AlarmActions ?? [],
        insufficientDataActions: input.InsufficientDataActions ?? [],
        rule,
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
