import { describe, expect, it } from 'vitest';
import {
  alarm,
  allow,
  bucket,
  deny,
  httpApi,
  lambda,
  queue,
  parameter,
  ref,
  resource,
  secret,
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

describe('settings of a function', () => {
  const propertiesWith = (options: Parameters<typeof lambda>[1]) => {
    const resources = resourcesOf(service('One', { functions: [lambda('Fn', options, nothing)] }));
    return { resources, properties: resources['Fn']?.Properties };
  };
  const queue = 'arn:aws:sqs:us-east-1:000000000000:dead';
  const mount = 'arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-1';

  it.each([
    [{ memorySize: 512 }, { MemorySize: 512 }],
    [{ timeout: 60 }, { Timeout: 60 }],
    [{ architecture: 'x86_64' }, { Architectures: ['x86_64'] }],
    [{ runtime: 'nodejs22.x' }, { Runtime: 'nodejs22.x' }],
    [{ ephemeralStorageSize: 1024 }, { EphemeralStorage: { Size: 1024 } }],
    [{ functionName: 'fixed' }, { FunctionName: 'fixed' }],
    [{ reservedConcurrency: 0 }, { ReservedConcurrentExecutions: 0 }],
    [{ layers: ['arn:layer:1'] }, { Layers: ['arn:layer:1'] }],
    [{ tracing: 'Active' }, { TracingConfig: { Mode: 'Active' } }],
    [{ deadLetterArn: queue }, { DeadLetterConfig: { TargetArn: queue } }],
    [
      { vpc: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], ipv6: true } },
      {
        VpcConfig: {
          SubnetIds: ['subnet-1'],
          SecurityGroupIds: ['sg-1'],
          Ipv6AllowedForDualStack: true,
        },
      },
    ],
    [
      { fileSystems: [{ arn: mount, localMountPath: '/mnt/data' }] },
      { FileSystemConfigs: [{ Arn: mount, LocalMountPath: '/mnt/data' }] },
    ],
    [{ kmsKeyArn: 'arn:key' }, { KmsKeyArn: 'arn:key' }],
    [{ snapStart: 'PublishedVersions' }, { SnapStart: { ApplyOn: 'PublishedVersions' } }],
    [
      { runtimeManagement: { updateOn: 'Manual', arn: 'arn:runtime' } },
      { RuntimeManagementConfig: { UpdateRuntimeOn: 'Manual', RuntimeVersionArn: 'arn:runtime' } },
    ],
    [{ recursiveLoop: 'Allow' }, { RecursiveLoop: 'Allow' }],
    [{ codeSigningConfigArn: 'arn:signing' }, { CodeSigningConfigArn: 'arn:signing' }],
    [
      { tenancy: { isolation: 'PER_TENANT' } },
      { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } },
    ],
    [
      { durable: { executionTimeout: 900, retentionDays: 7 } },
      { DurableConfig: { ExecutionTimeout: 900, RetentionPeriodInDays: 7 } },
    ],
    [{ tags: { team: 'blue' } }, { Tags: [{ Key: 'team', Value: 'blue' }] }],
    [
      { logging: { format: 'Text', logGroup: 'shared' } },
      { LoggingConfig: { LogFormat: 'Text', LogGroup: 'shared' } },
    ],
  ] satisfies readonly [Parameters<typeof lambda>[1], object][])(
    '%j are said in CloudFormation’s words',
    (options, expected) => {
      expect(propertiesWith(options).properties).toMatchObject(expected);
    },
  );

  it('bring the permissions that they imply, and no others', () => {
    const grants = (options: Parameters<typeof lambda>[1]) =>
      grantsOf(propertiesWith(options).resources, 'Fn');
    expect(grants({})).toEqual([]);
    expect(JSON.stringify(grants({ tracing: 'Active' }))).toContain('xray:PutTraceSegments');
    expect(grants({ deadLetterArn: queue })).toMatchObject([{ Resource: queue }]);
    expect(grants({ fileSystems: [{ arn: mount, localMountPath: '/mnt/data' }] })).toMatchObject([
      {
        Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': mount } },
      },
    ]);
    const durable = propertiesWith({ durable: { executionTimeout: 900 } }).resources;
    expect(durable['FnDurablePolicy']?.Properties).toMatchObject({
      Roles: [{ Ref: 'FnRole' }],
      PolicyDocument: { Statement: [{ Resource: { 'Fn::Sub': '${Fn.Arn}:*' } }] },
    });
  });

  it('take an existing role in place of one of its own', () => {
    const role = 'arn:aws:iam::000000000000:role/existing';
    const { resources, properties } = propertiesWith({ role });
    expect(properties?.['Role']).toBe(role);
    expect(ofType(resources, 'AWS::IAM::Role')).toEqual([]);
  });
});

describe('an HTTP API', () => {
  it('has its routes, CORS, throttling and access log', () => {
    const api = httpApi('Api', {
      cors: { allowOrigins: ['https://example.com'], maxAge: 600 },
      throttling: { rateLimit: 100, burstLimit: 50 },
      accessLog: { retentionDays: 7 },
    });
    const resources = resourcesOf(
      service('Web', {
        functions: [lambda('Fn', { on: [api.get('/items/{id}'), api.fallback()] }, nothing)],
      }),
    );
    expect(
      ofType(resources, 'AWS::ApiGatewayV2::Route')
        .map(([, { Properties }]) => String(Properties['RouteKey']))
        .sort((a, b) => a.localeCompare(b)),
    ).toEqual(['$default', 'GET /items/{id}']);
    expect(resources['Api']?.Properties).toMatchObject({
      ProtocolType: 'HTTP',
      CorsConfiguration: { AllowOrigins: ['https://example.com'], MaxAge: 600 },
    });
    expect(resources['ApiStage']?.Properties).toMatchObject({
      AutoDeploy: true,
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 50 },
      AccessLogSettings: {
        DestinationArn: {
          'Fn::Sub':
            'arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${ApiAccessLogs}',
        },
      },
    });
    expect(resources['ApiAccessLogs']?.Properties['RetentionInDays']).toBe(7);
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

describe('permissions in IAM’s words', () => {
  const table = resource('AWS::SQS::Queue', 'Jobs', {});
  const resourcesWith = (
    more: Parameters<typeof service>[1],
    grants: Parameters<typeof lambda>[1]['grants'] = {},
  ) =>
    resourcesOf(
      service('Words', {
        functions: [lambda('Fn', { grants }, nothing)],
        resources: [table],
        ...more,
      }),
    );

  it('are stated step by step, denied, and bound to conditions', () => {
    const resources = resourcesWith(
      {},
      {
        a: allow('sqs:SendMessage')
          .on(table.getAtt('Arn'))
          .when({ Bool: { 'aws:SecureTransport': 'true' } }),
        b: deny(['sqs:DeleteQueue', 'sqs:PurgeQueue']).on('*'),
        c: allow('sqs:GetQueueUrl', '*', {
          StringEquals: { 'aws:RequestedRegion': 'eu-west-1' },
        }).when({
          StringEquals: { 'aws:PrincipalTag/team': 'blue' },
        }),
      },
    );
    expect(grantsOf(resources, 'Fn')).toEqual([
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
        Condition: { Bool: { 'aws:SecureTransport': 'true' } },
      },
      { Effect: 'Deny', Action: ['sqs:DeleteQueue', 'sqs:PurgeQueue'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'sqs:GetQueueUrl',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:RequestedRegion': 'eu-west-1', 'aws:PrincipalTag/team': 'blue' },
        },
      },
    ]);
  });

  it('bound every role of the service: by a policy that is there, or by one that the program states', () => {
    const arn = 'arn:aws:iam::000000000000:policy/boundary';
    expect(
      resourcesWith({ permissionsBoundary: arn })['FnRole']?.Properties['PermissionsBoundary'],
    ).toBe(arn);
    const stated = resourcesWith({
      permissionsBoundary: [allow('sqs:*').on(table.getAtt('Arn')), deny('iam:*').on('*')],
    });
    expect(stated['FnRole']?.Properties['PermissionsBoundary']).toEqual({
      Ref: 'PermissionsBoundary',
    });
    expect(stated['PermissionsBoundary']).toMatchObject({
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
            { Effect: 'Allow', Action: 'sqs:*', Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] } },
            { Effect: 'Deny', Action: 'iam:*', Resource: '*' },
          ],
        },
      },
    });
    const own = resourcesOf(
      service('Words', {
        functions: [lambda('Fn', { permissionsBoundary: arn }, nothing)],
        permissionsBoundary: [],
      }),
    );
    expect(own['FnRole']?.Properties['PermissionsBoundary']).toBe(arn);
  });
});

describe('settings', () => {
  it('are made with the stack or found, and are in no environment', () => {
    const made = parameter('Made', { value: '7', parameterName: '/shop/made' });
    const there = parameter('There', { existing: '/shop/url', keyArn: 'arn:key' });
    const token = secret('Token', { generate: { length: 40, excludePunctuation: true } });
    const old = secret('Old', { existing: 'shop/old' });
    const grants = { made: made.read(), there: there.read(), token: token.read(), old: old.read() };
    const resources = resourcesOf(
      service('Shop', { functions: [lambda('Fn', { grants }, nothing)] }),
    );
    const ssm = 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/shop/';
    expect(grantsOf(resources, 'Fn')).toEqual([
      {
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: { 'Fn::Sub': `${ssm}made` },
      },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: {
          'Fn::Sub':
            'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:shop/old-??????',
        },
      },
      { Effect: 'Allow', Action: 'ssm:GetParameter', Resource: { 'Fn::Sub': `${ssm}url` } },
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: 'arn:key' },
      {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: { Ref: 'Token' },
      },
    ]);
    expect(resources['Fn']?.Properties['Environment']).toEqual({
      Variables: {
        SPARTA_FUNCTION: 'Fn',
        SPARTA_Made: { Ref: 'Made' },
        SPARTA_Old: 'shop/old',
        SPARTA_There: '/shop/url',
        SPARTA_Token: { Ref: 'Token' },
      },
    });
    expect(Object.keys(resources).sort()).toEqual(['Fn', 'FnLogs', 'FnRole', 'Made', 'Token']);
    expect(resources['Token']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: { GenerateSecretString: { PasswordLength: 40, ExcludePunctuation: true } },
    });
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

it('outputs that nobody asked for are left out where a template would not take them all', () => {
  const queues = Array.from({ length: 201 }, (_, index) => queue(`Queue${index}`));
  const [first] = queues;
  if (first === undefined) throw new Error('there are queues');
  const { template, warnings } = synthesise(
    service('Many', { resources: queues, outputs: { First: ref(first) } }),
  );
  expect(Object.keys(template.Outputs)).toEqual(['First']);
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/would have 202 outputs, and CloudFormation takes 200/),
  ]);
  const few = synthesise(service('Few', { resources: queues.slice(0, 200) }));
  expect(Object.keys(few.template.Outputs)).toHaveLength(200);
  expect(few.warnings).toEqual([]);
});

describe('what looks like a secret', () => {
  const warningsOf = (environment: Readonly<Record<string, string>>, properties: object = {}) =>
    synthesise(
      service('Leaky', {
        functions: [lambda('Fn', { environment }, nothing)],
        resources: [resource('AWS::SNS::Topic', 'T', { ...properties })],
      }),
    ).warnings;

  it('is warned of by its name or its form, with its line', () => {
    const key = `AKIA${'Q'.repeat(16)}`;
    const found = warningsOf(
      { API_KEY: 'abcdef123', DB_PASSWORD: 'hunter22', COMMENT: `use ${key}` },
      { Deep: [{ MasterUserPassword: 'hunter22' }] },
    );
    expect(found.map(({ message }) => message.split(' ')[0])).toEqual([
      'Deep/0/MasterUserPassword',
      'Environment/Variables/API_KEY',
      'Environment/Variables/COMMENT',
      'Environment/Variables/DB_PASSWORD',
    ]);
    expect(found[1]).toMatchObject({
      at: expect.stringMatching(/^synth\.test\.ts:\d+$/),
      message: expect.stringContaining("secret('Name', { existing: '…' }).read()"),
    });
  });

  it('is none when it says where one is', () => {
    expect(
      warningsOf({
        TOKEN: '/shop/token',
        SECRET: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:x',
        PASSWORD: '{{resolve:secretsmanager:x}}',
        KEYBOARD: 'qwerty12',
        TOKENS: '7',
      }),
    ).toEqual([]);
  });
});

it('sub refuses what is not there, which the compiler would have told', () => {
  const settings = {} as { readonly name: string };
  expect(() => sub`arn:aws:s3:::${settings.name}/*`).toThrow(
    'sub was given undefined after "arn:aws:s3:::"; it takes texts, numbers and references.',
  );
});
