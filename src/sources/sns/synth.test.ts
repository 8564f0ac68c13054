import { describe, expect, it } from 'vitest';
import { lambda, queue, service, topic } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';

describe('the template of a topic', () => {
  it('says every option in AWS’s words', () => {
    const steps = topic('Steps', {
      fifo: true,
      highThroughput: true,
      contentBasedDeduplication: true,
      topicName: 'steps.fifo',
      displayName: 'Steps',
      kmsMasterKeyId: 'alias/steps',
      replaceable: true,
      logicalId: 'OldSteps',
      properties: { TracingConfig: 'Active' },
    });
    const { template } = synthesise(service('Paper', { resources: [steps], tags: { team: 'x' } }));
    expect(template.Resources['OldSteps']).toEqual({
      Type: 'AWS::SNS::Topic',
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
      Metadata: { Sparta: { Replaceable: true } },
      Properties: {
        ContentBasedDeduplication: true,
        DisplayName: 'Steps',
        FifoThroughputScope: 'MessageGroup',
        FifoTopic: true,
        KmsMasterKeyId: 'alias/steps',
        Tags: [{ Key: 'team', Value: 'x' }],
        TopicName: 'steps.fifo',
        TracingConfig: 'Active',
      },
    });
  });

  it('lets the topic alone start the function and send to its queues, in one policy each', () => {
    const news = topic('News');
    const ads = topic('Ads');
    const lost = queue('Lost');
    const mail = queue('Mail', {
      from: [ads.subscription(), news.subscription({ deadLetter: lost })],
    });
    const work = lambda('Work', { on: news.messages({ deadLetter: lost }) }, async () => 'done');
    const { template } = synthesise(service('Paper', { functions: [work], resources: [mail] }));
    expect(template.Resources['WorkNewsPermission']?.Properties).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': ['Work', 'Arn'] },
      Principal: 'sns.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      SourceArn: { Ref: 'News' },
    });
    const statements = (policy: string) =>
      (
        template.Resources[policy]?.Properties?.['PolicyDocument'] as
          | { readonly Statement: readonly unknown[] }
          | undefined
      )?.Statement;
    const statement = (name: string, topics: readonly string[]) => ({
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: { 'Fn::GetAtt': [name, 'Arn'] },
      Condition: { ArnEquals: { 'aws:SourceArn': topics.map((Ref) => ({ Ref })) } },
    });
    expect(statements('LostPolicy')).toEqual([statement('Lost', ['News'])]);
    expect(statements('MailPolicy')).toEqual([statement('Mail', ['Ads', 'News'])]);
    expect(template.Resources['MailNewsSubscription']).toEqual({
      Type: 'AWS::SNS::Subscription',
      DependsOn: ['MailPolicy'],
      Properties: {
        Endpoint: { 'Fn::GetAtt': ['Mail', 'Arn'] },
        Protocol: 'sqs',
        RawMessageDelivery: true,
        RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Lost', 'Arn'] } },
        TopicArn: { Ref: 'News' },
      },
    });
  });

  const of = (...parts: Parameters<typeof service>) => synthesise(service(...parts));

  it('is refused for what SNS refuses, in a sentence', () => {
    const steps = topic('Steps', { fifo: true });
    const news = topic('News');
    const done = async () => 'done';
    expect(() =>
      of('Paper', { functions: [lambda('Work', { on: steps.messages() }, done)] }),
    ).toThrow(/Work is to be told of messages of Steps, a FIFO topic; those reach queues alone/);
    expect(() =>
      of('Paper', {
        functions: [
          lambda('Work', { on: [news.messages(), news.messages({ filter: { body: {} } })] }, done),
        ],
      }),
    ).toThrow(/Work is started by News twice; SNS knows one subscription .* \$or/);
    expect(() =>
      of('Paper', {
        resources: [queue('Mail', { from: [news.subscription(), news.subscription()] })],
      }),
    ).toThrow(/Mail is fed by News twice/);
    expect(() =>
      of('Paper', { resources: [queue('Lane', { fifo: true, from: [news.subscription()] })] }),
    ).toThrow(/The FIFO queue Lane is to be fed by News, a standard topic/);
    expect(() =>
      of('Paper', {
        functions: [
          lambda(
            'Work',
            { on: news.messages({ deadLetter: queue('Lost', { fifo: true }) }) },
            done,
          ),
        ],
      }),
    ).toThrow(/The dead-letter queue of Work on News is Lost, a FIFO queue; it must be a standard/);
    expect(() =>
      of('Paper', { resources: [topic('Odd', { contentBasedDeduplication: true })] }),
    ).toThrow(/contentBasedDeduplication of Odd is true, but it is a standard topic/);
    expect(() =>
      of('Paper', { resources: [topic('Odd', { fifo: true, topicName: 'odd' })] }),
    ).toThrow(/topicName of Odd is 'odd'; .* Call it 'odd.fifo'/);
    const twelve = Array.from({ length: 13 }, (_, n) => n);
    expect(() =>
      of('Paper', {
        functions: [
          lambda(
            'Work',
            { on: news.messages({ filter: { attributes: { a: twelve, b: twelve } } }) },
            done,
          ),
        ],
      }),
    ).toThrow(/The filter of Work on News can be met in 169 ways .* SNS takes 150/);
    const six = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, [1]]));
    expect(() =>
      of('Paper', {
        functions: [lambda('Work', { on: news.messages({ filter: { attributes: six } }) }, done)],
      }),
    ).toThrow(/The filter of Work on News names 6 attributes; SNS takes 5/);
  });

  it('does not depend on the order of subscribers', () => {
    const people = [{ email: 'a@example.com' }, { email: 'b@example.com' }] as const;
    const [one, other] = [people, people.toReversed()].map((notify) =>
      of('Paper', { resources: [topic('Alerts', { notify })] }),
    );
    expect(one?.templateBody).toBe(other?.templateBody);
  });
});
