import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { Providers } from '../engine/context.ts';
import { cdkMetadata } from './cdk-metadata.ts';
import { CUSTOM_RESOURCE, isCustomResource } from '../../../schema/index.ts';
import { customResource } from './custom-resource.ts';
import { inertProvider } from './inert.ts';
import { macro } from './macro.ts';
import { nestedStack } from './nested-stack.ts';
import { waitCondition, waitConditionHandle } from './wait-condition.ts';

const OWN = [
  cdkMetadata,
  customResource(CUSTOM_RESOURCE),
  macro,
  nestedStack,
  waitCondition,
  waitConditionHandle,
];

/**
 * Providers by type, with CloudFormation's own types.
 * @param inert - Whether a type without behaviour becomes a record
 */
export const createProviders = (
  resources: readonly ResourceProvider[],
  inert: boolean,
): Providers => {
  const known = new Map([...OWN, ...resources].map((provider) => [provider.type, provider]));
  const find = (type: string, asRecord: boolean): ResourceProvider | undefined => {
    let provider = known.get(type);
    if (provider === undefined && isCustomResource(type)) provider = customResource(type);
    if (provider === undefined && asRecord) provider = inertProvider(type);
    if (provider !== undefined && !asRecord) known.set(type, provider);
    return provider;
  };
  return { get: (type, inertTypes = []) => find(type, inert || inertTypes.includes(type)) };
};
