import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import {
  AwsJson1_0Protocol,
  AwsQueryProtocol,
  AwsSmithyRpcV2CborProtocol,
} from '@aws-sdk/core/protocols';
import { HttpResponse } from '@smithy/core/transport';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../src/cloud/core/aws-error.ts';
import type {
  OperationModel,
  ServiceModel,
  WireRequest,
  WireResponse,
} from '../../src/cloud/core/protocols/index.ts';
import {
  decode,
  encode,
  encodeError,
  loadModel,
  route,
} from '../../src/cloud/core/protocols/index.ts';
import { createChance, generateStructure, normalise, prune } from './generate.ts';

/**
 * Every operation of every service, both ways: what the SDK's client sends is what our codec reads, and what our codec
 * prints is what the client reads. Random values, one seed.
 */

const SERVICES = [
  'apigatewayv2',
  'cloudformation',
  'cloudwatch',
  'cloudwatch-logs',
  'iam',
  'lambda',
  's3',
  'sns',
  'sts',
];

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}
type Sdk = Record<string, unknown>;
type Handler = (request: WireRequest) => WireResponse;

const require = createRequire(import.meta.url);

const readAll = async (body: SdkRequest['body']): Promise<Uint8Array> => {
  if (body === undefined) return new Uint8Array(0);
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
};

const toWire = async (request: SdkRequest): Promise<WireRequest> => {
  const query = new Map(
    Object.entries(request.query ?? {}).map(([name, value]) => [
      name,
      value === null ? [''] : [value].flat(),
    ]),
  );
  const pairs = [...query].flatMap(([name, values]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const rawQuery = new URLSearchParams(pairs).toString();
  return {
    method: request.method,
    path: request.path,
    rawQuery,
    query,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: await readAll(request.body),
  };
};

const clientOf = (sdk: Sdk, handler: Handler, more: object = {}) => {
  const [, Client] =
    Object.entries(sdk).find(
      ([name, value]) =>
        /\wClient$/.test(name) && name !== '__Client' && typeof value === 'function',
    ) ?? [];
  return new (
    Client as new (
      config: object,
    ) => { send(command: unknown): Promise<Record<string, unknown>> }
  )({
    region: 'us-east-1',
    endpoint: 'http://localhost:4566',
    forcePathStyle: true,
    maxAttempts: 1,
    disableHostPrefix: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      destroy: () => {},
      handle: async (request: SdkRequest) => {
        const { status, headers, body } = handler(await toWire(request));
        const bytes =
          body === undefined
            ? []
            : typeof body === 'string'
              ? [Buffer.from(body)]
              : body instanceof Uint8Array
                ? [body]
                : body;
        return {
          response: new HttpResponse({
            statusCode: status,
            headers: { ...headers },
            body: Readable.from(bytes),
          }),
        };
      },
    },
    ...more,
  });
};

const commandOf = (sdk: Sdk, name: string, input: object) =>
  new (sdk[`${name}Command`] as new (input: object) => unknown)(input);

/** What the SDK's own S3 middleware rewrites before it sends or after it has read; not the codec's. */
const S3_REWRITTEN =
  /^(SSECustomer|CopySourceSSECustomer|Checksum|ContentMD5|ExpectedBucketOwner|Expires$|ExpiresString|CreateBucketConfiguration)/;

const sampleFor = (
  model: ServiceModel,
  operation: OperationModel,
  side: 'input' | 'output',
  seed: number,
) => {
  const sample = {
    ...generateStructure({ ...operation[side], kind: 'structure' }, createChance(seed), {
      plain: false,
      depth: 0,
    }),
  };
  if (model.id === 's3') {
    for (const key of Object.keys(sample)) if (S3_REWRITTEN.test(key)) delete sample[key];
    if (sample['Bucket'] !== undefined && side === 'input') sample['Bucket'] = 'my-bucket';
  }
  for (const member of operation[side].members)
    if (member.traits.httpResponseCode === 1) sample[member.name] = 200;
  return sample;
};

/** Not tried, each with its reason. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  's3:SelectObjectContent': 'answers with an event stream: tried below',
  'lambda:InvokeWithResponseStream': 'answers with an event stream: tried below',
  'cloudwatch-logs:StartLiveTail': 'answers with an event stream: tried below',
  'cloudwatch-logs:GetLogObject': 'answers with an event stream',
};

const roundTrip = async (
  sdk: Sdk,
  model: ServiceModel,
  operation: OperationModel,
  more: object,
) => {
  const seed =
    operation.name.split('').reduce((sum, character) => sum * 31 + character.charCodeAt(0), 7) &
    0xffff;
  const input = sampleFor(model, operation, 'input', seed);
  const output = sampleFor(model, operation, 'output', seed + 1);
  let decoded: Record<string, unknown> | undefined;
  const client = clientOf(
    sdk,
    (request) => {
      const routed = route(model, request);
      if (routed?.operation.name !== operation.name)
        throw new Error(
          `${request.method} ${request.path} was routed to ${routed?.operation.name}`,
        );
      decoded = decode(model, routed, request);
      return encode(model, routed, output, 'request-id');
    },
    more,
  );
  const answer = await client.send(commandOf(sdk, operation.name, structuredClone(input)));
  for (const [name, value] of Object.entries(answer)) {
    const stream = value as { transformToByteArray?: () => Promise<Uint8Array> } | undefined;
    if (stream?.transformToByteArray !== undefined)
      answer[name] = await stream.transformToByteArray();
  }
  if (model.id === 's3' && decoded !== undefined) delete decoded['ChecksumAlgorithm'];
  return { input, output, decoded, answer };
};

describe.each(SERVICES)('%s', (id) => {
  const sdk = require(`@aws-sdk/client-${id}`) as Sdk;
  const model = loadModel(id);

  it('reads every request and prints every answer as its own client does', async () => {
    const wrong: string[] = [];
    for (const name of model.operationNames) {
      const operation = model.operation(name);
      if (operation === undefined || `${id}:${name}` in LEFT_OUT) continue;
      try {
        const { input, output, decoded, answer } = await roundTrip(sdk, model, operation, {});
        expect(prune(normalise(decoded)), `${name} request`).toEqual(prune(normalise(input)));
        expect(prune(normalise(answer)), `${name} answer`).toEqual(prune(normalise(output)));
      } catch (error) {
        wrong.push(
          `${name}: ${String(error instanceof Error ? error.message : error).slice(0, 600)}`,
        );
      }
    }
    expect(wrong).toEqual([]);
    expect(model.operationNames.length).toBeGreaterThan(5);
  });

  it('prints every error so that the client throws its class', async () => {
    const wrong: string[] = [];
    const any = model.operation({ s3: 'GetObject' }[id] ?? model.operationNames[0] ?? '');
    if (any === undefined) throw new Error('no operation');
    for (const [name, schema] of Object.entries(sdk)) {
      if (
        !Array.isArray(schema) ||
        schema[0] !== -3 ||
        model.error(String(schema[2])) === undefined
      )
        continue;
      const code = String(schema[2]);
      const client = clientOf(sdk, (request) =>
        encodeError(model, route(model, request), new AwsError(code, 'boom'), 'request-id'),
      );
      try {
        await client.send(commandOf(sdk, any.name, sampleFor(model, any, 'input', 3)));
        wrong.push(`${code}: nothing was thrown`);
      } catch (error) {
        const thrown = error as Error;
        const Class = sdk[code] as (new () => Error) | undefined;
        const same = Class === undefined ? thrown.name === code : thrown instanceof Class;
        if (!same || !thrown.message.includes('boom'))
          wrong.push(`${code} (${name}): ${thrown.name}: ${thrown.message}`);
      }
    }
    expect(wrong).toEqual(KNOWN_ERRORS[id] ?? []);
  });
});

/** Errors whose class the client itself does not find. */
const KNOWN_ERRORS: Readonly<Record<string, readonly string[]>> = {
  // It shares its code with ResourceNotFound, and the client finds classes by that code.
  cloudwatch: ['DashboardNotFoundError (DashboardNotFoundError$): ResourceNotFound: boom'],
};

describe('services that speak several protocols', () => {
  const cases = [
    ['cloudwatch', 'query', AwsQueryProtocol],
    ['cloudwatch', 'cbor', AwsSmithyRpcV2CborProtocol],
    ['cloudwatch', 'json', AwsJson1_0Protocol],
  ] as const;
  it.each(cases)('%s in %s', async (id, _name, Protocol) => {
    const sdk = require(`@aws-sdk/client-${id}`) as Sdk;
    const model = loadModel(id);
    const protocol = new (Protocol as new (options: object) => unknown)({
      defaultNamespace: model.namespace,
      errorTypeRegistries: sdk['errorTypeRegistries'],
      xmlNamespace: model.xmlNamespace,
      version: '2010-08-01',
      serviceTarget: model.targetPrefix,
    });
    const wrong: string[] = [];
    for (const name of model.operationNames) {
      const operation = model.operation(name);
      if (operation === undefined) continue;
      try {
        const { input, output, decoded, answer } = await roundTrip(sdk, model, operation, {
          protocol,
        });
        expect(prune(normalise(decoded))).toEqual(prune(normalise(input)));
        expect(prune(normalise(answer))).toEqual(prune(normalise(output)));
      } catch (error) {
        wrong.push(
          `${name}: ${String(error instanceof Error ? error.message : error).slice(0, 600)}`,
        );
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('event streams', () => {
  const chunks = (...texts: string[]) =>
    texts.map((text) => ({ PayloadChunk: { Payload: Buffer.from(text) } }));
  const cases: readonly (readonly [string, string, object, string, readonly object[]])[] = [
    [
      'lambda',
      'InvokeWithResponseStream',
      { FunctionName: 'f', Payload: Buffer.from('{}') },
      'EventStream',
      [
        ...chunks('one', 'two'),
        { InvokeComplete: { ErrorCode: 'Unhandled', ErrorDetails: 'd', LogResult: 'bG9n' } },
      ],
    ],
    [
      's3',
      'SelectObjectContent',
      {
        Bucket: 'b',
        Key: 'k',
        Expression: 'x',
        ExpressionType: 'SQL',
        InputSerialization: {},
        OutputSerialization: {},
      },
      'Payload',
      [
        { Records: { Payload: Buffer.from('a,b') } },
        { Stats: { Details: { BytesScanned: 1 } } },
        { End: {} },
      ],
    ],
    [
      'cloudwatch-logs',
      'StartLiveTail',
      { logGroupIdentifiers: ['a'] },
      'responseStream',
      [
        { sessionStart: { requestId: 'r' } },
        {
          sessionUpdate: {
            sessionMetadata: { sampled: false },
            sessionResults: [{ message: 'hi', timestamp: 1 }],
          },
        },
      ],
    ],
  ];
  it.each(cases)('%s %s', async (id, name, input, member, events) => {
    const sdk = require(`@aws-sdk/client-${id}`) as Sdk;
    const model = loadModel(id);
    const client = clientOf(sdk, (request) => {
      const routed = route(model, request);
      if (routed === undefined) throw new Error('not routed');
      return encode(model, routed, { [member]: Readable.from(events) }, 'request-id');
    });
    const answer = await client.send(commandOf(sdk, name, input));
    const got: unknown[] = [];
    for await (const event of answer[member] as AsyncIterable<object>) got.push(event);
    expect(normalise(got)).toEqual(normalise(events));
  });
});
