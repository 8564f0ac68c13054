import type { Judgement } from '../scenario.ts';

/** Where DynamoDB Local answers otherwise, and what AWS does. */
export const streamsJudgements: readonly Judgement[] = [
  {
    verdict: 'the peer is wrong',
    says: 'Constraints are told with the value, the member and how many there are.',
    source:
      'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html',
    calls: [
      'list too many streams',
      'describe nothing',
      'iterator: of a shard that is none',
      'iterator: of an unknown type',
      'iterator: of no type',
      'read by nothing',
      'read too many',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'What is not there is told by its name.',
    source:
      'https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html#API_streams_GetShardIterator_Errors',
    calls: ['iterator: of no shard', 'iterator: of no stream'],
  },
];
