// Takes the schemas that AWS's own SDK carries and writes them as compact JSON: models/<id>.json. The cloud reads those
// alone, so that a user of it needs no SDK. Run: node tools/extract-models/extract.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const SERVICES = [
  'apigatewayv2',
  'cloudformation',
  'cloudwatch',
  'cloudwatch-logs',
  'dynamodb',
  'dynamodb-streams',
  'ecr',
  'eventbridge',
  'iam',
  'kinesis',
  'kms',
  'lambda',
  's3',
  'scheduler',
  'secrets-manager',
  'sns',
  'sqs',
  'ssm',
  'sts',
] as const;

/** What the schemas do not say: other protocols that a service speaks, and their XML namespace. Source: botocore's service models. */
const MORE: Readonly<
  Record<string, { readonly protocols?: readonly string[]; readonly xmlNamespace?: string }>
> = {
  cloudwatch: {
    protocols: ['awsQuery', 'rpcV2Cbor'],
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
  },
  sqs: { protocols: ['awsQuery'], xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/' },
};

const OPERATION = 9;
const ERROR = -3;
const STRUCTURE = 3;
const UNION = 4;
const LIST = 1;
const MAP = 2;

type Schema = readonly unknown[];

interface Protocol {
  getShapeId(): string;
  readonly options?: { readonly xmlNamespace?: string; readonly defaultNamespace?: string };
  readonly serviceTarget?: string;
  readonly awsQueryCompatible?: boolean;
}

const require = createRequire(import.meta.url);

const extract = (id: string) => {
  const sdk = require(`@aws-sdk/client-${id}`) as Record<string, unknown>;
  const [, Client] =
    Object.entries(sdk).find(
      ([name, value]) =>
        /\wClient$/.test(name) && name !== '__Client' && typeof value === 'function',
    ) ?? [];
  const client = new (
    Client as new (
      config: object,
    ) => { readonly config: Record<string, unknown> }
  )({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const protocol = client.config['protocol'] as Protocol;
  const shapes: Record<string, unknown> = {};
  // A reference: a number (a simple type), a name, or either with traits of the member.
  const refer = (schema: unknown): unknown => {
    const value: unknown = typeof schema === 'function' ? (schema as () => unknown)() : schema;
    if (!Array.isArray(value)) return value;
    if (value.length === 2) return [refer(value[0]), value[1]];
    const [kind, , name, traits, ...rest] = value as [
      number,
      string,
      string,
      unknown,
      ...unknown[],
    ];
    if (name in shapes) return name;
    shapes[name] = null;
    if (kind === STRUCTURE || kind === ERROR || kind === UNION) {
      const [members, schemas, required] = rest as [string[], unknown[], number | undefined];
      shapes[name] = [kind, traits, members, schemas.map(refer), required ?? 0];
    } else if (kind === LIST) shapes[name] = [LIST, traits, refer(rest[0])];
    else if (kind === MAP) shapes[name] = [MAP, traits, refer(rest[0]), refer(rest[1])];
    else shapes[name] = [0, traits, rest[0]];
    return name;
  };
  const operations: Record<string, unknown> = {};
  for (const value of Object.values(sdk)) {
    if (!Array.isArray(value)) continue;
    const schema = value as Schema;
    if (schema[0] === OPERATION)
      operations[String(schema[2])] = [schema[3], refer(schema[4]), refer(schema[5])];
    if (schema[0] === ERROR) refer(schema);
  }
  const own = protocol.getShapeId().split('#')[1] ?? '';
  return {
    id,
    protocol: own,
    protocols: [own, ...(MORE[id]?.protocols ?? [])],
    namespace: protocol.options?.defaultNamespace,
    xmlNamespace: MORE[id]?.xmlNamespace ?? protocol.options?.xmlNamespace,
    version: client.config['apiVersion'],
    targetPrefix: protocol.serviceTarget,
    queryCompatible: protocol.awsQueryCompatible === true,
    signingName: client.config['defaultSigningName'],
    operations: sorted(operations),
    shapes: sorted(shapes),
  };
};

const sorted = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

process.removeAllListeners('warning');
const target = new URL('../../models/', import.meta.url);
mkdirSync(target, { recursive: true });
for (const id of SERVICES) {
  const text = `${JSON.stringify(extract(id))}\n`;
  writeFileSync(new URL(`${id}.json`, target), text);
  process.stdout.write(
    `${id.padEnd(16)} ${String(Math.round(text.length / 1024)).padStart(4)} KB\n`,
  );
}
