import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error.ts';
import type { Principal } from '../core/principals.ts';
import { servicePrincipal } from '../core/principals.ts';
import { LOWER_ALPHANUMERIC } from '../core/random.ts';
import type { ProviderContext, ResourceProvider } from '../core/resource-provider.ts';
import type { Context } from './journal.ts';
import { stackOf } from './journal.ts';
import { resourceType } from './resource-types.ts';
import type { Tag } from './state.ts';
import { validationError } from './errors.ts';

/** Who makes the calls of an operation: the stack's role, or whoever started it. */
export const actingPrincipal = async (context: Context, stackId: string): Promise<Principal> => {
  const { operation, stackName } = stackOf(context, stackId);
  const role = operation?.target?.roleArn ?? operation?.previous?.roleArn;
  if (operation === undefined) throw validationError(`Stack ${stackName} has no operation`);
  if (role === undefined) return operation.principal;
  const answer = (await context.call({
    service: 'sts',
    operation: 'AssumeRole',
    input: { RoleArn: role, RoleSessionName: 'AWSCloudFormation', DurationSeconds: 3600 },
    principal: servicePrincipal('cloudformation.amazonaws.com', {
      sourceAccount: context.accountId,
      sourceArn: stackId,
    }),
  })) as { readonly Credentials: { readonly AccessKeyId: string } };
  const found = context.credentials.find(answer.Credentials.AccessKeyId);
  if (found === undefined)
    throw new AwsError('AccessDenied', `The role ${role} gave no credentials`, { status: 403 });
  return found.principal;
};

/** Tags that CloudFormation adds. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-resource-tags.html */
const systemTags = (stackId: string, stackName: string, logicalId: string): readonly Tag[] => [
  { Key: 'aws:cloudformation:stack-name', Value: stackName },
  { Key: 'aws:cloudformation:stack-id', Value: stackId },
  { Key: 'aws:cloudformation:logical-id', Value: logicalId },
];

const RANDOM_LENGTH = 12;

export const providerContext = (
  context: Context,
  stackId: string,
  logicalId: string,
  principal: Principal,
  tags: readonly Tag[],
): ProviderContext => {
  const { stackName } = stackOf(context, stackId);
  return {
    call: (service, operation, input) => context.call({ service, operation, input, principal }),
    accountId: context.accountId,
    region: context.region,
    partition: 'aws',
    clock: context.clock,
    random: context.random,
    endpoint: context.endpoint,
    stackId,
    stackName,
    logicalId,
    tags: [...tags, ...systemTags(stackId, stackName, logicalId)],
    clientRequestToken: createHash('sha256')
      .update(`${stackId}${logicalId}`)
      .digest('hex')
      .slice(0, 32),
    generateName: ({ max = 255, lowerCase = false } = {}) => {
      const suffix = context.random.text(RANDOM_LENGTH, LOWER_ALPHANUMERIC);
      const room = max - RANDOM_LENGTH - 1;
      const half = Math.floor((room - 1) / 2);
      const [stack, logical] =
        stackName.length + logicalId.length + 1 <= room
          ? [stackName, logicalId]
          : [
              stackName.slice(0, Math.max(half, room - 1 - logicalId.length)),
              logicalId.slice(0, Math.max(half, room - 1 - stackName.length)),
            ];
      const name = `${stack}-${logical}-${lowerCase ? suffix : suffix.toUpperCase()}`;
      return lowerCase ? name.toLowerCase() : name;
    },
  };
};

export type Providers = ReadonlyMap<string, ResourceProvider>;

export const providerOf = (providers: Providers, type: string): ResourceProvider => {
  const provider = providers.get(type);
  if (provider === undefined)
    throw validationError(
      `The resource type ${type} has no behaviour in the embedded cloud. Take it out of the template, or deploy to AWS.`,
    );
  return provider;
};

/** What the schema refuses before a handler sees it. */
export const checkProperties = (
  logicalId: string,
  type: string,
  properties: Readonly<Record<string, unknown>>,
): void => {
  const schema = resourceType(type);
  if (schema === undefined) return;
  const problems = [
    ...Object.keys(properties)
      .filter((name) => !(name in schema.properties))
      .map((name) => `#: extraneous key [${name}] is not permitted`),
    ...Object.entries(schema.properties)
      .filter(([name, [required]]) => required === 1 && properties[name] === undefined)
      .map(([name]) => `#: required key [${name}] not found`),
  ];
  if (problems.length > 0)
    throw validationError(
      `Properties validation failed for resource ${logicalId} with message:\n${problems.join('\n')}`,
    );
};

/** Properties that were given and are not acted on, as a sentence for the event. */
export const inertNotice = (
  provider: ResourceProvider,
  properties: Readonly<Record<string, unknown>>,
): string | undefined => {
  const given = (provider.inert ?? []).filter((name) => properties[name] !== undefined);
  return given.length === 0
    ? undefined
    : `The embedded cloud accepts and does not act on: ${given.join(', ')}`;
};
