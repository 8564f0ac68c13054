import { describe, expect, it } from 'vitest';
import {
  alarm,
  allOf,
  anyOf,
  atLeast,
  compositeAlarm,
  inState,
  lambda,
  noneOf,
  queue,
  service,
  topic,
} from '../../index.ts';
import { synthesise } from '../../synth/index.ts';

const done = async () => 'done';
const resourcesOf = (...parts: Parameters<typeof service>) =>
  synthesise(service(...parts)).template.Resources;

describe('the template of an alarm', () => {
  it('says every option in AWS’s words', () => {
    const work = lambda('Work', {}, done);
    const slow = alarm(work.duration, {
      name: 'Slow',
      threshold: 900,
      comparison: 'GreaterThanThreshold',
      period: 300,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: 'missing',
      statistic: 'Maximum',
      notify: [topic('One'), topic('Two')],
      alarmActions: ['arn:aws:ssm:us-east-1:000000000000:opsitem:1'],
      okActions: [topic('Fine').arn],
      insufficientDataActions: [topic('Silent').arn],
      actionsEnabled: false,
      description: 'Look at it',
      alarmName: 'slow',
      properties: { Unit: 'Milliseconds' },
    });
    const resources = resourcesOf('Shop', {
      functions: [work],
      alarms: [slow],
      tags: { team: 'x' },
    });
    expect(resources['Slow']).toEqual({
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        ActionsEnabled: false,
        AlarmActions: [
          { Ref: 'One' },
          { Ref: 'Two' },
          'arn:aws:ssm:us-east-1:000000000000:opsitem:1',
        ],
        AlarmDescription: 'Look at it',
        AlarmName: 'slow',
        ComparisonOperator: 'GreaterThanThreshold',
        DatapointsToAlarm: 2,
        Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Work' } }],
        EvaluationPeriods: 3,
        InsufficientDataActions: [{ Ref: 'Silent' }],
        MetricName: 'Duration',
        Namespace: 'AWS/Lambda',
        OKActions: [{ Ref: 'One' }, { Ref: 'Two' }, { Ref: 'Fine' }],
        Period: 300,
        Statistic: 'Maximum',
        Tags: [{ Key: 'team', Value: 'x' }],
        Threshold: 900,
        TreatMissingData: 'missing',
        Unit: 'Milliseconds',
      },
    });
    expect(Object.keys(resources)).toEqual(
      expect.arrayContaining(['One', 'Two', 'Fine', 'Silent']),
    );
  });

  it('lets the alarm alone start the function, which brings it into the stack', () => {
    const work = lambda('Work', {}, done);
    const failing = alarm(work.errors, { threshold: 1, notify: topic('Alerts') });
    const mend = lambda('Mend', { on: failing.changes({ to: ['OK', 'ALARM'] }) }, done);
    const resources = resourcesOf('Shop', { functions: [work, mend] });
    expect(resources['MendWorkErrorsAlarmPermission']).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['Mend', 'Arn'] },
        Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
        SourceAccount: { Ref: 'AWS::AccountId' },
        SourceArn: { 'Fn::GetAtt': ['WorkErrorsAlarm', 'Arn'] },
      },
    });
    const actions = [{ Ref: 'Alerts' }, { 'Fn::GetAtt': ['Mend', 'Arn'] }];
    expect(resources['WorkErrorsAlarm']?.Properties).toMatchObject({
      AlarmActions: actions,
      OKActions: actions,
    });
    expect(resources['WorkErrorsAlarm']?.Properties).not.toHaveProperty('InsufficientDataActions');
    // Nothing of the function names the alarm: it could not be made.
    expect(JSON.stringify(resources['Mend'])).not.toContain('WorkErrorsAlarm');
  });

  it('says a rule in CloudWatch’s words, whatever it is made of', () => {
    const work = lambda('Work', {}, done);
    const [a, b, c] = ['A', 'B', 'C'].map((name) => alarm(work.errors, { threshold: 1, name }));
    if (a === undefined || b === undefined || c === undefined) return expect.fail();
    const inner = compositeAlarm('Inner', a);
    const outer = compositeAlarm(
      'Outer',
      anyOf(
        allOf(inner, b),
        noneOf(a, inState(c, 'OK')),
        atLeast(2, a, b, c),
        atLeast('50%', a, b),
      ),
      {
        notify: topic('Alerts'),
        suppressor: c,
        actionsEnabled: true,
        alarmName: 'outer',
        insufficientDataActions: [topic('Silent').arn],
      },
    );
    const resources = resourcesOf('Shop', { functions: [work], alarms: [outer] });
    expect(resources['Inner']?.Properties).toEqual({
      AlarmDescription: 'Inner of Shop',
      AlarmRule: { 'Fn::Sub': 'ALARM("${A}")' },
    });
    expect(resources['Outer']).toEqual({
      Type: 'AWS::CloudWatch::CompositeAlarm',
      Properties: {
        ActionsEnabled: true,
        ActionsSuppressor: { 'Fn::GetAtt': ['C', 'Arn'] },
        ActionsSuppressorExtensionPeriod: 60,
        ActionsSuppressorWaitPeriod: 60,
        AlarmActions: [{ Ref: 'Alerts' }],
        AlarmDescription: 'Outer of Shop',
        AlarmName: 'outer',
        AlarmRule: {
          'Fn::Sub':
            '((ALARM("${Inner}") AND ALARM("${B}")) OR NOT (ALARM("${A}") OR OK("${C}")) OR AT_LEAST(2, ALARM, ("${A}", "${B}", "${C}")) OR AT_LEAST(50%, ALARM, ("${A}", "${B}")))',
        },
        InsufficientDataActions: [{ Ref: 'Silent' }],
        OKActions: [{ Ref: 'Alerts' }],
      },
    });
  });

  it('is refused for what CloudWatch refuses, or cannot be meant, in a sentence', () => {
    const work = lambda('Work', {}, done);
    const failing = alarm(work.errors, { threshold: 1 });
    expect(() =>
      resourcesOf('Shop', {
        functions: [work],
        alarms: [alarm(work.errors, { threshold: 1, notify: work })],
      }),
    ).toThrow(/notify of WorkErrorsAlarm names Work, a function; .* on: ….changes\(\)/);
    expect(() =>
      resourcesOf('Shop', {
        functions: [work],
        alarms: [alarm(work.errors, { threshold: 1, notify: queue('Mail') })],
      }),
    ).toThrow(/names Mail, a queue; alarms tell topics\. Name a topic, which may feed it/);
    expect(() =>
      resourcesOf('Shop', {
        functions: [
          work,
          lambda('Mend', { on: [failing.changes({ to: ['OK'] }), failing.changes()] }, done),
        ],
      }),
    ).toThrow(/Mend is started by WorkErrorsAlarm twice/);
    const slow = alarm(work.duration, { threshold: 1 });
    expect(() =>
      resourcesOf('Shop', {
        functions: [work, lambda('Mend', { on: [failing.changes(), slow.events()] }, done)],
      }),
    ).toThrow(/Mend is started by changes\(\) of one alarm and by events\(\) of another/);
    const six = Array.from({ length: 6 }, (_, n) =>
      lambda(`Mend${n}`, { on: failing.changes({ to: ['ALARM'] }) }, done),
    );
    expect(() => resourcesOf('Shop', { functions: [work, ...six] })).toThrow(
      /WorkErrorsAlarm does more than 5 things when it comes to the state ALARM/,
    );
    expect(() =>
      resourcesOf('Shop', {
        functions: [work],
        alarms: [failing, alarm(work.errors, { threshold: 2 })],
      }),
    ).toThrow(/Two declarations are named WorkErrorsAlarm/);
  });
});
