import type * as Ssm from '@aws-sdk/client-ssm';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  invalidResourceId,
  invalidResourceType,
  labelLimit,
  parameterVersionNotFound,
  validation,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import { find, needOn, newest, requireParameter } from './names.ts';
import type { Parameter, SsmState } from './state.ts';

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html */
const isLabel = (label: string) =>
  /^[a-zA-Z0-9_.-]{1,100}$/.test(label) && !/^(\d|aws|ssm)/i.test(label);

interface TagRequest {
  readonly ResourceType?: string | undefined;
  readonly ResourceId?: string | undefined;
}

const requireTagged = (
  { ResourceType, ResourceId = '' }: TagRequest,
  { state }: OperationContext<SsmState>,
): Parameter => {
  if (ResourceType !== 'Parameter') throw invalidResourceType();
  const parameter = find(state, ResourceId);
  if (parameter === undefined) throw invalidResourceId();
  return parameter;
};

/** Labels of versions, and tags of parameters. */
export const labelOperations: OperationTable<SsmState> = {
  LabelParameterVersion: operation<
    SsmState,
    Ssm.LabelParameterVersionRequest,
    Ssm.LabelParameterVersionResult
  >({
    needs: ({ Name = '' }, context) => needOn('LabelParameterVersion', context, Name),
    handle: ({ Name = '', ParameterVersion, Labels = [] }, { state }) => {
      const parameter = requireParameter(state, Name);
      const version = ParameterVersion ?? newest(parameter).version;
      if (!parameter.versions.some((one) => one.version === version))
        throw parameterVersionNotFound(Name, String(version));
      const valid = Labels.filter(isLabel);
      const versions = parameter.versions.map((one) => {
        // A label is one version's alone.
        const others = one.labels.filter((label) => !valid.includes(label));
        return { ...one, labels: one.version === version ? [...others, ...valid] : others };
      });
      if (versions.some(({ labels }) => labels.length > LIMITS.labels))
        throw labelLimit(LIMITS.labels);
      state.parameters.set(parameter.name, { ...parameter, versions });
      return {
        InvalidLabels: Labels.filter((label) => !isLabel(label)),
        ParameterVersion: version,
      };
    },
  }),

  UnlabelParameterVersion: operation<
    SsmState,
    Ssm.UnlabelParameterVersionRequest,
    Ssm.UnlabelParameterVersionResult
  >({
    needs: ({ Name = '' }, context) => needOn('UnlabelParameterVersion', context, Name),
    handle: ({ Name = '', ParameterVersion, Labels = [] }, { state }) => {
      const parameter = requireParameter(state, Name);
      const version = parameter.versions.find((one) => one.version === ParameterVersion);
      if (version === undefined) throw parameterVersionNotFound(Name, String(ParameterVersion));
      const removed = Labels.filter((label) => version.labels.includes(label));
      const versions = parameter.versions.map((one) =>
        one === version
          ? { ...one, labels: one.labels.filter((label) => !removed.includes(label)) }
          : one,
      );
      state.parameters.set(parameter.name, { ...parameter, versions });
      return {
        RemovedLabels: removed,
        InvalidLabels: Labels.filter((label) => !removed.includes(label)),
      };
    },
  }),

  AddTagsToResource: operation<SsmState, Ssm.AddTagsToResourceRequest, object>({
    needs: ({ ResourceId = '' }, context) => needOn('AddTagsToResource', context, ResourceId),
    handle: (input, context) => {
      const parameter = requireTagged(input, context);
      const added = Object.fromEntries(
        (input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]),
      );
      const tags = { ...parameter.tags, ...added };
      if (Object.keys(tags).length > LIMITS.tags)
        throw validation(`A parameter can have at most ${LIMITS.tags} tags.`);
      context.state.parameters.set(parameter.name, { ...parameter, tags });
      return {};
    },
  }),

  RemoveTagsFromResource: operation<SsmState, Ssm.RemoveTagsFromResourceRequest, object>({
    needs: ({ ResourceId = '' }, context) => needOn('RemoveTagsFromResource', context, ResourceId),
    handle: (input, context) => {
      const parameter = requireTagged(input, context);
      const gone = new Set(input.TagKeys ?? []);
      const tags = Object.fromEntries(
        Object.entries(parameter.tags).filter(([key]) => !gone.has(key)),
      );
      context.state.parameters.set(parameter.name, { ...parameter, tags });
      return {};
    },
  }),

  ListTagsForResource: operation<
    SsmState,
    Ssm.ListTagsForResourceRequest,
    Ssm.ListTagsForResourceResult
  >({
    needs: ({ ResourceId = '' }, context) => needOn('ListTagsForResource', context, ResourceId),
    handle: (input, context) => ({
      TagList: Object.entries(requireTagged(input, context).tags).map(([Key, Value]) => ({
        Key,
        Value,
      })),
    }),
  }),
};
