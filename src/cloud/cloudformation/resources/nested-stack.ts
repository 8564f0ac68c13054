import { AwsError } from '../../core/aws-error.ts';
import type { ProvisionedResource, ResourceProperties } from '../../core/resource-provider.ts';
import type { Context } from '../engine/context.ts';
import type { EngineProviderContext } from '../engine/engine-provider.ts';
import { engineProvider } from '../engine/engine-provider.ts';
import { failedWith } from '../engine/left-behind.ts';
import { resourceFailure } from '../engine/failure-reason.ts';
import type { Stack, Tag } from '../state.ts';
import { NESTED_STACK } from '../../../schema/index.ts';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html */
export const nestedStack = engineProvider({
  type: NESTED_STACK,
  create: async (properties, context) => {
    const { StackId = '' } = (await context.call('cloudformation', 'CreateStack', {
      StackName: reviewed(context) ?? context.generateName({ max: 128 }),
      ...requestOf(properties, context),
      // The parent decides what becomes of a failure.
      OnFailure: 'DO_NOTHING',
      ...(properties['TimeoutInMinutes'] === undefined
        ? {}
        : { TimeoutInMinutes: Number(properties['TimeoutInMinutes']) }),
    })) as { readonly StackId?: string };
    adopt(context, StackId);
    const stack = await ended(context.engine, StackId);
    if (stack.status === 'CREATE_COMPLETE') return described(stack);
    throw failedWith(unsuccessful(context.engine, stack, 'created'), StackId);
  },
  update: async (StackName, properties, _previous, context) => {
    const { engine } = context;
    try {
      await context.call('cloudformation', 'UpdateStack', {
        StackName,
        ...requestOf(properties, context),
      });
    } catch (error) {
      // The template behind the URL may be another by now, so it is always asked; most often it is not.
      if (!(error instanceof AwsError) || !error.message.startsWith('No updates')) throw error;
      return described(stackOf(engine, StackName));
    }
    const stack = await ended(engine, StackName);
    if (stack.status === 'UPDATE_COMPLETE') return described(stack);
    throw unsuccessful(engine, stack, 'updated');
  },
  delete: async (StackName, _properties, context) => {
    const { engine } = context;
    const before = engine.state.stacks.get(StackName);
    if (before === undefined || before.status === 'DELETE_COMPLETE') return;
    await context.call('cloudformation', 'DeleteStack', { StackName });
    const stack = await ended(engine, StackName);
    if (stack.status !== 'DELETE_COMPLETE') throw unsuccessful(engine, stack, 'deleted');
  },
});

const stackOf = ({ state }: Context, id: string): Stack => {
  const stack = state.stacks.get(id);
  if (stack === undefined) throw resourceFailure(`Stack with id ${id} does not exist`);
  return stack;
};

/** The parent's tags and capabilities hold for what it contains. */
const requestOf = (
  properties: ResourceProperties,
  { engine, run }: EngineProviderContext,
): Readonly<Record<string, unknown>> => {
  const parent = stackOf(engine, run.stack.id);
  const own = (properties['Tags'] ?? []) as readonly Tag[];
  const names = new Set(own.map(({ Key }) => Key));
  return {
    TemplateURL: properties['TemplateURL'],
    Parameters: Object.entries((properties['Parameters'] ?? {}) as Record<string, unknown>).map(
      ([ParameterKey, value]) => ({
        ParameterKey,
        ParameterValue: Array.isArray(value) ? value.join(',') : String(value),
      }),
    ),
    Capabilities: parent.spec?.capabilities ?? [],
    NotificationARNs: properties['NotificationARNs'] ?? [],
    Tags: [...own, ...run.tags.filter(({ Key }) => !names.has(Key))],
  };
};

/** The name of the stack that a change set with its nested stacks has made for this one, to be looked at before. */
const reviewed = ({ engine, run }: EngineProviderContext): string | undefined =>
  [...engine.state.stacks.values()].find(
    ({ parentId, nestedAs, status }) =>
      parentId === run.stack.id && nestedAs === run.logicalId && status === 'REVIEW_IN_PROGRESS',
  )?.name;

const adopt = ({ engine, run }: EngineProviderContext, stackId: string) => {
  const { state } = engine;
  const parent = stackOf(engine, run.stack.id);
  const rootId = parent.rootId ?? parent.id;
  state.putStack({ ...stackOf(engine, stackId), parentId: parent.id, rootId });
  engine.commit();
};

const ended = async (engine: Context, stackId: string): Promise<Stack> => {
  for (;;) {
    const heard = engine.state.bell.heard(stackId);
    const stack = stackOf(engine, stackId);
    if (!stack.status.endsWith('_IN_PROGRESS')) return stack;
    await heard;
  }
};

const described = ({ id, outputs }: Stack): ProvisionedResource => ({
  physicalId: id,
  attributes: Object.fromEntries(
    outputs.map(({ OutputKey, OutputValue }) => [`Outputs.${OutputKey}`, OutputValue]),
  ),
});

const unsuccessful = (
  { state }: Context,
  { id, name, statusReason }: Stack,
  what: 'created' | 'updated' | 'deleted',
): AwsError => {
  const told = state
    .events(id)
    .findLast(({ logicalId, reason }) => logicalId === name && /failed to /.test(reason ?? ''));
  return resourceFailure(
    `Embedded stack ${id} was not successfully ${what}: ${(told?.reason ?? statusReason ?? 'no reason was given').trim()} `,
  );
};
