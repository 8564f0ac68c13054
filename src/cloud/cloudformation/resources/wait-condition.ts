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
