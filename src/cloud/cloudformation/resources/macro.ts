import type { ResourceProperties } from '../../core/resource-provider.ts';
import { engineProvider } from '../engine/engine-provider.ts';
import { resourceFailure } from '../engine/failure-reason.ts';
import type { Macro } from '../state.ts';

const recordOf = (properties: ResourceProperties, stackId: string): Macro => ({
  name: String(properties['Name']),
  functionName: String(properties['FunctionName']),
  stackId,
});

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-macro.html */
export const macro = engineProvider({
  type: 'AWS::CloudFormation::Macro',
  create: (properties, { engine, stackId }) => {
    const record = recordOf(properties, stackId);
    const other = engine.state.macros.get(record.name);
    if (other !== undefined && other.stackId !== stackId)
      throw resourceFailure(`Macro ${record.name} already exists in stack ${other.stackId}`);
    engine.state.macros.set(record.name, record);
    return Promise.resolve({ physicalId: record.name });
  },
  update: (physicalId, properties, _previous, { engine, stackId }) => {
    engine.state.macros.set(physicalId, recordOf(properties, stackId));
    return Promise.resolve({ physicalId });
  },
  delete: (physicalId, _properties, { engine }) => {
    engine.state.macros.delete(physicalId);
    return Promise.resolve();
  },
});
