import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { said } from '../../synth/template.ts';
import type { QueueOptions, QueueReference } from '../sqs/spec.ts';

/** How often a target is tried that cannot be reached, or is throttled. */
export interface TargetRetry {
  /** Seconds that an event is kept for further tries, 60 to 86,400. @defaultValue 86,400 */
  readonly maximumEventAge?: number;
  /** Tries after the first at most, 0 to 185. @defaultValue 185 */
  readonly maximumRetryAttempts?: number;
}

/**
 * What becomes of an event that a target does not take. A function takes an event as soon as Lambda has it: what the function itself fails
 * is the function's own matter, and Lambda's to try again.
 */
export interface TargetDelivery {
  /** How often it is tried again. */
  readonly retry?: TargetRetry;
  /** Queue of what was given up; a standard queue. @defaultValue none: it is lost */
  readonly deadLetter?: QueueReference;
}

/** Both services take standard queues alone. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html, https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeadLetterConfig.html */
export const checkDeadLetter = (
  builder: TemplateBuilder,
  queue: QueueReference,
  of: string,
  declaredAt: DeclaredAt | undefined,
): void => {
  const { fifo } = (queue as QueueReference & { readonly options: QueueOptions }).options;
  if (fifo === true)
    builder.problem(
      'INVALID_OPTION',
      `The dead-letter queue of ${of} is ${queue.name}, a FIFO queue; EventBridge takes standard queues alone. Declare ${queue.name} without fifo, or name another.`,
      declaredAt,
    );
};

/** The part of a target that rules and schedules have alike. */
export const deliveryProperties = ({
  retry,
  deadLetter,
}: TargetDelivery): Readonly<Record<string, unknown>> =>
  said({
    DeadLetterConfig:
      deadLetter === undefined ? undefined : { Arn: { 'Fn::GetAtt': [deadLetter.name, 'Arn'] } },
    RetryPolicy:
      retry === undefined
        ? undefined
        : said({
            MaximumEventAgeInSeconds: retry.maximumEventAge,
            MaximumRetryAttempts: retry.maximumRetryAttempts,
          }),
  });
