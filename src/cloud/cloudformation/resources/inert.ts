import type { ProviderContext, ResourceProvider } from '../../core/resource-provider.ts';
import type { PropertyType, ResourceType } from '../../../schema/index.ts';
import { resourceType } from '../../../schema/index.ts';

/** What stands for an attribute that nothing computes. */
const placeholder = (name: string, { kind }: PropertyType, physicalId: string): unknown => {
  if (kind === 'integer' || kind === 'number') return 0;
  if (kind === 'boolean') return false;
  if (kind === 'list') return [];
  return `inert-${name.toLowerCase().replaceAll('.', '-')}-${physicalId}`;
};

const attributesOf = (
  type: ResourceType,
  physicalId: string,
  properties: Readonly<Record<string, unknown>>,
  { partition, region, accountId }: ProviderContext,
): Readonly<Record<string, unknown>> => {
  const [, service = '', kind = ''] = type.name.split('::');
  return Object.fromEntries(
    [...type.attributes].map(([name, { type: shape }]) => [
      name,
      properties[name] ??
        (name.endsWith('Arn')
          ? `arn:${partition}:${service.toLowerCase()}:${region}:${accountId}:${kind.toLowerCase()}/${physicalId}`
          : placeholder(name, shape, physicalId)),
    ]),
  );
};

/**
 * A record in place of a resource: ids and attributes by AWS's schema, and nothing behind them. Its events name every
 * property as kept but not acted on.
 * @returns undefined for a type that AWS does not have
 */
export const inertProvider = (name: string): ResourceProvider | undefined => {
  const type = resourceType(name);
  if (type === undefined) return undefined;
  const [identifier = ''] = type.primaryIdentifier;
  return {
    type: name,
    inert: [...type.properties.keys()],
    create: (properties, context) => {
      const named = type.primaryIdentifier.length === 1 ? properties[identifier] : undefined;
      const physicalId = typeof named === 'string' ? named : context.generateName({ max: 64 });
      return Promise.resolve({
        physicalId,
        attributes: attributesOf(type, physicalId, properties, context),
      });
    },
    update: (physicalId, properties, _previous, context) =>
      Promise.resolve({
        physicalId,
        attributes: attributesOf(type, physicalId, properties, context),
      }),
    delete: () => Promise.resolve(),
  };
};
