import type { Shape } from '../../core/protocols/index.ts';
import { loadModel } from '../../core/protocols/index.ts';
import type { TargetRequest } from '../../targets/index.ts';

/** Services that the cloud may have, by the SDK's name without its hyphens. */
const SERVICES: Readonly<Record<string, string>> = {
  apigatewayv2: 'apigatewayv2',
  cloudformation: 'cloudformation',
  cloudwatch: 'cloudwatch',
  cloudwatchlogs: 'cloudwatch-logs',
  dynamodb: 'dynamodb',
  ecr: 'ecr',
  eventbridge: 'eventbridge',
  iam: 'iam',
  kinesis: 'kinesis',
  kms: 'kms',
  lambda: 'lambda',
  s3: 's3',
  scheduler: 'scheduler',
  secretsmanager: 'secrets-manager',
  sns: 'sns',
  sqs: 'sqs',
  ssm: 'ssm',
  sts: 'sts',
};

/**
 * Beginnings of the names of operations that only read, which no schedule may call.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html#unsupported-api-actions
 */
const READS =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized)(?![a-z])/;

/** An operation that a target's ARN names. */
export type UniversalTarget =
  | {
      readonly kind: 'operation';
      /** Id of the service, such as `lambda`. */
      readonly service: string;
      readonly operation: string;
    }
  | { readonly kind: 'reads'; readonly action: string }
  | { readonly kind: 'unknown' };

/** Reads `arn:aws:scheduler:::aws-sdk:sqs:sendMessage`; undefined for other ARNs. */
export const readUniversalTarget = (arn: string): UniversalTarget | undefined => {
  const [, name = '', action = ''] =
    /^arn:aws:scheduler:::aws-sdk:([\w-]+):([a-z]\w*)$/.exec(arn) ?? [];
  if (action === '') return undefined;
  if (READS.test(action)) return { kind: 'reads', action };
  const service = SERVICES[name.replaceAll('-', '').toLowerCase()];
  const operation = `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;
  return service === undefined || loadModel(service).operation(operation) === undefined
    ? { kind: 'unknown' }
    : { kind: 'operation', service, operation };
};

/** JSON as an SDK's client takes it: texts become bytes and times where the operation wants them. */
const asInput = (shape: Shape, value: unknown): unknown => {
  if (value === null || value === undefined) return undefined;
  switch (shape.kind) {
    case 'structure': {
      const given = Object(value) as Readonly<Record<string, unknown>>;
      return Object.fromEntries(
        shape.members.flatMap((member) => {
          const read = asInput(member.shape, given[member.name]);
          return read === undefined ? [] : [[member.name, read]];
        }),
      );
    }
    case 'list':
      return Array.isArray(value) ? value.map((item) => asInput(shape.member.shape, item)) : value;
    case 'map':
      return Object.fromEntries(
        Object.entries(Object(value) as object).map(([key, item]) => [
          key,
          asInput(shape.value.shape, item),
        ]),
      );
    case 'scalar':
      if (shape.type === 'blob') return Buffer.from(String(value));
      if (shape.type === 'timestamp')
        return new Date(typeof value === 'number' ? value * 1000 : String(value));
      return value;
    case 'unit':
      return {};
  }
};

/** The call that a universal target makes of its input, JSON of the operation's parameters. */
export const universalRequest = (
  target: Extract<UniversalTarget, { readonly kind: 'operation' }>,
  input: string,
): TargetRequest => {
  const model = loadModel(target.service).operation(target.operation);
  const read: unknown = JSON.parse(input);
  return {
    service: target.service,
    operation: target.operation,
    input: (model === undefined ? {} : asInput(model.input, read)) as TargetRequest['input'],
  };
};
