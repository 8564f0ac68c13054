import type { ResourceProvider } from '../../core/resource-provider.ts';

/** Tells AWS which constructs were used, and makes nothing. https://docs.aws.amazon.com/cdk/v2/guide/usage-data.html */
export const cdkMetadata: ResourceProvider = {
  type: 'AWS::CDK::Metadata',
  create: (_properties, context) =>
    Promise.resolve({ physicalId: context.generateName({ max: 64 }) }),
  update: (physicalId) => Promise.resolve({ physicalId }),
  delete: () => Promise.resolve(),
};
