import type { Judgement } from '../scenario.ts';

/** Where moto answers otherwise, and what AWS does. */
export const snsJudgements: readonly Judgement[] = [
  {
    verdict: 'AWS does not tell',
    says: 'What a request lacks altogether: clients check it first, and AWS’s own words are not known; here they are those of a constraint.',
    source: 'https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html',
    calls: [
      'create: no name',
      'attributes of nothing',
      'set: no attribute',
      'publish no message',
      'publish an attribute of no type',
      'subscribe by no protocol',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A topic or subscription that is there with other attributes or tags is refused.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: [
      'create it again with attributes',
      'create it again with other tags',
      'subscribe it again with attributes',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'AWS begins with “Invalid parameter: ”, and says no more of a topic’s name than that it is one.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: [
      'create: an empty name',
      'create: a name of wrong letters',
      'create: a name too long',
      'create: a FIFO topic without its ending',
      'create: a FIFO ending without the attribute',
      'allow it again',
      'allow an unknown action',
      'subscribe with an unknown attribute',
      'subscription: an unknown attribute',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Attributes that a topic or subscription has not, and values that they cannot have, are refused.',
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html',
    calls: [
      'create: an unknown attribute',
      'set: a policy of no JSON',
      'set: a delivery policy of no JSON',
      'set: a signature version that is none',
      'set: an unknown attribute',
      'set: an ARN',
      'set: a policy of another service',
      'subscription: raw as nothing known',
      'subscription: a scope that is none',
      'subscription: a redrive policy of no JSON',
      'subscription: a redrive policy of no ARN',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'One key stands once among tags.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: ['create: one tag twice'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'It is what was refused above: moto has made it.',
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html',
    calls: ['list topics', 'list subscriptions', 'list subscriptions of a topic'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A token that is none is refused.',
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html#API_ListTopics_Errors',
    calls: ['list topics after a token that is none', 'confirm with a token that is none'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'The delivery policy that is in force stands under `http`; one that was not set is not told.',
    source:
      'https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy',
    calls: ['attributes of a topic', 'attributes of a FIFO topic'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'What is no ARN is told so.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: [
      'attributes of no ARN',
      'publish to no ARN',
      'attributes of a subscription that is no ARN',
      'unsubscribe what is no ARN',
      'delete what is no ARN',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Messages are checked before they are taken: their text, structure, subject and attributes.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_RequestParameters',
    calls: [
      'publish a structure without a default',
      'publish a structure of no JSON',
      'publish an unknown structure',
      'publish an empty message',
      'publish too much',
      'publish a subject too long',
      'publish an empty subject',
      'publish an attribute of an unknown type',
      'publish an attribute of no value',
      'publish a number that is none',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A topic that is not there is told as one.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: ['publish to no topic', 'publish to what is deleted'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A publication goes to somebody.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: ['publish to nobody'],
  },
  {
    verdict: 'ours, on purpose',
    says: 'No SMS leaves the embedded cloud: publishing to a telephone number is refused by name.',
    source: 'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html',
    calls: ['publish to two'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A telephone number has its form.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: [
      'publish to a telephone number that is none',
      'subscribe a telephone number that is none',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A FIFO topic numbers its messages, and wants their group.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_ResponseElements',
    calls: ['publish to a FIFO topic', 'publish to a FIFO topic without a group'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A batch is not empty, not too large, has ids of their form, and each entry is checked for itself.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors',
    calls: [
      'publish a batch of which one is wrong',
      'publish a batch of nothing',
      'publish a batch with a wrong id',
      'publish a batch too large',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Endpoints have the form of their protocol; a FIFO queue is no subscriber of a standard topic.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html#API_Subscribe_RequestParameters',
    calls: [
      'subscribe nobody',
      'subscribe by an unknown protocol',
      'subscribe a function that is no ARN',
      'subscribe an address of another protocol',
      'subscribe a FIFO queue to a standard topic',
      'subscribe with a filter policy of no JSON',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Who has subscribed is told.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html#API_GetSubscriptionAttributes_ResponseElements',
    calls: ['attributes of a subscription'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A subscription that is not there is told so, without its ARN.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns.snapshot.json',
    calls: ['subscription: of none'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A filter policy is told what is wrong with it, and where; what is right is taken.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/sns/test_sns_filter_policy.snapshot.json',
    calls: [
      'filter: by values',
      'filter: by every operator',
      'filter: no list',
      'filter: an empty list',
      'filter: an unknown operator',
      'filter: a number that is none',
      'filter: a numeric operator that is none',
      'filter: exists that is a text',
      'filter: none',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A token confirms nothing unless it was sent.',
    source:
      'https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html#API_ConfirmSubscription_Errors',
    calls: ['confirm for no topic'],
  },
];
