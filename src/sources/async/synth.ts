import type { Destination } from '../../spec/destination.ts';
import { sendStatements } from '../../spec/destination.ts';
import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { asStatement, roleId } from '../../synth/role.ts';
import { said } from '../../synth/template.ts';

const configId = (name: string) => `${name}EventInvokeConfig`;
const policyId = (name: string) => `${name}DestinationPolicy`;

type When = 'onSuccess' | 'onFailure';

/**
 * What the role may send stands beside the role: a function that is a destination may itself have a grant on the one that sends
 * to it, and the roles of both would name each other.
 */
const allowSending = (
  name: string,
  destination: Destination,
  builder: TemplateBuilder,
): readonly string[] => {
  // A role that the program only names is not ours to change.
  if (!builder.resources.has(roleId({ name }))) return [];
  const statements = sendStatements(destination).map((one) => builder.resolve(asStatement(one)));
  const id = policyId(name);
  if (!builder.resources.has(id))
    builder.add(id, {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `${name}Destinations`,
        PolicyDocument: { Version: '2012-10-17', Statement: [] },
        Roles: [{ Ref: roleId({ name }) }],
      },
    });
  builder.amend(id, (policy) => {
    const document = policy.Properties?.['PolicyDocument'] as {
      readonly Statement: readonly unknown[];
    };
    const all = [...document.Statement, ...statements].sort((a, b) =>
      JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
    );
    return {
      ...policy,
      Properties: { ...policy.Properties, PolicyDocument: { ...document, Statement: all } },
    };
  });
  return [id];
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const isFifo = ({ name }: Destination, builder: TemplateBuilder): boolean => {
  const { FifoQueue, FifoTopic } = builder.resources.get(name)?.Properties ?? {};
  return FifoQueue === true || FifoTopic === true;
};

const WORDS = { onSuccess: 'OnSuccess', onFailure: 'OnFailure' } as const;

/** Sends records of `name` somewhere; Lambda asks at once whether the role may. */
const sendTo = (
  name: string,
  when: When,
  destination: Destination,
  builder: TemplateBuilder,
): void => {
  const policies = allowSending(name, destination, builder);
  builder.amend(configId(name), (config) => ({
    ...config,
    DependsOn: [...new Set([...(config.DependsOn ?? []), ...policies])],
    Properties: {
      ...config.Properties,
      DestinationConfig: {
        ...(config.Properties?.['DestinationConfig'] as object | undefined),
        [WORDS[when]]: { Destination: builder.resolve(destination.arn) },
      },
    },
  }));
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
const ensureConfig = (
  name: string,
  properties: Record<string, unknown>,
  declaredAt: FunctionDeclaration['declaredAt'],
  builder: TemplateBuilder,
): void => {
  const id = configId(name);
  if (!builder.resources.has(id))
    builder.add(
      id,
      {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: name }, Qualifier: '$LATEST' },
      },
      declaredAt,
    );
  builder.amend(id, (config) => ({
    ...config,
    Properties: { ...config.Properties, ...properties },
  }));
};

/** Settings of a function for events that it is invoked with asynchronously. */
export const synthesiseAsyncInvocation = (
  fn: FunctionDeclaration,
  builder: TemplateBuilder,
): void => {
  const { asyncInvocation: config } = fn.settings;
  if (config === undefined) return;
  ensureConfig(
    fn.name,
    said({
      MaximumEventAgeInSeconds: config.maximumEventAge,
      MaximumRetryAttempts: config.maximumRetryAttempts,
    }),
    fn.declaredAt,
    builder,
  );
  for (const when of ['onSuccess', 'onFailure'] as const) {
    const destination = config[when];
    if (destination === undefined) continue;
    if (when === 'onSuccess' && destination.kind === 'bucket')
      builder.problem(
        'INVALID_OPTION',
        `asyncInvocation.onSuccess of ${fn.name} is the bucket ${destination.name}; Lambda sends only failures to buckets. Send successes to a queue, a topic, a bus or a function.`,
        fn.declaredAt,
      );
    if (isFifo(destination, builder))
      builder.problem(
        'INVALID_OPTION',
        `asyncInvocation.${when} of ${fn.name} is ${destination.name}, which is FIFO; Lambda sends to standard queues and topics alone. Declare one without fifo.`,
        fn.declaredAt,
      );
    sendTo(fn.name, when, destination, builder);
  }
};

/** A function is started by what becomes of another one's events. */
export const synthesiseAsyncSource = (
  fn: FunctionDeclaration,
  { target, detail }: EventSource,
  builder: TemplateBuilder,
): void => {
  const when = detail['when'] as When;
  ensureConfig(target.name, {}, fn.declaredAt, builder);
  const config = builder.resources.get(configId(target.name))?.Properties?.['DestinationConfig'];
  if ((config as Readonly<Record<string, unknown>> | undefined)?.[WORDS[when]] !== undefined)
    builder.problem(
      'INVALID_OPTION',
      `${fn.name} is started by ${when === 'onSuccess' ? 'successes' : 'failures'} of ${target.name}, which has another destination for them; Lambda takes one. Send them to a topic, and subscribe both.`,
      fn.declaredAt,
    );
  else sendTo(target.name, when, fn, builder);
};
