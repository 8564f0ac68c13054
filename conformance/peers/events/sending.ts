import type { Calls, Input } from '../scenario.ts';
import { call, earlier } from '../scenario.ts';

/** Events that are put, patterns that are tried, archives and replays. */

const put = (...Entries: readonly Input[]) => call('PutEvents', { Entries });
const EVENT = { Source: 'own', DetailType: 'happened', Detail: '{"a":1}' };
const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/own';
const archive = (ArchiveName: string | undefined, more: Input = {}) =>
  call('CreateArchive', { ArchiveName, EventSourceArn: BUS, ...more }, ({ ArchiveArn, State }) => [
    ArchiveArn,
    State,
  ]);
const replay = (ReplayName: string, more: Input = {}) =>
  call('StartReplay', {
    ReplayName,
    EventSourceArn: earlier('create an archive', 'ArchiveArn'),
    EventStartTime: new Date(0),
    EventEndTime: new Date(1_000),
    Destination: { Arn: BUS },
    ...more,
  });

export const sending: Calls = {
  'put an event': put(EVENT),
  'put an event on a bus': put({ ...EVENT, EventBusName: 'own' }),
  'put an event on a bus by its ARN': put({ ...EVENT, EventBusName: BUS }),
  'put an event on no bus': put({ ...EVENT, EventBusName: 'none' }),
  'put an event without a source': put({ ...EVENT, Source: undefined }),
  'put an event without a type': put({ ...EVENT, DetailType: undefined }),
  'put an event without a detail': put({ ...EVENT, Detail: undefined }),
  'put an event of no JSON': put({ ...EVENT, Detail: 'x' }),
  'put an event whose detail is a list': put({ ...EVENT, Detail: '[1]' }),
  'put an event of a source of AWS': put({ ...EVENT, Source: 'aws.s3' }),
  'put good and bad ones': put(EVENT, { ...EVENT, Detail: 'x' }, EVENT),
  'put nothing': put(),
  'put eleven': put(...Array.from({ length: 11 }, () => EVENT)),
  'put too much': put({ ...EVENT, Detail: JSON.stringify({ a: 'x'.repeat(1_100_000) }) }),

  'try a pattern that matches': call('TestEventPattern', {
    EventPattern: '{"source":["own"]}',
    Event: JSON.stringify({
      id: '1',
      account: '000000000000',
      source: 'own',
      time: '2026-01-01T00:00:00Z',
      region: 'us-east-1',
      resources: [],
      'detail-type': 'happened',
      detail: {},
    }),
  }),

  'create an archive': call('CreateArchive', {
    ArchiveName: 'kept',
    EventSourceArn: BUS,
    RetentionDays: 7,
  }),
  'create an archive again': archive('kept'),
  'create an archive: no name': archive(undefined),
  'create an archive: a wrong name': archive('a b'),
  'create an archive: a name too long': archive('x'.repeat(49)),
  'create an archive: of no bus': archive('other', { EventSourceArn: `${BUS}-none` }),
  'create an archive: a pattern that is none': archive('other', { EventPattern: '{"source":"a"}' }),
  'describe an archive': call('DescribeArchive', { ArchiveName: 'kept' }),
  'describe no archive': call('DescribeArchive', { ArchiveName: 'none' }),
  'list archives': call('ListArchives', {}, ({ Archives }) =>
    (Archives as readonly Input[]).map(({ ArchiveName }) => ArchiveName),
  ),
  'list archives by two': call('ListArchives', { NamePrefix: 'k', State: 'ENABLED' }),
  'list archives by an unknown state': call('ListArchives', { State: 'ASLEEP' }),
  'update an archive': call(
    'UpdateArchive',
    { ArchiveName: 'kept', RetentionDays: 3, Description: 'changed' },
    ({ State }) => State,
  ),
  'update no archive': call('UpdateArchive', { ArchiveName: 'none' }),
  'start a replay': call('StartReplay', {
    ReplayName: 'again',
    EventSourceArn: earlier('create an archive', 'ArchiveArn'),
    EventStartTime: new Date(0),
    EventEndTime: new Date(1_000),
    Destination: { Arn: BUS },
  }),
  'start a replay again': replay('again'),
  'start a replay: backwards': replay('other', { EventEndTime: new Date(-1_000) }),
  'start a replay: of no archive': replay('other', {
    EventSourceArn: 'arn:aws:events:us-east-1:000000000000:archive/none',
  }),
  'start a replay: into another bus': replay('other', {
    Destination: { Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' },
  }),
  'start a replay: into no bus': replay('other', { Destination: { Arn: 'x' } }),
  'describe a replay': call(
    'DescribeReplay',
    { ReplayName: 'again' },
    ({ ReplayName, ReplayArn, Destination, EventSourceArn }) => [
      ReplayName,
      ReplayArn,
      Destination,
      EventSourceArn,
    ],
  ),
  'describe no replay': call('DescribeReplay', { ReplayName: 'none' }),
  'list replays': call('ListReplays', {}, ({ Replays }) =>
    (Replays as readonly Input[]).map(({ ReplayName }) => ReplayName),
  ),
  'cancel no replay': call('CancelReplay', { ReplayName: 'none' }),
  'delete an archive': call('DeleteArchive', { ArchiveName: 'kept' }),
  'delete no archive': call('DeleteArchive', { ArchiveName: 'kept' }),

  'put a rule without a name': call('PutRule', { EventPattern: '{"source":["a"]}' }),
  'delete a rule': call('DeleteRule', { Name: 'plain' }),
  'delete no rule': call('DeleteRule', { Name: 'none' }),
  'delete a rule of no bus': call('DeleteRule', { Name: 'plain', EventBusName: 'none' }),
  'delete a bus that has rules': call('DeleteEventBus', { Name: 'own' }),
  'delete the rule of a bus': call('DeleteRule', { Name: 'plain', EventBusName: 'own' }),
  'delete a bus': call('DeleteEventBus', { Name: 'tagged' }),
  'delete no bus': call('DeleteEventBus', { Name: 'none' }),
  'delete the default bus': call('DeleteEventBus', { Name: 'default' }),
};
