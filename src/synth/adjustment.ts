import type { Adjustment } from '../spec/adjust.ts';
import { isExpression } from '../spec/value.ts';
import type { TemplateBuilder } from './builder.ts';
import type { TemplateResource } from './template.ts';
import { retentionOf } from './retention.ts';

type Options = Adjustment['options'];

/** Merges what an adjustment says into the resource that it names; a name that fits none, or several, is a mistake of the program. */
export const applyAdjustment = (adjustment: Adjustment, builder: TemplateBuilder): void => {
  const { target, type, properties, options, declaredAt } = adjustment;
  const name = typeof target === 'string' ? target : target.name;
  const own = [...builder.resources].filter(
    ([id]) => id === name || (typeof target !== 'string' && builder.ownerOf(id) === name),
  );
  const fitting = own.filter(([, resource]) => resource.Type === type);
  const [only, ...others] = fitting;
  if (only === undefined)
    return builder.problem(
      'INVALID_OPTION',
      own.length === 0
        ? `adjust names ${name}, which is nothing in this service. List it, or correct the name.`
        : `adjust wants the ${type} of ${name}, which has none; it has ${[...new Set(own.map(([, { Type }]) => Type))].sort().join(', ')}.`,
      declaredAt,
    );
  if (others.length > 0)
    return builder.problem(
      'INVALID_OPTION',
      `adjust wants the ${type} of ${name}, which has ${fitting.length} of them. Name one by its logical id: ${fitting.map(([id]) => `'${id}'`).join(', ')}.`,
      declaredAt,
    );
  const [logicalId] = only;
  builder.adjusted(logicalId, Object.keys(properties), declaredAt);
  if (options.unchecked !== undefined) builder.uncheck(logicalId, options.unchecked);
  builder.amend(logicalId, (resource) => ({
    ...resource,
    ...(options.dependsOn === undefined
      ? {}
      : {
          DependsOn: [...(resource.DependsOn ?? []), ...options.dependsOn.map((one) => one.name)],
        }),
    ...(saysRetention(options) ? retentionOf(resource.Type, options) : {}),
    ...metadataOf(resource, options),
    Properties: merge(resource.Properties ?? {}, properties, builder),
  }));
};

const saysRetention = ({ deletionPolicy, updateReplacePolicy, replaceable }: Options): boolean =>
  deletionPolicy !== undefined || updateReplacePolicy !== undefined || replaceable === true;

const metadataOf = (resource: TemplateResource, { metadata, ...options }: Options) => {
  const all = {
    ...resource.Metadata,
    ...(saysRetention(options) ? retentionOf(resource.Type, options).Metadata : {}),
    ...metadata,
  };
  return Object.keys(all).length === 0 ? {} : { Metadata: all };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `{ Ref: … }` is a value, not an object with a member. */
const isIntrinsic = (value: Readonly<Record<string, unknown>>): boolean => {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0]?.startsWith('Fn::') === true);
};

const merge = (
  before: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
  builder: TemplateBuilder,
): Record<string, unknown> => {
  const merged: Record<string, unknown> = { ...before };
  for (const [name, wanted] of Object.entries(change)) {
    const had = before[name];
    if (wanted === undefined) delete merged[name];
    else if (
      isObject(wanted) &&
      !isExpression(wanted) &&
      !isIntrinsic(wanted) &&
      isObject(had) &&
      !isIntrinsic(had)
    )
      merged[name] = merge(had, wanted, builder);
    else merged[name] = builder.resolve(wanted);
  }
  return merged;
};
