import type * as EventBridge from '@aws-sdk/client-eventbridge';
import type { OperationContext, ServiceContext } from '../../core/define-service.ts';
import { plainName } from '../../core/disorder.ts';
import type { Delivery, EventBridgeState } from './state.ts';

type Context = ServiceContext<EventBridgeState>;

const aboutOf = ({ ruleName, target }: Delivery) => `${plainName(ruleName)} to ${target.Id}`;

/** Whether a rule sends an event to its target twice. */
export const isDoubled = ({ disorder }: Context, delivery: Delivery): boolean =>
  disorder !== undefined &&
  disorder.happens({
    point: 'eventbridge.duplicate',
    about: aboutOf(delivery),
    says: () => `the rule ${aboutOf(delivery)} sends an event twice`,
  });

/** Waits, now and then, until other events have been sent. */
export const comeLate = async (
  { disorder }: Context,
  delivery: Delivery | undefined,
): Promise<void> => {
  if (delivery === undefined || delivery.retries > 0) return;
  await disorder?.late({
    point: 'eventbridge.order',
    about: aboutOf(delivery),
    says: () => `an event of the rule ${aboutOf(delivery)} comes late`,
  });
};

/**
 * The refusal of a client's event, now and then.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
 */
export const refusalOf = (
  { disorder, wire }: OperationContext<EventBridgeState>,
  bus: string,
  detailType: string,
): EventBridge.PutEventsResultEntry | undefined =>
  disorder !== undefined &&
  wire !== undefined &&
  disorder.happens({
    point: 'eventbridge.partial',
    about: bus,
    says: () => `the bus ${bus} did not take an event of the type ${detailType}`,
  })
    ? { ErrorCode: 'ThrottlingException', ErrorMessage: 'Rate exceeded' }
    : undefined;
