import type { Judgement } from '../scenario.ts';

/** Where moto answers otherwise, and what AWS does. */
export const sqsJudgements: readonly Judgement[] = [
  {
    verdict: 'AWS does not tell',
    says: 'What a request lacks altogether: clients check it first, and AWS’s own words are not known; here they are those of a constraint.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html',
    calls: [
      'create: no name',
      'find nothing',
      'attributes: without a queue',
      'set: nothing',
      'send without a queue',
      'send without a body',
      'send an attribute of no type',
      'hide without a time',
      'delete without a receipt',
      'delete nothing',
    ],
  },
  {
    verdict: 'AWS does not tell',
    says: 'A queue of another account: without its owner’s leave it is denied here; moto has one account.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html',
    calls: ['find a queue of another account'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A queue that is there with other attributes is told which.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: ['create it again with other attributes'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Names of FIFO queues end in .fifo, and no others.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html#API_CreateQueue_RequestParameters',
    calls: [
      'create: a FIFO queue without its ending',
      'create: a FIFO ending without the attribute',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Attributes that a queue has not are refused; `FifoQueue` and `ContentBasedDeduplication` are for FIFO queues.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: [
      'create: FIFO that is false',
      'create: an unknown attribute',
      'create: content deduplication of a standard queue',
      'set: FIFO',
      'set: an unknown attribute',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Attributes have their ranges, and are numbers.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html#API_SetQueueAttributes_RequestParameters',
    calls: [
      'create: a delay too long',
      'create: a delay that is none',
      'create: an empty attribute',
      'set: a visibility too long',
      'set: a retention too short',
      'set: a message size too small',
      'set: a wait too long',
      'set: a policy of no JSON',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A redrive policy is told what is wrong with it; the count is from 1 to 1,000, the queue of the same kind.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: [
      'create: a redrive policy of no queue',
      'set: a redrive policy of no JSON',
      'set: a redrive policy without a count',
      'set: a redrive policy without a queue',
      'set: a redrive count of none',
      'set: a redrive count too large',
      'set: a redrive policy of no queue',
      'set: dead letters of a FIFO queue in a standard queue',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'It is the queue that was refused above: moto has made it.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html',
    calls: ['list queues', 'dead letters: sources'],
  },
  {
    verdict: 'the peer is wrong',
    says: '`MaxResults` is from 1 to 1,000.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html#API_ListQueues_RequestParameters',
    calls: ['list a page of none', 'list a page too large'],
  },
  {
    verdict: 'AWS does not tell',
    says: 'No attributes, or those that are not set: AWS says that the result is empty, not whether the map is there.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html#API_GetQueueAttributes_RequestParameters',
    calls: ['attributes: none', 'attributes: one that is not set', 'set: the redrive policy then'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A redrive policy is told without blanks.',
    source:
      'https://docs.aws.amazon.com/cli/latest/reference/sqs/get-queue-attributes.html#examples',
    calls: ['set: what is set then'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'What is no action of SQS is told to be none; the owner alone may do others.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html#API_AddPermission_RequestParameters',
    calls: ['allow an unknown action'],
  },
  {
    verdict: 'AWS does not tell',
    says: 'AWS’s pages show neither the version of a policy that a label makes (2008-10-17 here, as in their older examples) nor what is said of a label when there is no policy.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html',
    calls: ['the policy then', 'allow no more again'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'The digest of system attributes is told.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_ResponseElements',
    calls: ['send a trace header'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A body has at least one character, and those that are allowed.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestParameters',
    calls: ['send an empty body', 'send a letter that is none'],
  },
  {
    verdict: 'the peer is wrong',
    says: '`DelaySeconds` is from 0 to 900.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestParameters',
    calls: ['send with a delay below zero'],
  },
  {
    verdict: 'the peer is wrong',
    says: '`MessageDeduplicationId` “applies only to FIFO queues”.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestParameters',
    calls: ['send a deduplication id to a standard queue'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Message attributes: ten at most, with values that are not empty, and numbers that are numbers.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html',
    calls: [
      'send an attribute of no value',
      'send an attribute of an empty value',
      'send a number that is none',
      'send eleven attributes',
    ],
  },
  {
    verdict: 'AWS does not tell',
    says: 'Names of attributes that are refused: the rules are AWS’s, the words our own.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#message-attribute-components',
    calls: [
      'send an attribute whose name begins with AWS.',
      'send an attribute whose name has a blank',
      'send an attribute whose name ends with a dot',
      'send an attribute without a name',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Ranges of a receive and of a visibility timeout, in AWS’s words.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: [
      'receive too many',
      'receive none',
      'receive with a wait too long',
      'receive with a visibility too long',
      'hide it too long',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: '`SenderId` of what the account itself has sent is the account.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#API_ReceiveMessage_RequestParameters',
    calls: ['receive a message, visible again at once'],
  },
  {
    verdict: 'AWS does not tell',
    says: 'The words for a receipt handle that is none are not known.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html#API_DeleteMessage_Errors',
    calls: ['hide by no receipt', 'hide a batch', 'delete by no receipt'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A batch is not empty, and its ids are distinct.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html#API_ChangeMessageVisibilityBatch_Errors',
    calls: ['hide a batch of nothing', 'delete a batch of one id twice'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'What is deleted is told to be not available for a change of its visibility.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: ['hide what is deleted'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Every message of a FIFO queue has a sequence number.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_ResponseElements',
    calls: ['FIFO: send', 'FIFO: send the same', 'FIFO: receive in order'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Groups and deduplication ids have 1 to 128 letters, digits and punctuation.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html#API_SendMessage_RequestParameters',
    calls: [
      'FIFO: send with an empty group',
      'FIFO: send with a group too long',
      'FIFO: send with a group of wrong letters',
      'FIFO: send with a deduplication id too long',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A batch without groups is refused as a whole, by InvalidParameterValue.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sqs/test_sqs.snapshot.json',
    calls: ['FIFO: send a batch'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A dead letter tells where it comes from.',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html#API_ReceiveMessage_RequestParameters',
    calls: ['dead letters: find it'],
  },
  {
    verdict: 'the peer is wrong',
    says: '“You must wait 60 seconds after deleting a queue before you can create another queue with the same name.”',
    source:
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html#API_CreateQueue_Errors',
    calls: ['make it at once again'],
  },
];
