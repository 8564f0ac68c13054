import { AwsError } from '../../core/aws-error.ts';
import type { ResourceProperties } from '../../core/resource-provider.ts';
import type { EngineProviderContext } from '../engine/engine-provider.ts';
import { engineProvider } from '../engine/engine-provider.ts';
import { failedWith } from '../engine/left-behind.ts';
import { resourceFailure } from '../engine/failure-reason.ts';
import { awaitSignals, openSignals, signalKey } from '../engine/signals.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html */
const DEFAULT_TIMEOUT_SECONDS = 3_600;

interface Answer {
  readonly Status?: unknown;
  readonly Reason?: unknown;
  readonly PhysicalResourceId?: unknown;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/** Numbers and truth values are text to a custom resource. */
const asText = (value: Json): Json => {
  if (isList(value)) return value.map(asText);
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, asText(member)]),
    );
  return value === null ? '' : String(value);
};

const timeoutMs = (properties: ResourceProperties) =>
  Number(properties['ServiceTimeout'] ?? DEFAULT_TIMEOUT_SECONDS) * 1_000;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html */
const ask = async (
  context: EngineProviderContext,
  type: string,
  request: {
    readonly RequestType: 'Create' | 'Update' | 'Delete';
    readonly PhysicalResourceId?: string;
    readonly ResourceProperties: ResourceProperties;
    readonly OldResourceProperties?: ResourceProperties;
  },
): Promise<Answer> => {
  const { ResourceProperties: properties, OldResourceProperties: old } = request;
  const { engine, stackId, logicalId } = context;
  const key = signalKey(context);
  const token = String(properties['ServiceToken'] ?? '');
  const RequestId = [8, 12, 16, 20, 32]
    .map((end, index, ends) => key.slice(ends[index - 1] ?? 0, end))
    .join('-');
  const event = {
    ...request,
    ServiceToken: token,
    ResponseURL: openSignals(context, key),
    StackId: stackId,
    RequestId,
    LogicalResourceId: logicalId,
    ResourceType: type,
    ResourceProperties: asText(properties as JsonObject),
    ...(old === undefined ? {} : { OldResourceProperties: asText(old as JsonObject) }),
  };
  try {
    await send(context, token, event);
    // What may be there after all is asked to go, under a name that CloudFormation made when no other came.
    const left = (error: AwsError, id?: unknown) => {
      if (request.RequestType !== 'Create') return error;
      return failedWith(error, typeof id === 'string' ? id : context.generateName());
    };
    const body = await awaitSignals(engine, key, timeoutMs(properties), ([first]) => first);
    if (body === undefined)
      throw left(
        resourceFailure(
          `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${RequestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function so that CloudFormation can attach the updated version.`,
        ),
      );
    const answer = readAnswer(body);
    if (answer.Status === 'SUCCESS') return answer;
    throw left(
      resourceFailure(
        `Received response status [FAILED] from custom resource. Message returned: ${String(answer.Reason ?? '')} (RequestId: ${RequestId})`,
      ),
      answer.PhysicalResourceId,
    );
  } finally {
    engine.state.signals.delete(key);
    engine.commit();
  }
};

const send = (context: EngineProviderContext, token: string, event: object): Promise<unknown> => {
  const [, , service] = token.split(':');
  const text = JSON.stringify(event);
  if (service === 'lambda')
    return context.call('lambda', 'Invoke', {
      FunctionName: token,
      InvocationType: 'Event',
      Payload: new TextEncoder().encode(text),
    });
  if (service === 'sns')
    return context.call('sns', 'Publish', {
      TopicArn: token,
      Subject: 'AWS CloudFormation custom resource request',
      Message: text,
    });
  throw resourceFailure(
    `Invalid service token: '${token}'. ServiceToken is the ARN of a function or of a topic in this region.`,
  );
};

const readAnswer = (body: string): Answer => {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // What is no JSON is told like what is no answer.
  }
  return { Status: 'FAILED', Reason: 'Response is not valid JSON' };
};

const attributesOf = ({ Data }: Answer): Readonly<Record<string, unknown>> =>
  typeof Data === 'object' && Data !== null ? flat(Data, '') : {};

/** `{ A: { B: 1 } }` answers to `A.B`. */
const flat = (data: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(data).flatMap(([name, value]) => [
      [`${prefix}${name}`, value],
      ...(typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as Record<string, unknown>, `${prefix}${name}.`))
        : []),
    ]),
  );

const physicalIdOf = ({ PhysicalResourceId }: Answer): string => {
  if (typeof PhysicalResourceId === 'string' && PhysicalResourceId !== '')
    return PhysicalResourceId;
  throw resourceFailure('Invalid PhysicalResourceId');
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html */
export const customResource = (type: string) =>
  engineProvider({
    type,
    create: async (properties, context) => {
      const answer = await ask(context, type, {
        RequestType: 'Create',
        ResourceProperties: properties,
      });
      return { physicalId: physicalIdOf(answer), attributes: attributesOf(answer) };
    },
    update: async (physicalId, properties, previous, context) => {
      if (properties['ServiceToken'] !== previous['ServiceToken'])
        throw new AwsError('ValidationError', 'Modifying service token is not allowed.');
      const answer = await ask(context, type, {
        RequestType: 'Update',
        PhysicalResourceId: physicalId,
        ResourceProperties: properties,
        OldResourceProperties: previous,
      });
      return {
        physicalId: answer.PhysicalResourceId === undefined ? physicalId : physicalIdOf(answer),
        attributes: attributesOf(answer),
      };
    },
    delete: async (physicalId, properties, context) => {
      await ask(context, type, {
        RequestType: 'Delete',
        PhysicalResourceId: physicalId,
        ResourceProperties: properties,
      });
    },
  });
