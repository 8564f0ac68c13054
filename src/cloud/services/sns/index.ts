import { defineService } from '../../core/define-service.ts';
import { resourceTagKeys } from '../../core/resource-tags.ts';
import { resumeConfirmations } from './confirmation.ts';
import { dataPlane } from './data-plane.ts';
import { resumeDeliveries } from './deliver.ts';
import { throttled } from './errors.ts';
import { publishOperations } from './publish.ts';
import { subscription, topic, topicInlinePolicy, topicPolicy } from './resources.ts';
import type { SnsState } from './state.ts';
import { createSnsState } from './state.ts';
import { subscriptionOperations } from './subscription-operations.ts';
import { topicOperations } from './topic-operations.ts';

/** Amazon Simple Notification Service. */
export const sns = defineService<SnsState>({
  id: 'sns',
  signingName: 'sns',
  principal: 'sns.amazonaws.com',
  scope: 'region',
  createState: createSnsState,
  operations: { ...topicOperations, ...subscriptionOperations, ...publishOperations },
  throttled: (operation) => (operation.startsWith('Publish') ? throttled() : undefined),
  resourcePolicy: (arn, state) => state.topics.get(arn)?.policy,
  resourceKeys: (arn, state) => resourceTagKeys(state.topics.get(arn)?.tags),
  resources: [topic, subscription, topicPolicy, topicInlinePolicy],
  // Links in messages to endpoints lead here: who has one has no keys.
  allowsAnonymous: ['ConfirmSubscription', 'Unsubscribe'],
  dataPlane,
  validationCode: 'InvalidParameter',
  accessDeniedCode: 'AuthorizationErrorException',
  start: (context) => {
    resumeDeliveries(context);
    resumeConfirmations(context);
  },
  stop: ({ state }) => {
    state.stopped = true;
    state.reminders.stop();
  },
});
