import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
  DeleteAccessLogSettingsCommand,
  DeleteCorsConfigurationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CreateLogGroupCommand,
  DescribeResourcePoliciesCommand,
  PutResourcePolicyCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AddPermissionCommand, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LambdaBench } from '../../lambda/fixtures/lambda-bench.ts';
import { allowing, startLambdaBench } from '../../lambda/fixtures/lambda-bench.ts';

const ACCOUNT = '000000000000';
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;

// Answers with its event, unless the query says what else to do.
const HANDLER = `
export const handler = async (event) => {
  const query = event.queryStringParameters ?? {};
  if (query.do === 'throw') throw new Error('as told');
  if (query.do === 'answer') return JSON.parse(query.with);
  return { ...event, statusCode: undefined };
};`;

let bench: LambdaBench;
let client: ApiGatewayV2Client;
let ApiId: string;
let url: string;
const config = (accessKeyId = 'test', secretAccessKey = 'test') => ({
  endpoint: bench.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
});
const permit = (FunctionName: string, SourceArn: string) =>
  bench.lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn,
    }),
  );
const integrate = async (name: string, PayloadFormatVersion = '2.0') => {
  const { IntegrationId } = await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: functionArn(name),
      PayloadFormatVersion,
    }),
  );
  return `integrations/${IntegrationId}`;
};
const route = (RouteKey: string, Target: string) =>
  client.send(new CreateRouteCommand({ ApiId, RouteKey, Target }));

beforeAll(async () => {
  bench = await startLambdaBench();
  client = new ApiGatewayV2Client(config());
  const api = await client.send(
    new CreateApiCommand({
      Name: 'api',
      ProtocolType: 'HTTP',
      CorsConfiguration: {
        AllowOrigins: ['http://localhost:3000'],
        AllowMethods: ['GET', 'PUT'],
        AllowHeaders: ['x-mine'],
        ExposeHeaders: ['x-theirs'],
        AllowCredentials: true,
        MaxAge: 60,
      },
    }),
  );
  ApiId = api.ApiId ?? '';
  url = api.ApiEndpoint ?? '';
  await client.send(
    new CreateStageCommand({
      ApiId,
      StageName: '$default',
      AutoDeploy: true,
      StageVariables: { colour: 'blue' },
    }),
  );
  await bench.create('echo', { 'index.mjs': HANDLER });
  await permit('echo', `arn:aws:execute-api:us-east-1:${ACCOUNT}:${ApiId}/*`);
  const echo = await integrate('echo');
  for (const key of ['ANY /items/{id}', 'GET /items/special', 'GET /files/{path+}'])
    await route(key, echo);
  await route('POST /old', await integrate('echo', '1.0'));
});
afterAll(async () => {
  client.destroy();
  await bench.stop();
});

type Event = Readonly<Record<string, unknown>> & {
  readonly routeKey: string;
  readonly headers: Readonly<Record<string, string>>;
};
const eventOf = async (path: string, init?: RequestInit) => {
  const answer = await fetch(url + path, init);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Event;
};
const told = async (answer: unknown, init?: RequestInit) =>
  fetch(`${url}/items/1?do=answer&with=${encodeURIComponent(JSON.stringify(answer) ?? '')}`, init);

describe('a request', () => {
  it('reaches the function in payload format 2.0', async () => {
    const event = await eventOf('/items/a%20b?x=1&x=2&y=%C3%BC&__proto__=p', {
      headers: { cookie: 'one=1; two=2', 'user-agent': 'me', 'X-Mine': 'Z' },
    });
    const host = new URL(url).host;
    expect(event).toEqual({
      version: '2.0',
      routeKey: 'ANY /items/{id}',
      rawPath: '/items/a b',
      rawQueryString: 'x=1&x=2&y=%C3%BC&__proto__=p',
      cookies: ['one=1', 'two=2'],
      headers: expect.objectContaining({
        host,
        'x-mine': 'Z',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-port': host.split(':')[1],
        'x-forwarded-proto': 'http',
      }),
      queryStringParameters: JSON.parse('{"x":"1,2","y":"ü","__proto__":"p"}'),
      pathParameters: { id: 'a b' },
      stageVariables: { colour: 'blue' },
      requestContext: {
        accountId: ACCOUNT,
        apiId: ApiId,
        domainName: host,
        domainPrefix: ApiId,
        http: {
          method: 'GET',
          path: '/items/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'me',
        },
        requestId: expect.stringMatching(/^[\w-]{15}=$/),
        routeKey: 'ANY /items/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    for (const name of ['cookie', 'connection']) expect(event.headers).not.toHaveProperty(name);
  });

  it('takes the most specific route', async () => {
    expect((await eventOf('/items/special')).routeKey).toBe('GET /items/special');
    expect((await eventOf('/items/special', { method: 'PUT' })).routeKey).toBe('ANY /items/{id}');
    expect(await eventOf('/files/a/b.txt')).toMatchObject({ pathParameters: { path: 'a/b.txt' } });
  });

  it.each([
    ['application/json', true],
    ['text/csv; charset=utf-8', true],
    ['application/octet-stream', false],
    ['application/x-www-form-urlencoded', false],
    ['application/vnd.api+json', false],
    ['', false],
  ])('brings a body of the type "%s" as text: %s', async (type, isText) => {
    const text = '{"ü":1}';
    const event = await eventOf('/items/1', {
      method: 'POST',
      body: Buffer.from(text),
      headers: type === '' ? {} : { 'content-type': type },
    });
    expect(event).toMatchObject({
      body: isText ? text : Buffer.from(text).toString('base64'),
      isBase64Encoded: !isText,
    });
  });

  it('reaches the function in payload format 1.0', async () => {
    const answer = await fetch(
      `${url}/old?do=answer&with=${encodeURIComponent('{"statusCode":200,"multiValueHeaders":{"set-cookie":["a=1","b=2"]},"body":"done"}')}`,
      { method: 'POST' },
    );
    expect([answer.status, answer.headers.getSetCookie(), await answer.text()]).toEqual([
      200,
      ['a=1', 'b=2'],
      'done',
    ]);
    const plain = await fetch(`${url}/old`, { method: 'POST' });
    expect(plain.status, 'an answer without a status').toBe(500);
  });

  it('without a route gets a 404', async () => {
    const answer = await fetch(`${url}/none`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect([answer.status, await answer.text()]).toEqual([404, '{"message":"Not Found"}']);
    const unknown = await fetch(`${bench.url}/_aws/execute-api/us-east-1/unknown/x`);
    expect(unknown.status).toBe(404);
  });

  it('over 10 MB gets a 413', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    const answer = await fetch(`${url}/items/1`, { method: 'POST', body });
    expect(answer.status).toBe(413);
  });
});

describe('an answer', () => {
  it('is what the function says: status, headers, cookies, bytes', async () => {
    const answer = await told({
      statusCode: 201,
      headers: { 'X-Theirs': 'yes', 'content-type': 'image/png' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: Buffer.from([0, 255, 1]).toString('base64'),
      isBase64Encoded: true,
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-theirs')).toBe('yes');
    expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    expect(answer.headers.get('apigw-requestid')).toMatch(/=$/);
    expect([...(await answer.bytes())]).toEqual([0, 255, 1]);
  });

  it('without a status is the body of a 200', async () => {
    const answer = await told('just text');
    expect([answer.status, await answer.json()]).toEqual([200, 'just text']);
  });

  it.each([
    'do=throw',
    'do=answer&with={"statusCode":"x"}',
    'do=answer&with={"statusCode":200,"body":{}}',
  ])('that is none is a 500: %s', async (query) => {
    const answer = await fetch(`${url}/items/1?${query}`);
    expect([answer.status, await answer.text()]).toEqual([
      500,
      '{"message":"Internal Server Error"}',
    ]);
  });

  it('of a function that does not permit it is a 500, and the journal says why', async () => {
    await bench.create('private', { 'index.mjs': HANDLER });
    await route('GET /private', await integrate('private'));
    const get = async () => (await fetch(`${url}/private`)).status;
    expect(await get()).toBe(500);
    expect(bench.cloud.journal.entries().findLast(({ kind }) => kind === 'note')?.message).toMatch(
      new RegExp(
        `^GET /private of API ${ApiId}: User: apigateway.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn('private')}`,
      ),
    );
    const source = (path: string) => `arn:aws:execute-api:us-east-1:${ACCOUNT}:${ApiId}/${path}`;
    await permit('private', source('*/GET/other'));
    expect(await get(), 'permitted for another route').toBe(500);
    await bench.lambda.send(
      new RemovePermissionCommand({ FunctionName: 'private', StatementId: 'api' }),
    );
    await permit('private', source('*/GET/private'));
    expect(await get()).toBe(200);
  });
});

describe('a browser of another origin', () => {
  const preflight = (origin: string) =>
    fetch(`${url}/items/1`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PUT' },
    });
  const cors = (answer: Response) =>
    Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('access-control-')));

  it('gets its preflight answered by the API', async () => {
    const answer = await preflight('http://localhost:3000');
    expect(answer.status).toBe(204);
    expect(cors(answer)).toEqual({
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,PUT',
      'access-control-allow-headers': 'x-mine',
      'access-control-expose-headers': 'x-theirs',
      'access-control-max-age': '60',
    });
    expect(cors(await preflight('http://localhost:4000'))).toEqual({});
  });

  it("gets the API's headers on answers, not the function's", async () => {
    const theirs = { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } };
    const from = async (port: number) =>
      cors(await told(theirs, { headers: { origin: `http://localhost:${port}` } }));
    const allowed = (await from(3000))['access-control-allow-origin'];
    expect(allowed).toBe('http://localhost:3000');
    expect(await from(4000)).toEqual({});
  });

  it("gets the function's answer where the API has no settings", async () => {
    await client.send(new DeleteCorsConfigurationCommand({ ApiId }));
    expect((await preflight('http://localhost:3000')).status).toBe(200);
  });
});

describe('the access log', () => {
  const arn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:access`;
  const AccessLogSettings = {
    DestinationArn: `${arn}:*`,
    Format: '$context.requestId $context.httpMethod $context.routeKey $context.status $context.no',
  };
  const log = (by = client) =>
    by.send(new UpdateStageCommand({ ApiId, StageName: '$default', AccessLogSettings }));
  const lines = async () =>
    (await bench.logs.send(new FilterLogEventsCommand({ logGroupName: 'access' }))).events ?? [];

  it('is set up by those who may', async () => {
    await bench.logs.send(new CreateLogGroupCommand({ logGroupName: 'access' }));
    await bench.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const allow = (...actions: string[]) =>
      bench.iam.send(
        new PutUserPolicyCommand({
          UserName: 'ann',
          PolicyName: 'p',
          PolicyDocument: allowing('apigateway:PATCH', ...actions),
        }),
      );
    const { AccessKey } = await bench.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const theirs = new ApiGatewayV2Client(
      config(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey),
    );
    await allow('logs:CreateLogDelivery', 'logs:DescribeResourcePolicies');
    await expect(log(theirs)).rejects.toMatchObject({
      name: 'BadRequestException',
      message: expect.stringMatching(
        /^Insufficient permissions to enable logging\. .*logs:PutResourcePolicy/,
      ),
    });
    await allow(
      'logs:CreateLogDelivery',
      'logs:DescribeResourcePolicies',
      'logs:PutResourcePolicy',
    );
    await log(theirs);
    await log();
    theirs.destroy();
    const { resourcePolicies = [] } = await bench.logs.send(
      new DescribeResourcePoliciesCommand({ resourceArn: arn }),
    );
    expect(JSON.parse(resourcePolicies[0]?.policyDocument ?? '')).toMatchObject({
      Statement: [
        {
          Principal: { Service: ['delivery.logs.amazonaws.com'] },
          Resource: [`${arn}:log-stream:*`],
        },
      ],
    });
  });

  it('writes no line where the log does not let its delivery in, and the journal says so', async () => {
    const about = { resourceArn: arn };
    const { resourcePolicies: [policy] = [] } = await bench.logs.send(
      new DescribeResourcePoliciesCommand(about),
    );
    const put = async (policyDocument = '') => {
      const { resourcePolicies: [now] = [] } = await bench.logs.send(
        new DescribeResourcePoliciesCommand(about),
      );
      await bench.logs.send(
        new PutResourcePolicyCommand({
          ...about,
          policyName: policy?.policyName,
          policyDocument,
          expectedRevisionId: now?.revisionId,
        }),
      );
    };
    const stated = policy?.policyDocument;
    await put(stated?.replaceAll('delivery.logs.amazonaws.com', 'config.amazonaws.com'));
    await fetch(`${url}/items/unseen`);
    const failed = () =>
      bench.cloud.journal
        .entries()
        .filter(({ message = '' }) => message.startsWith('access log failed: '));
    await vi.waitFor(() => expect(failed()).toHaveLength(1), { timeout: 5_000 });
    expect(failed()[0]).toMatchObject({
      outcome: 'denied',
      message: expect.stringContaining(
        'delivery.logs.amazonaws.com is not authorized to perform: logs:PutLogEvents',
      ),
    });
    expect(await lines()).toEqual([]);
    await put(stated);
  });

  it('has a line for every request', async () => {
    const first = await fetch(`${url}/items/1`);
    await fetch(`${url}/none`);
    await vi.waitFor(async () => expect(await lines()).toHaveLength(2), { timeout: 5_000 });
    expect((await lines()).map(({ message }) => message)).toEqual([
      `${first.headers.get('apigw-requestid')} GET ANY /items/{id} 200 -`,
      expect.stringMatching(/ GET - 404 -$/),
    ]);
    expect((await lines())[0]?.logStreamName).toBe(`${ApiId}-default`);
    await client.send(new DeleteAccessLogSettingsCommand({ ApiId, StageName: '$default' }));
    await fetch(`${url}/unlogged`);
    await log();
    await fetch(`${url}/items/1`, { method: 'PUT' });
    await vi.waitFor(async () => expect(await lines()).toHaveLength(3), { timeout: 5_000 });
    expect((await lines())[2]?.message).toContain('PUT ANY /items/{id} 200');
  });

  it('keeps stages apart, and loses nothing when the cloud stops', async () => {
    await client.send(
      new CreateStageCommand({ ApiId, StageName: 'dev', AutoDeploy: true, AccessLogSettings }),
    );
    const written: string[] = [];
    bench.cloud.journal.listen(({ principal, operation, outcome }) => {
      if (principal === 'delivery.logs.amazonaws.com') written.push(`${operation} ${outcome}`);
    });
    await Promise.all([fetch(`${url}/dev/none`), fetch(`${url}/none`)]);
    await bench.stop();
    expect(written.filter((call) => call === 'PutLogEvents ok')).toHaveLength(2);
    expect(written).toContain('CreateLogStream ok');
  });
});
