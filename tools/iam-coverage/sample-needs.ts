import type { Cloud } from '../../src/cloud/core/cloud.ts';
import { developer } from '../../src/cloud/core/cloud.ts';
import type {
  Need,
  OperationContext,
  ServiceDefinition,
} from '../../src/cloud/core/define-service.ts';
import type { Member, Shape, StructureShape } from '../../src/cloud/core/protocols/model.ts';
import { loadModel } from '../../src/cloud/core/protocols/index.ts';

/** What an operation was found to need. */
export interface OperationNeeds {
  readonly operation: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Condition keys beside the global ones. */
  readonly keys: readonly string[];
}

/** Looked up before anything is decided on it, so there has to be one. */
export const SAMPLE_KEY_ID = '11111111-1111-4111-8111-111111111111';

/** Values that have a form of their own, by member; every other text is its own name in braces. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  FunctionName: 'NAME',
  Name: 'NAME',
  CopySource: 'SOURCE-BUCKET/KEY',
  RoleArn: 'arn:aws:iam::000000000000:role/NAME',
  Role: 'arn:aws:iam::000000000000:role/NAME',
  RoleARN: 'arn:aws:iam::000000000000:role/NAME',
  PolicyArn: 'arn:aws:iam::000000000000:policy/NAME',
  TopicArn: 'arn:aws:sns:us-east-1:000000000000:NAME',
  SubscriptionArn: 'arn:aws:sns:us-east-1:000000000000:NAME:ID',
  logGroupName: 'NAME',
  logGroupIdentifier: 'NAME',
  logStreamName: 'STREAM',
  KeyId: SAMPLE_KEY_ID,
  TargetKeyId: SAMPLE_KEY_ID,
  SourceKeyId: SAMPLE_KEY_ID,
  DestinationKeyId: SAMPLE_KEY_ID,
  AliasName: 'alias/NAME',
  AlarmName: 'NAME',
  QueueName: 'NAME',
  QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/NAME',
  QueueOwnerAWSAccountId: '000000000000',
  SourceArn: 'arn:aws:sqs:us-east-1:000000000000:NAME',
  DestinationArn: 'arn:aws:sqs:us-east-1:000000000000:DESTINATION',
  // {"taskId":"ID","sourceArn":"arn:aws:sqs:us-east-1:000000000000:NAME"}
  TaskHandle:
    'eyJ0YXNrSWQiOiJJRCIsInNvdXJjZUFybiI6ImFybjphd3M6c3FzOnVzLWVhc3QtMTowMDAwMDAwMDAwMDA6TkFNRSJ9',
  Rule: 'NAME',
  EventBusName: 'NAME',
  ResourceArn: undefined,
  Statement: "SELECT * FROM NAME WHERE A='a'",
  ConditionExpression: 'A = :a',
  FilterExpression: 'A = :a',
  KeyConditionExpression: 'A = :a',
  ProjectionExpression: 'A',
  UpdateExpression: 'SET A = :a',
};

/** Members that stand in place of another; the other is sampled. */
const LEFT_OUT = new Set([
  'logGroupIdentifier',
  'logGroupIdentifiers',
  'PhoneNumber',
  'TargetArn',
  'GrantToken',
  'GrantTokens',
  'DryRun',
]);

const DEPTH = 4;

const sample = (shape: Shape, name: string, requiredOnly: boolean, depth: number): unknown => {
  if (name in SAMPLES && shape.kind === 'scalar') return SAMPLES[name];
  switch (shape.kind) {
    case 'unit':
      return undefined;
    case 'scalar':
      if (shape.type === 'string') return `{${name}}`;
      if (shape.type === 'number') return 1;
      if (shape.type === 'boolean') return true;
      return shape.type === 'timestamp' ? new Date(0) : undefined;
    case 'list':
      return depth === 0 ? [] : [sample(shape.member.shape, name, requiredOnly, depth - 1)];
    case 'map':
      return { key: sample(shape.value.shape, name, requiredOnly, depth - 1) };
    case 'structure':
      return sampleStructure(shape, requiredOnly, depth - 1);
  }
};

const sampleStructure = (
  { members }: StructureShape,
  requiredOnly: boolean,
  depth: number,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    members
      .filter(({ name, required }) => required || (!LEFT_OUT.has(name) && !requiredOnly))
      .filter(() => depth >= 0)
      .map(({ name, shape }: Member) => [name, sample(shape, name, requiredOnly, depth)]),
  );

/**
 * What each operation of a service states for requests made of placeholders: with everything in them, and with no more
 * than they must have.
 */
export const sampleNeeds = (
  cloud: Cloud,
  service: ServiceDefinition,
): readonly OperationNeeds[] => {
  const model = loadModel(service.id);
  const base = cloud.contextOf(service, cloud.accountId, cloud.region);
  const context = {
    ...base,
    endpoint: cloud.endpoint,
    principal: developer(cloud),
    requestId: 'request',
    callId: 0,
    authorise: () => undefined,
  } as unknown as OperationContext<unknown>;
  return Object.keys(service.operations)
    .sort()
    .map((operation) => {
      const found: Need[] = [];
      const input = model.operation(operation)?.input;
      for (const requiredOnly of [false, true])
        try {
          const request = input === undefined ? {} : sampleStructure(input, requiredOnly, DEPTH);
          const needs = service.operations[operation]?.needs(request as never, context) ?? [];
          found.push(...(Array.isArray(needs) ? (needs as readonly Need[]) : [needs as Need]));
        } catch {
          // A request of placeholders is refused for its form: the other sample, or a real one, tells.
        }
      return {
        operation,
        actions: distinct(found.map(({ action }) => action)),
        resources: distinct(found.map(({ resource }) => resource)),
        keys: distinct(found.flatMap(({ conditions = {} }) => Object.keys(conditions))),
      };
    });
};

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort();
