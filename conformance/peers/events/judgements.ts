import type { Judgement } from '../scenario.ts';

/** Where moto answers otherwise, and what AWS does. */
export const eventsJudgements: readonly Judgement[] = [
  {
    verdict: 'the peer is wrong',
    says: 'A description that was given is told.',
    source:
      'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html#API_CreateEventBus_ResponseSyntax',
    calls: ['create a bus with tags'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Names, states and lists have their constraints: letters, lengths, values.',
    source:
      'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html#API_PutRule_RequestParameters',
    calls: [
      'create a bus: no name',
      'create a bus: a blank',
      'create a bus: a name too long',
      'put a rule: a wrong name',
      'put a rule: a name too long',
      'put a rule: an unknown state',
      'put a target: no id',
      'put a target: a wrong id',
      'put nothing',
      'put eleven',
      'create an archive: no name',
      'create an archive: a wrong name',
      'create an archive: a name too long',
      'put a rule without a name',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'It is what was refused above: moto has made it.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html',
    calls: ['list buses', 'list rules', 'list targets', 'list archives', 'delete a rule'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Everybody is “*” as a principal.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html',
    calls: ['the policy then'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Rates and crons are read: a rate of none, one minutes, five fields and both days are refused.',
    source:
      'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html',
    calls: [
      'put a rule: a rate of none',
      'put a rule: one minutes',
      'put a rule: a cron of five fields',
      'put a rule: both days',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A pattern is told what is wrong with it, and where.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/events/test_events_patterns.snapshot.json',
    calls: [
      'put a rule: a pattern of no JSON',
      'put a rule: a pattern that is a list',
      'put a rule: an empty pattern',
      'put a rule: a pattern without a list',
      'put a rule: an empty list',
      'put a rule: an unknown match',
      'put a rule: numbers that are none',
      'put a rule: a prefix that is a number',
      'put a rule: exists that is a text',
      'create an archive: a pattern that is none',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A pattern has 2,048 characters.',
    source:
      'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html#eb-putevent-limits',
    calls: ['put a rule: a pattern too long'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A rule is told to be missing on its bus.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/events/test_events.snapshot.json',
    calls: ['describe no rule', 'disable no rule', 'enable no rule', 'list targets of no rule'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Inputs of a target are checked, and five targets are all.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html',
    calls: [
      'put a target: two inputs',
      'put a target: an input of no JSON',
      'put a target: a path that is none',
      'put a target: six in all',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'An event for a bus that is not there is taken and lost.',
    source:
      'https://github.com/localstack/localstack/blob/main/tests/aws/services/events/test_events.snapshot.json',
    calls: ['put an event on no bus'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A detail is an object; sources of AWS are AWS’s own; a call has 1 MB.',
    source:
      'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html',
    calls: [
      'put an event whose detail is a list',
      'put an event of a source of AWS',
      'put too much',
    ],
  },
  {
    verdict: 'the peer is wrong',
    says: 'Patterns can be tried; moto has no answer.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html',
    calls: ['try a pattern that matches'],
  },
  {
    verdict: 'the peer is wrong',
    says: 'A bus has no rules when it goes, and a rule’s bus is there.',
    source: 'https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html',
    calls: ['delete a rule of no bus', 'delete a bus that has rules'],
  },
];
