import { describe, expect, it } from 'vitest';
import { alarm, lambda, logGroup, logsOf, service } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';

const done = async () => 'done';
const resourcesOf = (...parts: Parameters<typeof service>) =>
  synthesise(service(...parts)).template.Resources;

describe('the template of a log group', () => {
  it('says every option in AWS’s words', () => {
    const audit = logGroup('Audit', {
      logGroupName: '/shop/audit',
      retentionDays: 'never',
      logGroupClass: 'INFREQUENT_ACCESS',
      kmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/k',
      deletionPolicy: 'Delete',
      properties: { DeletionProtectionEnabled: true },
    });
    const plain = logGroup('Plain', { logicalId: 'OldPlain', replaceable: true });
    const resources = resourcesOf('Shop', { resources: [audit, plain], tags: { team: 'x' } });
    expect(resources).toEqual({
      Audit: {
        Type: 'AWS::Logs::LogGroup',
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Delete',
        Properties: {
          DeletionProtectionEnabled: true,
          KmsKeyId: 'arn:aws:kms:us-east-1:000000000000:key/k',
          LogGroupClass: 'INFREQUENT_ACCESS',
          LogGroupName: '/shop/audit',
          Tags: [{ Key: 'team', Value: 'x' }],
        },
      },
      OldPlain: {
        Type: 'AWS::Logs::LogGroup',
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Delete',
        Metadata: { Sparta: { Replaceable: true } },
        Properties: { RetentionInDays: 30, Tags: [{ Key: 'team', Value: 'x' }] },
      },
    });
  });

  it('lets that log group alone start the function, by the name of the service that AWS gives it (DEC-06)', () => {
    const work = lambda('Work', {}, done);
    const there = logGroup('There', { existing: '/there' });
    const tell = lambda(
      'Tell',
      { on: [logsOf(work).lines({ pattern: 'ERROR' }), there.lines()] },
      done,
    );
    const resources = resourcesOf('Shop', { functions: [work, tell] });
    const permission = (SourceArn: unknown) => ({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['Tell', 'Arn'] },
        Principal: 'logs.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn,
      },
    });
    expect(resources['TellWorkLogsPermission']).toEqual(
      permission({ 'Fn::GetAtt': ['WorkLogs', 'Arn'] }),
    );
    expect(resources['TellTherePermission']).toEqual(
      permission({
        'Fn::Sub': 'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/there:*',
      }),
    );
    expect(resources['TellWorkLogsFilter']).toEqual({
      Type: 'AWS::Logs::SubscriptionFilter',
      DependsOn: ['TellWorkLogsPermission'],
      Properties: {
        DestinationArn: { 'Fn::GetAtt': ['Tell', 'Arn'] },
        FilterPattern: 'ERROR',
        LogGroupName: { Ref: 'WorkLogs' },
      },
    });
    expect(resources['TellThereFilter']?.Properties).toMatchObject({
      FilterPattern: '',
      LogGroupName: '/there',
    });
    expect(Object.keys(resources)).not.toContain('There');
    expect(resources['Tell']?.Properties?.['Environment']).toEqual({
      Variables: {
        SPARTA_FUNCTION: 'Tell',
        SPARTA_There: '/there',
        SPARTA_WorkLogs: { Ref: 'WorkLogs' },
      },
    });
  });

  it('knows the log group of a function that writes elsewhere', () => {
    const shared = logGroup('Shared');
    const work = lambda('Work', { logging: { logGroup: shared.logGroupName } }, done);
    const other = lambda('Other', { logging: { logGroup: '/elsewhere' } }, done);
    const tell = lambda('Tell', { on: [logsOf(work).lines(), logsOf(other).lines()] }, done);
    const resources = resourcesOf('Shop', { functions: [work, other, tell] });
    expect(resources['TellSharedFilter']?.Properties?.['LogGroupName']).toEqual({ Ref: 'Shared' });
    expect(resources['TellOtherLogsFilter']?.Properties?.['LogGroupName']).toBe('/elsewhere');
    expect(resources['TellOtherLogsPermission']?.Properties?.['SourceArn']).toEqual({
      'Fn::Sub':
        'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/elsewhere:*',
    });
    expect(Object.keys(resources)).not.toContain('WorkLogs');
  });

  it('says a metric in AWS’s words, among those of the stack unless it is said', () => {
    const work = lambda('Work', {}, done);
    const logs = logsOf(work);
    const resources = resourcesOf('Shop', {
      functions: [work],
      resources: [
        logs.metric('Lines', { defaultValue: 0, namespace: 'Shop' }),
        logs.metric('Slow', {
          pattern: '{ $.ms > 0 }',
          value: '$.ms',
          unit: 'Milliseconds',
          dimensions: { Path: '$.path' },
        }),
      ],
    });
    expect(resources['Lines']).toEqual({
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        FilterPattern: '',
        LogGroupName: { Ref: 'WorkLogs' },
        MetricTransformations: [
          { DefaultValue: 0, MetricName: 'Lines', MetricNamespace: 'Shop', MetricValue: '1' },
        ],
      },
    });
    expect(resources['Slow']?.Properties).toEqual({
      FilterPattern: '{ $.ms > 0 }',
      LogGroupName: { Ref: 'WorkLogs' },
      MetricTransformations: [
        {
          Dimensions: [{ Key: 'Path', Value: '$.path' }],
          MetricName: 'Slow',
          MetricNamespace: { Ref: 'AWS::StackName' },
          MetricValue: '$.ms',
          Unit: 'Milliseconds',
        },
      ],
    });
  });

  it('does not depend on the order of patterns', () => {
    const audit = logGroup('Audit');
    const [one, other] = [['a', 'b'] as const, ['b', 'a'] as const].map(
      (pattern) =>
        synthesise(
          service('Shop', { functions: [lambda('Tell', { on: audit.lines({ pattern }) }, done)] }),
        ).templateBody,
    );
    expect(one).toBe(other);
  });

  it('is refused for what would loop without end (ES-06)', () => {
    const shared = logGroup('Shared');
    const self = lambda(
      'Self',
      { logging: { logGroup: shared.logGroupName }, on: shared.lines({ pattern: 'ERROR' }) },
      done,
    );
    expect(() => resourcesOf('Shop', { functions: [self] })).toThrow(
      /Self is started by lines of its own log: each run writes lines, which start it again/,
    );
    const [one, two] = ['One', 'Two'].map((name) => logGroup(name));
    if (one === undefined || two === undefined) return expect.fail();
    const ping = lambda('Ping', { logging: { logGroup: one.logGroupName }, on: two.lines() }, done);
    const pong = lambda('Pong', { logging: { logGroup: two.logGroupName }, on: one.lines() }, done);
    const aside = lambda('Aside', { on: [one.lines()] }, done);
    expect(() => resourcesOf('Shop', { functions: [pong, ping, aside] })).toThrow(
      /^(?:\S+: )?Ping is started by the log of Pong, which is started by the log of Ping: each run/,
    );
  });

  it('is refused for what CloudWatch Logs refuses, in a sentence', () => {
    const work = lambda('Work', {}, done);
    const readers = ['One', 'Two', 'Three'].map((name) =>
      lambda(name, { on: logsOf(work).lines() }, done),
    );
    expect(() => resourcesOf('Shop', { functions: [work, ...readers] })).toThrow(
      /Two is subscription 3 of the log group WorkLogs; CloudWatch Logs takes 2/,
    );
    expect(() =>
      resourcesOf('Shop', {
        functions: [
          work,
          lambda('Tell', { on: [logsOf(work).lines(), logsOf(work).batches()] }, done),
        ],
      }),
    ).toThrow(/Tell is started by lines of WorkLogs twice. Give both patterns to one/);
    const rare = logGroup('Rare', { logGroupClass: 'INFREQUENT_ACCESS' });
    expect(() =>
      resourcesOf('Shop', { functions: [lambda('Tell', { on: rare.lines() }, done)] }),
    ).toThrow(/Tell is started by lines of Rare, whose class is INFREQUENT_ACCESS/);
    expect(() => resourcesOf('Shop', { resources: [rare.metric('Lines')] })).toThrow(
      /The metric Lines is made of lines of Rare, whose class is INFREQUENT_ACCESS/,
    );
    expect(() =>
      resourcesOf('Shop', { resources: [logGroup('Odd', { retentionDays: 8 })] }),
    ).toThrow(/retentionDays of Odd is 8; CloudWatch Logs takes 1, 3, 5/);
    const logs = logsOf(work);
    const dimensions = { A: '$.a', B: '$.b', C: '$.c', D: '$.d' } as const;
    expect(() =>
      resourcesOf('Shop', { functions: [work], resources: [logs.metric('Many', { dimensions })] }),
    ).toThrow(/The metric Many has 4 dimensions; CloudWatch Logs takes 3/);
    expect(() =>
      resourcesOf('Shop', {
        functions: [work],
        resources: [logs.metric('Both', { dimensions: { A: '$.a' }, defaultValue: 0 })],
      }),
    ).toThrow(/The metric Both has a defaultValue and dimensions/);
    expect(() =>
      resourcesOf('Shop', {
        functions: [work],
        alarms: [alarm(logs.metric('Slow', { dimensions: { Path: '$.path' } }), { threshold: 1 })],
      }),
    ).toThrow(
      /WorkLogsSlowAlarm is on the metric Slow, which is told by Path; .*\.with\(\{ Path: '…' \}\)/,
    );
    expect(() =>
      resourcesOf('Shop', { functions: [lambda('Tell', { on: logs.lines() }, done)] }),
    ).toThrow(/refers to the function Work, which is not among the functions/);
  });
});
