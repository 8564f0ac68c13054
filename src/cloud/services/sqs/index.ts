import type { ServiceContext } from '../../core/define-service.ts';
import { defineService } from '../../core/define-service.ts';
import { attributeOperations } from './attribute-operations.ts';
import { visibilityOperations } from './change-visibility.ts';
import { deleteOperations } from './delete-messages.ts';
import { requestThrottled } from './errors.ts';
import { moveOperations } from './move-operations.ts';
import { resumeTasks } from './move-task.ts';
import { findByArn } from './names.ts';
import { permissionOperations } from './permission-operations.ts';
import { queueOperations } from './queue-operations.ts';
import { queueOwner } from './queue-owner.ts';
import { receiveOperations } from './receive.ts';
import { queue, queueInlinePolicy, queuePolicy } from './resources.ts';
import { sendOperations } from './send.ts';
import type { SqsState } from './state.ts';
import { createSqsState } from './state.ts';
import { tagOperations } from './tag-operations.ts';
import { wakeAll } from './wake.ts';

/** Operations on messages: a service that cannot set up its queues has another problem. */
const THROTTLED = /^(Send|Receive|Delete|Change)Message/;

/** Amazon Simple Queue Service. */
export const sqs = defineService<SqsState>({
  id: 'sqs',
  signingName: 'sqs',
  principal: 'sqs.amazonaws.com',
  scope: 'region',
  createState: createSqsState,
  operations: {
    ...queueOperations,
    ...attributeOperations,
    ...permissionOperations,
    ...tagOperations,
    ...sendOperations,
    ...receiveOperations,
    ...deleteOperations,
    ...visibilityOperations,
    ...moveOperations,
  },
  accountOf: queueOwner,
  throttled: (operation) => (THROTTLED.test(operation) ? requestThrottled() : undefined),
  resourcePolicy: (arn, state) => findByArn(state, arn)?.attributes['Policy'],
  resourceKeys: (arn, state) => {
    const tags = Object.entries(findByArn(state, arn)?.tags ?? {});
    return tags.length === 0
      ? undefined
      : Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
  },
  resources: [queue, queuePolicy, queueInlinePolicy],
  // "Allow all users anonymous access" is a policy that a queue may have (sqs-basic-examples-of-sqs-policies.html).
  allowsAnonymous: true,
  validationCode: 'MissingRequiredParameterException',
  // A request of the query protocol may name its queue by the path that it is sent to.
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
  completeInput: (input, { path, headers }) => {
    if (headers['x-amz-target'] === undefined && input['QueueUrl'] === undefined && path.length > 1)
      input['QueueUrl'] = `http://${headers['host'] ?? ''}${path}`;
  },
  start: (context: ServiceContext<SqsState>) => {
    wakeAll(context);
    resumeTasks(context);
  },
  stop: ({ state }: ServiceContext<SqsState>) => state.stop(),
});
