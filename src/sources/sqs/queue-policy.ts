import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { CfnValue } from '../../synth/template.ts';
import type { QueueOptions, QueueReference } from './spec.ts';

/** A service of AWS that sends to a queue, and what it sends for. */
export interface QueueSender {
  /** `events.amazonaws.com` */
  readonly service: string;
  /** ARN of the rule, topic or bus that the messages come from, in CloudFormation's words. */
  readonly sourceArn: CfnValue;
  /** Where the program says so. */
  readonly declaredAt?: DeclaredAt | undefined;
}

interface Statement {
  readonly Principal: { readonly Service: string };
  readonly Condition: { readonly ArnEquals: { readonly 'aws:SourceArn': readonly CfnValue[] } };
}

interface Document {
  readonly Statement: readonly Statement[];
}

/**
 * Sources that one policy has room for: it takes 8,192 bytes, and an ARN with all its names up to 130.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
 */
const MOST_SOURCES = 60;

/** Logical id of the one policy that a queue has. */
const policyId = (queue: QueueReference): string => `${queue.name}Policy`;

const statementOf = (
  queue: QueueReference,
  service: string,
  sourceArns: readonly CfnValue[],
): Statement & Readonly<Record<string, unknown>> => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: 'sqs:SendMessage',
  Resource: { 'Fn::GetAtt': [queue.name, 'Arn'] },
  Condition: { ArnEquals: { 'aws:SourceArn': sourceArns } },
});

const byText = <T>(items: readonly T[], textOf: (item: T) => string): readonly T[] =>
  [...new Map(items.map((item) => [textOf(item), item]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);

/** The statements with one more sender, in an order that is not the program's. */
const withSender = (
  before: readonly Statement[],
  queue: QueueReference,
  { service, sourceArn }: QueueSender,
): readonly Statement[] => {
  const known = before.find(({ Principal }) => Principal.Service === service);
  const arns = [...(known?.Condition.ArnEquals['aws:SourceArn'] ?? []), sourceArn];
  return byText(
    [
      ...before.filter((one) => one !== known),
      statementOf(queue, service, byText(arns, JSON.stringify)),
    ],
    ({ Principal }) => Principal.Service,
  );
};

const sourcesOf = (statements: readonly Statement[]): number =>
  statements.reduce((sum, { Condition }) => sum + Condition.ArnEquals['aws:SourceArn'].length, 0);

/** AWS's own key has a policy that nobody can change: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html#compatibility-with-aws-services */
const checkKey = (
  builder: TemplateBuilder,
  queue: QueueReference,
  { service, declaredAt }: QueueSender,
): void => {
  const { kmsMasterKeyId } = (queue as Partial<{ readonly options: QueueOptions }>).options ?? {};
  if (kmsMasterKeyId === 'alias/aws/sqs')
    builder.problem(
      'INVALID_OPTION',
      `${service} is to send to ${queue.name}, which is encrypted by alias/aws/sqs: AWS's own key lets no service use it. Leave kmsMasterKeyId out, and SQS encrypts by itself, or name a key of your own whose policy lets ${service} use it.`,
      declaredAt,
    );
};

/**
 * Lets a service of AWS send to a queue for one resource of the stack. A queue has one policy, which whoever sends to it shares: a second
 * `AWS::SQS::QueuePolicy` of the queue would take the place of the first without a word.
 * @returns the policy's logical id, for what must not send before
 */
export const allowSend = (
  builder: TemplateBuilder,
  queue: QueueReference,
  sender: QueueSender,
): string => {
  checkKey(builder, queue, sender);
  const id = policyId(queue);
  if (!builder.resources.has(id))
    builder.within(queue.name, () =>
      builder.add(
        id,
        {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            PolicyDocument: { Version: '2012-10-17', Statement: [] },
            Queues: [{ Ref: queue.name }],
          },
        },
        sender.declaredAt,
      ),
    );
  builder.amend(id, (policy) => {
    const document = policy.Properties?.['PolicyDocument'] as Document;
    const statements = withSender(document.Statement, queue, sender);
    if (sourcesOf(document.Statement) <= MOST_SOURCES && sourcesOf(statements) > MOST_SOURCES)
      builder.problem(
        'OVER_LIMIT',
        `More than ${MOST_SOURCES} rules, topics and buses send to ${queue.name}, and its policy, which names each of them, has no room for more. Declare another queue for some of them.`,
        sender.declaredAt,
      );
    return {
      ...policy,
      Properties: { ...policy.Properties, PolicyDocument: { ...document, Statement: statements } },
    };
  });
  return id;
};
