import type { Principal } from '../../core/principals.ts';
import type { ProviderContext } from '../../core/resource-provider.ts';
import { partitionOf } from '../evaluate/scope.ts';
import type { Stack, Step, Tag } from '../state.ts';
import type { Context } from './context.ts';
import type { EngineProviderContext } from './engine-provider.ts';
import { failedWith } from './left-behind.ts';

/** One provider's work on one resource. */
export interface ProviderRun {
  readonly stack: Stack;
  readonly logicalId: string;
  /** Apart from other work on the same resource in the same operation. */
  readonly purpose: string;
  readonly principal: Principal;
  readonly cause?: number;
  /** The stack's own. */
  readonly tags: readonly Tag[];
}

const stepKey = ({ stack, logicalId, purpose }: ProviderRun) =>
  `${stack.id}|${logicalId}|${purpose}`;

// 12 of what AWS's generated names end in, seen in any stack's physical ids.
const NAME_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const NAME_SUFFIX = 12;

/** Operations that change nothing are asked again; what others answered is kept. */
const isRead = (operation: string) => /^(Get|List|Describe|Head|BatchGet|Lookup)/.test(operation);

/**
 * Runs a provider so that a cloud killed in the middle can run it again: the calls that it made are answered from the
 * step's record, its generated name is the same, and only what was not done yet is done.
 */
export const runProvider = async <R>(
  context: Context,
  run: ProviderRun,
  work: (provider: ProviderContext) => Promise<R>,
): Promise<R> => {
  const { steps } = context.state;
  const key = stepKey(run);
  if (!steps.has(key))
    steps.set(key, { token: context.random.text(NAME_SUFFIX, NAME_ALPHABET), calls: [] });
  const replay = steps.get(key)?.calls ?? [];
  try {
    return await work(providerContext(context, run, key, replay));
  } catch (error) {
    const created = steps.get(key)?.created;
    throw created === undefined || !(error instanceof Error) ? error : failedWith(error, created);
  } finally {
    steps.delete(key);
  }
};

const providerContext = (
  context: Context,
  run: ProviderRun,
  key: string,
  replay: Step['calls'],
): ProviderContext => {
  const { steps } = context.state;
  const { stack, logicalId } = run;
  const token = steps.get(key)?.token ?? '';
  const made = [...replay];
  const call: ProviderContext['call'] = async (service, operation, input) => {
    const request = {
      service,
      operation,
      input,
      principal: run.principal,
      cause: run.cause,
    };
    if (isRead(operation)) return context.call(request);
    const name = `${service}:${operation}`;
    const at = made.findIndex((done) => done.call === name);
    if (at >= 0) return made.splice(at, 1)[0]?.output;
    const output = await context.call(request);
    const step = steps.get(key);
    if (step !== undefined)
      steps.set(key, { ...step, calls: [...step.calls, { call: name, output: plain(output) }] });
    return output;
  };
  const own: EngineProviderContext = {
    engine: context,
    run,
    call,
    accountId: context.accountId,
    region: context.region,
    partition: partitionOf(context.region).name,
    clock: context.clock,
    random: context.random,
    endpoint: context.endpoint,
    stackId: stack.id,
    stackName: stack.name,
    logicalId,
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
    tags: [
      ...run.tags,
      { Key: 'aws:cloudformation:stack-name', Value: stack.name },
      { Key: 'aws:cloudformation:logical-id', Value: logicalId },
      { Key: 'aws:cloudformation:stack-id', Value: stack.id },
    ],
    clientRequestToken: token,
    created: (physicalId) => {
      const step = steps.get(key);
      if (step !== undefined) steps.set(key, { ...step, created: physicalId });
    },
    generateName: ({ max = 255, lowerCase = false } = {}) => {
      const name = generatedName(stack.name, logicalId, token, max);
      return lowerCase ? name.toLowerCase() : name;
    },
  };
  return own;
};

/** Streams cannot be kept, and no operation that changes something answers with one that a provider reads. */
const plain = (output: unknown): unknown =>
  typeof output === 'object' && output !== null
    ? Object.fromEntries(
        Object.entries(output).filter(
          ([, value]) =>
            typeof value !== 'function' &&
            !(typeof value === 'object' && value !== null && Symbol.asyncIterator in value),
        ),
      )
    : output;

/** `STACK-LOGICAL-RANDOM`; where it is too long, stack and logical id give way, the longer one first. */
const generatedName = (
  stackName: string,
  logicalId: string,
  suffix: string,
  max: number,
): string => {
  const room = max - suffix.length - 2;
  const half = Math.floor(room / 2);
  const stackRoom = Math.max(half, room - logicalId.length);
  const stack = stackName.slice(0, stackRoom);
  return `${stack}-${logicalId.slice(0, room - stack.length)}-${suffix}`;
};
