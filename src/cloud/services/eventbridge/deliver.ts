import type { ServiceContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { servicePrincipal } from '../../core/principals.ts';
import type { ExhaustedCondition, Failure, Sender } from '../../targets/index.ts';
import {
  assumeRole,
  nextTry,
  readFailure,
  readTargetArn,
  sendDeadLetter,
  sendToTarget,
  readRetryPolicy,
} from '../../targets/index.ts';
import { comeLate } from './disorder.ts';
import { parseJsonPath, readJsonPath } from './json-path.ts';
import { LIMITS } from './limits.ts';
import type { ForwardedEntry } from './put-events.ts';
import type { Delivery, EventBridgeState, Target } from './state.ts';
import { targetInput } from './target-input.ts';

type Context = ServiceContext<EventBridgeState>;

const SERVICE = 'events.amazonaws.com';

/** Sends a delivery off. */
export const deliver = (context: Context, id: string): void =>
  context.background('delivery', async () => {
    if (context.disorder !== undefined) await comeLate(context, context.state.deliveries.get(id));
    const delivery = context.state.deliveries.get(id);
    if (delivery === undefined) return;
    const failure = await attempt(context, delivery);
    if (failure === undefined) context.state.deliveries.delete(id);
    else await fail(context, id, delivery, failure);
  });

/** Takes up what an earlier run did not deliver. */
export const resumeDeliveries = (context: Context): void => {
  for (const [id, { dueAt }] of context.state.deliveries.entries()) remind(context, id, dueAt);
};

const remind = (context: Context, id: string, dueAt: number) =>
  context.state.reminders.set(`delivery/${id}`, dueAt, () => deliver(context, id));

/** Whose name a target is called in: the role's where there is one, the service's under the target's own policy else. */
const senderOf = async (context: Context, delivery: Delivery): Promise<Principal> => {
  const { RoleArn } = delivery.target;
  if (RoleArn === undefined)
    return servicePrincipal(SERVICE, {
      sourceArn: delivery.ruleArn,
      sourceAccount: context.accountId,
    });
  return assumeRole(context, {
    roleArn: RoleArn,
    service: SERVICE,
    sourceArn: delivery.ruleArn,
    sessionName: context.random.hex(32),
    cause: delivery.cause,
  });
};

/** Tries once. Answers why it failed. */
const attempt = async (context: Context, delivery: Delivery): Promise<Failure | undefined> => {
  const { target, event } = delivery;
  const read = readTargetArn(target.Arn ?? '');
  const body = targetInput(target, event, delivery);
  if (read === undefined || body === undefined)
    return {
      code: 'INVALID_PARAMETER',
      cause: 'InvalidJson',
      message: 'What the target is to get is not valid JSON.',
      retried: false,
      outcome: 'error',
    };
  let principal: Principal;
  try {
    principal = await senderOf(context, delivery);
  } catch (error) {
    return { ...readFailure(error), code: 'FAILED_TO_ASSUME_ROLE' };
  }
  const sender = { principal, source: delivery.ruleArn, cause: delivery.cause };
  try {
    const { kind } = read;
    if (kind === 'events') await forward(context, delivery, body, sender);
    else
      await sendToTarget(
        context,
        {
          target: { ...read, kind },
          ...(kind === 'logs' ? logLine(body) : { body }),
          ...(target.SqsParameters?.MessageGroupId === undefined
            ? {}
            : { messageGroupId: target.SqsParameters.MessageGroupId }),
          ...(kind === 'kinesis' ? { partitionKey: partitionKeyOf(target, event) } : {}),
        },
        sender,
      );
    return undefined;
  } catch (error) {
    return readFailure(error);
  }
};

/** The event goes to the other bus as it is: buses cannot be sent a transformed one. */
const forward = async (
  context: Context,
  { target, event, ingestedAt, hops }: Delivery,
  body: string,
  sender: Sender,
) => {
  const { Arn = '' } = target;
  const parsed = JSON.parse(event) as Readonly<Record<string, unknown>>;
  const entry: ForwardedEntry = {
    EventBusName: Arn,
    Source: String(parsed['source']),
    DetailType: String(parsed['detail-type']),
    Detail: '{}',
    forwarded: { event: body, id: String(parsed['id']), ingestedAt, hops: hops + 1 },
  };
  await context.call({
    service: 'eventbridge',
    operation: 'PutEvents',
    input: { Entries: [entry] },
    region: Arn.split(':')[3] ?? context.region,
    ...sender,
  });
};

/** A log group's line may say its own time and text: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
const logLine = (body: string): { readonly body: string; readonly timestamp?: number } => {
  if (!body.startsWith('{')) return { body };
  const read: unknown = JSON.parse(body);
  const { timestamp, message, ...more } = read as Readonly<Record<string, unknown>>;
  if (timestamp === undefined || message === undefined || Object.keys(more).length > 0)
    return { body };
  const at = typeof timestamp === 'number' ? timestamp : Date.parse(String(timestamp));
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return Number.isNaN(at) ? { body } : { body: text, timestamp: at };
};

/** "If not specified, the default is the eventId": https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_KinesisParameters.html */
const partitionKeyOf = ({ KinesisParameters }: Target, event: string): string => {
  const path = parseJsonPath(KinesisParameters?.PartitionKeyPath ?? '$.id') ?? [];
  const found = readJsonPath(path, JSON.parse(event));
  return typeof found === 'string' ? found : JSON.stringify(found ?? null);
};

/** Tries again later, or gives up and lays the event in the dead-letter queue. */
const fail = async (context: Context, id: string, delivery: Delivery, failure: Failure) => {
  const { state, clock, random } = context;
  const next = failure.retried
    ? nextTry(readRetryPolicy(delivery.target.RetryPolicy), {
        retries: delivery.retries,
        since: delivery.ingestedAt,
        now: clock.now(),
        random,
      })
    : undefined;
  if (next?.kind === 'again') {
    state.deliveries.set(id, { ...delivery, retries: delivery.retries + 1, dueAt: next.at });
    remind(context, id, next.at);
    return;
  }
  state.deliveries.delete(id);
  context.journal.note(
    'eventbridge',
    `an event of rule ${delivery.ruleName} to ${delivery.target.Arn} was given up: ${failure.message}`,
    {
      outcome: failure.outcome,
      source: delivery.ruleArn,
      target: delivery.target.Arn ?? '',
      cause: delivery.cause,
    },
  );
  await lay(context, delivery, failure, next?.condition);
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
const lay = async (
  context: Context,
  delivery: Delivery,
  failure: Failure,
  condition: ExhaustedCondition | undefined,
) => {
  const queueArn = delivery.target.DeadLetterConfig?.Arn;
  if (queueArn === undefined) return;
  await sendDeadLetter(
    context,
    {
      queueArn,
      body: delivery.event,
      attributes: {
        RULE_ARN: delivery.ruleArn,
        TARGET_ARN: delivery.target.Arn,
        ERROR_CODE: failure.code,
        ERROR_MESSAGE: failure.message,
        EXHAUSTED_RETRY_CONDITION: condition,
        RETRY_ATTEMPTS: String(delivery.retries),
      },
    },
    {
      principal: servicePrincipal(SERVICE, {
        sourceArn: delivery.ruleArn,
        sourceAccount: context.accountId,
      }),
      cause: delivery.cause,
    },
  );
};

/** Whether an event has passed so many buses that it is going round. */
export const goesRound = (hops: number): boolean => hops > LIMITS.hops;
