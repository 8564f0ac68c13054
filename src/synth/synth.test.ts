import { describe, expect, it } from 'vitest';
import {
  alarm,
  allow,
  bucket,
  httpApi,
  lambda,
  ref,
  resource,
  service,
  sub,
  topic,
} from '../index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { synthesise } from './index.ts';

const nothing = async () => undefined;

type Resources = Readonly<
  Record<
    string,
    {
      readonly Type: string;
      readonly DependsOn?: unknown;
      readonly Properties: Record<string, unknown>;
    }
  >
>;
const resourcesOf = (declared: ServiceDeclaration): Resources =>
  JSON.parse(JSON.stringify(synthesise(declared).template.Resources)) as Resources;

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** Statements of a function's role, beside its log. */
const grantsOf = (resources: Resources, name: string): readonly unknown[] => {
  const role = resources[`${name}Role`]?.Properties as {
    readonly Policies: readonly {
      readonly PolicyDocument: { readonly Statement: readonly unknown[] };
    }[];
  };
  return role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).filter(
    (statement) => !JSON.stringify(statement).includes('logs:'),
  );
};

describe('a function', () => {
  const resources = resourcesOf(service('One', { functions: [lambda('Hello', {}, nothing)] }));

  it('has a role that Lambda alone may assume, and that writes to its own log alone', () => {
    const { AssumeRolePolicyDocument, Policies } = (resources['HelloRole']?.Properties ?? {}) as {
      readonly AssumeRolePolicyDocument: unknown;
      readonly Policies: readonly { readonly PolicyDocument: unknown }[];
    };
    expect(AssumeRolePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      ],
    });
    expect(Policies.map(({ PolicyDocument }) => PolicyDocument)).toEqual([
      {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: { 'Fn::GetAtt': ['HelloLogs', 'Arn'] },
          },
        ],
      },
    ]);
    expect(Object.keys(resources).sort()).toEqual(['Hello', 'HelloLogs', 'HelloRole']);
  });

  it('runs on Node 24 and arm64, logs as JSON, and its log is not kept for ever', () => {
    expect(resources['Hello']?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: 'HelloLogs' } },
      Environment: { Variables: { SPARTA_FUNCTION: 'Hello' } },
    });
    expect(resources['HelloLogs']?.Properties['RetentionInDays']).toEqual(expect.any(Number));
  });
});

describe('grants', () => {
  const photos = bucket('Photos');
  const news = topic('News');
  const other = lambda('Other', {}, nothing);
  const arn = { 'Fn::GetAtt': ['Photos', 'Arn'] };
  const objects = { 'Fn::Sub': '${Photos.Arn}/*' };
  const statements = (grants: Parameters<typeof lambda>[1]['grants']) =>
    grantsOf(
      resourcesOf(
        service('Grants', {
          functions: [lambda('Fn', { grants: grants ?? {} }, nothing), other],
          resources: [photos, news],
        }),
      ),
      'Fn',
    );

  it.each([
    ['read', photos.read(), ['s3:GetObject', 's3:GetObjectVersion'], objects],
    ['write', photos.write(), ['s3:PutObject', 's3:AbortMultipartUpload'], objects],
    ['delete', photos.delete(), ['s3:DeleteObject', 's3:DeleteObjectVersion'], objects],
    ['list', photos.list(), ['s3:ListBucket'], arn],
    ['publish', news.publish(), ['sns:Publish'], { Ref: 'News' }],
    ['invoke', other.invoke(), ['lambda:InvokeFunction'], { 'Fn::GetAtt': ['Other', 'Arn'] }],
  ] as const)(
    '%s: these actions on this resource, and nothing else',
    (_name, grant, actions, on) => {
      const [statement, ...more] = statements({ it: grant }) as readonly {
        readonly Effect: string;
        readonly Action: string | readonly string[];
        readonly Resource: unknown;
      }[];
      expect(more).toEqual([]);
      expect(statement?.Effect).toBe('Allow');
      for (const action of [statement?.Action ?? []].flat()) expect(actions).toContain(action);
      expect([statement?.Action ?? []].flat()[0]).toBe(actions[0]);
      expect([statement?.Resource].flat()).toEqual([on]);
    },
  );

  it('in IAM’s words stand as they are written, conditions and all', () => {
    expect(
      statements({
        it: allow(['sqs:SendMessage'], 'arn:aws:sqs:*:*:jobs', {
          Bool: { 'aws:SecureTransport': 'true' },
        }),
      }),
    ).toEqual([
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: 'arn:aws:sqs:*:*:jobs',
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      },
    ]);
  });
});

describe('events', () => {
  it('of a bucket, a topic and an API are let in from that source and this account alone', () => {
    const photos = bucket('Photos');
    const news = topic('News');
    const api = httpApi('Api');
    const resources = resourcesOf(
      service('Events', {
        functions: [
          lambda('Fn', { on: [photos.objectCreated({}), news.messages()] }, nothing),
          lambda('Web', { on: api.get('/items/{id}') }, nothing),
        ],
      }),
    );
    const permissions = ofType(resources, 'AWS::Lambda::Permission').map(
      ([, { Properties }]) => Properties,
    );
    expect(
      permissions.map(({ Principal }) => String(Principal)).sort((a, b) => a.localeCompare(b)),
    ).toEqual(['apigateway.amazonaws.com', 's3.amazonaws.com', 'sns.amazonaws.com']);
    for (const permission of permissions) {
      expect(permission['Action']).toBe('lambda:InvokeFunction');
      expect(permission['SourceAccount']).toEqual({ Ref: 'AWS::AccountId' });
      expect(permission['SourceArn']).toBeDefined();
    }
    // The bucket waits for the permission, the permission names the bucket without a reference: no circle.
    const [[, { DependsOn }] = ['', { DependsOn: [] }]] = ofType(resources, 'AWS::S3::Bucket');
    expect(JSON.stringify(DependsOn)).toMatch(/Permission/);
    const [s3] = permissions.filter(({ Principal }) => Principal === 's3.amazonaws.com');
    expect(JSON.stringify(s3?.['SourceArn'])).not.toMatch(
      /"Ref":"Photos"|"Photos","Arn"|\$\{Photos/,
    );
  });

  it('set off alarms of their function', () => {
    const fn = lambda('Fn', {}, nothing);
    const resources = resourcesOf(
      service('Alarms', { functions: [fn], alarms: [alarm(fn.errors, { threshold: 1 })] }),
    );
    const [[, { Properties }] = ['', { Properties: {} }]] = ofType(
      resources,
      'AWS::CloudWatch::Alarm',
    );
    expect(Properties).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Threshold: 1,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Fn' } }],
    });
  });
});

describe('what cannot be is said in a sentence, with its line', () => {
  const problem = (declared: () => ServiceDeclaration): string => {
    try {
      synthesise(declared());
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    throw new TypeError('nothing was wrong');
  };

  it.each<[string, () => ServiceDeclaration, RegExp]>([
    [
      'two functions of one name',
      () => service('S', { functions: [lambda('Same', {}, nothing), lambda('Same', {}, nothing)] }),
      /synth\.test\.ts:\d+: Two functions are named Same \(the other is at .*synth\.test\.ts:\d+\)\. Rename one of them/,
    ],
    [
      'a reference to nothing',
      () =>
        service('S', {
          functions: [],
          resources: [resource('AWS::SNS::Topic', 'T', { DisplayName: { Ref: 'Nobody' } })],
        }),
      /Nobody/,
    ],
    [
      'a grant on nothing',
      () =>
        service('S', {
          functions: [
            lambda(
              'Fn',
              {
                grants: {
                  it: allow(['sqs:SendMessage'], sub`${ref({ kind: 'queue', name: 'Nobody' })}`),
                },
              },
              nothing,
            ),
          ],
        }),
      /Nobody/,
    ],
    [
      'a circle',
      () =>
        service('S', {
          functions: [],
          resources: [
            resource('AWS::SQS::Queue', 'A', { QueueName: { Ref: 'B' } }),
            resource('AWS::SQS::Queue', 'B', { QueueName: { Ref: 'A' } }),
          ],
        }),
      /These resources need each other, so none can be made first: A → B → A\./,
    ],
    ['a bad name of a service', () => service('not a name', { functions: [] }), /not a name/],
  ])('%s', (_what, declared, sentence) => {
    expect(problem(declared)).toMatch(sentence);
  });

  it('all of them at once', () => {
    const text = problem(() =>
      service('S', {
        functions: [lambda('Same', {}, nothing), lambda('Same', { timeout: 0 }, nothing)],
        resources: [resource('AWS::SNS::Topic', 'no-id')],
      }),
    );
    expect(text).toContain('has 3 mistakes');
    expect(text).toMatch(/Two functions are named Same/);
    expect(text).toMatch(/timeout of Same is 0; Lambda takes 1 to 900 seconds/);
    expect(text).toMatch(/The name 'no-id' is no logical id/);
  });
});
