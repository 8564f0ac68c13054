import type { ProvisionedResource } from '../../core/resource-provider.ts';
import type { ResourceSignals } from '../engine/creation-policy.ts';
import { readSignals, resourceSignalKey, signalsOf } from '../engine/creation-policy.ts';
import type { EngineProviderContext } from '../engine/engine-provider.ts';
import { engineProvider } from '../engine/engine-provider.ts';
import { resourceFailure } from '../engine/failure-reason.ts';
import { awaitSignals, openSignals, signalKey } from '../engine/signals.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitconditionhandle.html */
export const waitConditionHandle = engineProvider({
  type: 'AWS::CloudFormation::WaitConditionHandle',
  create: (_properties, context) =>
    Promise.resolve({ physicalId: openSignals(context, signalKey(context)) }),
  update: (physicalId) => Promise.resolve({ physicalId }),
  delete: (physicalId, _properties, { engine }) => {
    engine.state.signals.delete(keyOf(physicalId));
    return Promise.resolve();
  },
});

const keyOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

interface Signal {
  readonly Status?: string;
  readonly UniqueId?: string;
  readonly Data?: unknown;
  readonly Reason?: string;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-waitcondition.html */
export const waitCondition = engineProvider({
  type: 'AWS::CloudFormation::WaitCondition',
  create: async (properties, context) => {
    const { engine, stackId, logicalId } = context;
    const wanted = signalsOf(engine.state.resource(stackId, logicalId)?.creationPolicy);
    if (wanted !== undefined) return signalled(wanted, context);
    const key = keyOf(String(properties['Handle'] ?? ''));
    if (!engine.state.signals.has(key))
      throw resourceFailure(
        `Handle is '${String(properties['Handle'] ?? '')}', which is no wait condition handle of this cloud. Set it by Ref to a resource of the type AWS::CloudFormation::WaitConditionHandle.`,
      );
    const count = Number(properties['Count'] ?? 1);
    const signals = await awaitSignals(
      engine,
      key,
      Number(properties['Timeout'] ?? 0) * 1_000,
      (bodies) => {
        const read = distinct(bodies);
        const failed = read.find(({ Status }) => Status !== 'SUCCESS');
        if (failed !== undefined)
          throw resourceFailure(
            `WaitCondition received failed message: '${failed.Reason ?? ''}' for uniqueId: ${failed.UniqueId ?? ''}`,
          );
        return read.length >= count ? read : undefined;
      },
    );
    if (signals === undefined)
      throw resourceFailure(
        `WaitCondition timed out. Received ${distinct(engine.state.signals.get(key) ?? []).length} conditions when expecting ${count}`,
      );
    const data = Object.fromEntries(
      signals.map(({ UniqueId = '', Data }) => [
        UniqueId,
        typeof Data === 'string' ? Data : JSON.stringify(Data ?? ''),
      ]),
    );
    return {
      physicalId: `${stackId}/${logicalId}`,
      attributes: { Data: JSON.stringify(data) },
    };
  },
  update: () =>
    Promise.reject(
      resourceFailure(
        'Update to resource type AWS::CloudFormation::WaitCondition is not supported.',
      ),
    ),
  delete: () => Promise.resolve(),
});

/** With a creation policy it waits for SignalResource in place of a handle. The texts are AWS's. */
const signalled = async (
  { count, timeoutMs }: ResourceSignals,
  { engine, stackId, logicalId }: EngineProviderContext,
): Promise<ProvisionedResource> => {
  const key = resourceSignalKey(stackId, logicalId);
  if (!engine.state.signals.has(key)) engine.state.signals.set(key, []);
  engine.commit();
  const enough = await awaitSignals(engine, key, timeoutMs, (bodies) => {
    const signals = readSignals(bodies);
    const failed = signals.filter(({ Status }) => Status === 'FAILURE').length;
    if (failed > 0)
      throw resourceFailure(
        `Received ${failed} FAILURE signal(s) out of ${count}. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement`,
      );
    return signals.length >= count ? signals : undefined;
  });
  const received = readSignals(engine.state.signals.get(key) ?? []).length;
  engine.state.signals.delete(key);
  if (enough === undefined)
    throw resourceFailure(
      `Failed to receive ${count - received} resource signal(s) within the specified duration`,
    );
  return { physicalId: `${stackId}/${logicalId}`, attributes: { Data: '{}' } };
};

/** A signal with an id that was sent before counts as the same. */
const distinct = (bodies: readonly string[]): readonly Signal[] => {
  const found = new Map<string, Signal>();
  for (const body of bodies) {
    let signal: Signal;
    try {
      signal = JSON.parse(body) as Signal;
    } catch {
      signal = { Status: 'FAILURE', Reason: 'The signal is not JSON', UniqueId: '' };
    }
    found.set(signal.UniqueId ?? '', signal);
  }
  return [...found.values()];
};
