import { describe, expect, it } from 'vitest';
import {
  adjust,
  bucket,
  httpApi,
  lambda,
  parameter,
  resource,
  secret,
  service,
  topic,
} from '../index.ts';
import { synthesise } from './index.ts';

const nothing = async () => undefined;

const policiesOf = (...options: Parameters<typeof service>) =>
  Object.fromEntries(
    Object.entries(synthesise(service(...options)).template.Resources).map(
      ([id, { DeletionPolicy, UpdateReplacePolicy, Metadata }]) => [
        id,
        [
          DeletionPolicy,
          UpdateReplacePolicy,
          ...(Metadata === undefined ? [] : [Metadata['Sparta'] ?? Metadata]),
        ],
      ],
    ),
  );

describe('what holds data outlives its stack', () => {
  it('by default, and is no litter when its creation fails', () => {
    expect(
      policiesOf('Keeper', {
        resources: [
          bucket('Photos'),
          secret('Token'),
          parameter('Limit', { value: '7' }),
          resource('AWS::SQS::Queue', 'Jobs'),
          resource('AWS::SNS::Topic', 'Alerts'),
        ],
      }),
    ).toEqual({
      Photos: ['RetainExceptOnCreate', 'Retain'],
      PhotosPolicy: [undefined, undefined],
      Token: ['RetainExceptOnCreate', 'Retain'],
      Limit: [undefined, undefined],
      Jobs: ['RetainExceptOnCreate', 'Retain'],
      Alerts: [undefined, undefined],
    });
  });

  it('unless the program says otherwise', () => {
    const replaceable = { Replaceable: true };
    expect(
      policiesOf('Loser', {
        resources: [
          bucket('Scratch', { replaceable: true }),
          secret('Token', { replaceable: true }),
          parameter('Limit', { value: '7', replaceable: true }),
          resource('AWS::SQS::Queue', 'Jobs', {}, { deletionPolicy: 'Delete' }),
          resource('AWS::SQS::Queue', 'Kept', {}, { deletionPolicy: 'RetainExceptOnCreate' }),
          resource('AWS::SQS::Queue', 'Lost', {}, { replaceable: true, metadata: { a: 1 } }),
          resource('AWS::SQS::Queue', 'Half', {}, { updateReplacePolicy: 'Delete' }),
        ],
      }),
    ).toEqual({
      Scratch: ['Delete', 'Delete', replaceable],
      ScratchPolicy: [undefined, undefined],
      Token: ['Delete', 'Delete', replaceable],
      Limit: ['Delete', 'Delete', replaceable],
      Jobs: ['Delete', 'Delete'],
      Kept: ['RetainExceptOnCreate', 'Retain'],
      Lost: ['Delete', 'Delete', replaceable],
      Half: ['RetainExceptOnCreate', 'Delete'],
    });
  });

  it('but for the logs that Sparta makes, which expire; an adjustment has the last word', () => {
    const api = httpApi('Api', { accessLog: { retentionDays: 7, replaceable: true } });
    const hello = lambda('Hello', { on: api.get('/') }, nothing);
    const greet = lambda('Greet', { logging: { replaceable: true } }, nothing);
    const policies = policiesOf('Greeter', {
      functions: [hello, greet],
      adjustments: [adjust(hello, 'AWS::Logs::LogGroup', {}, { deletionPolicy: 'Retain' })],
    });
    expect(policies).toMatchObject({
      HelloLogs: ['Retain', 'Retain'],
      GreetLogs: ['Delete', 'Delete', { Replaceable: true }],
      ApiAccessLogs: ['Delete', 'Delete', { Replaceable: true }],
    });
  });
});

it('a declaration that is renamed with its logical id pinned is the same template', () => {
  const program = (as: (name: string) => readonly [string, { readonly logicalId?: string }]) => {
    const photos = bucket(...as('Photos'));
    const alerts = topic(...as('Alerts'));
    const api = httpApi(...as('Api'));
    const limit = parameter(as('Limit')[0], { value: '7', ...as('Limit')[1] });
    const token = secret(...as('Token'));
    const [queueName, pinned] = as('Jobs');
    const jobs = resource('AWS::SQS::Queue', queueName, {}, pinned);
    const [name, options] = as('Stamp');
    const stamp = lambda(
      name,
      {
        ...options,
        on: [photos.objectCreated(), alerts.messages(), api.get('/')],
        grants: { photos: photos.read(), limit: limit.read(), token: token.read() },
        environment: { JOBS: jobs.ref },
      },
      nothing,
    );
    const [other, otherOptions] = as('Other');
    return synthesise(
      service('Album', {
        functions: [
          stamp,
          lambda(other, { ...otherOptions, grants: { stamp: stamp.invoke() } }, nothing),
        ],
      }),
    ).templateBody;
  };
  expect(program((name) => [`${name}New`, { logicalId: name }])).toBe(
    program((name) => [name, {}]),
  );
});
