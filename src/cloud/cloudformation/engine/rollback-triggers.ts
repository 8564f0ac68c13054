import { AwsError } from '../../core/aws-error.ts';
import type { Json } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { Work } from './work.ts';
import { changeOperation, operationOf, specOf } from './work.ts';

const MINUTE_MS = 60_000;
/** How often the alarms are looked at. Differs: one that comes and goes between two looks is missed. */
const LOOK_MS = 10_000;

/**
 * Watches the stack's rollback triggers: at the end of what was done, and for the monitoring time after it. With a
 * monitoring time and no triggers, only the time is waited for.
 * @returns why the stack must be rolled back; undefined when it need not be
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-rollback-triggers.html
 */
export const monitor = async (work: Work): Promise<string | undefined> => {
  const { clock } = work.context;
  const { rollbackConfiguration } = specOf(work);
  const minutes = Number(rollbackConfiguration['MonitoringTimeInMinutes'] ?? 0);
  const alarms = alarmsIn(rollbackConfiguration['RollbackTriggers']);
  if (alarms.length === 0 && minutes === 0) return undefined;
  // A killed cloud goes on waiting for what is left.
  const until = operationOf(work).monitorUntil ?? clock.now() + minutes * MINUTE_MS;
  changeOperation(work, { monitorUntil: until });
  work.context.commit();
  for (;;) {
    const reason = await trippedBy(work, alarms);
    if (reason !== undefined) return reason;
    if (operationOf(work).cancelled === true) return 'User Initiated';
    const left = until - clock.now();
    if (left <= 0) return undefined;
    await new Promise<void>((resolve) => void clock.after(Math.min(left, LOOK_MS), resolve));
  }
};

const alarmsIn = (triggers: Json | undefined): readonly string[] =>
  triggers !== undefined && isList(triggers)
    ? triggers.filter(isObject).map(({ Arn }) => String(Arn))
    : [];

const nameIn = (arn: string) => arn.slice(arn.indexOf(':alarm:') + ':alarm:'.length);

const trippedBy = async (
  { context, principal, cause }: Work,
  arns: readonly string[],
): Promise<string | undefined> => {
  if (arns.length === 0) return undefined;
  try {
    const { MetricAlarms = [], CompositeAlarms = [] } = (await context.call({
      service: 'cloudwatch',
      operation: 'DescribeAlarms',
      input: { AlarmNames: arns.map(nameIn), AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
      principal,
      cause,
    })) as Readonly<
      Record<string, readonly { readonly AlarmArn?: string; readonly StateValue?: string }[]>
    >;
    const all = [...MetricAlarms, ...CompositeAlarms];
    for (const arn of arns) {
      const alarm = all.find(({ AlarmArn }) => AlarmArn === arn);
      if (alarm === undefined) return `The rollback trigger ${arn} does not exist. `;
      if (alarm.StateValue === 'ALARM') return `The rollback trigger ${arn} is in ALARM state. `;
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return `The rollback triggers could not be looked at: ${error.message}. `;
  }
};
