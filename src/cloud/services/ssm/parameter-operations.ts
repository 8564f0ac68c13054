import type * as Ssm from '@aws-sdk/client-ssm';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import {
  alreadyExists,
  invalidPattern,
  parameterNotFound,
  patternMismatch,
  typeMismatch,
  validation,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import {
  arnOf,
  checkName,
  find,
  needOn,
  newest,
  readName,
  requireParameter,
  versionOf,
} from './names.ts';
import type { Parameter, ParameterType, ParameterVersion, SsmState } from './state.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** Differs: there is no key service here. What is not decrypted reads as base64, so that nobody takes it for the value. */
const shownValue = ({ type, value }: ParameterVersion, decrypted: boolean | undefined): string =>
  type === 'SecureString' && decrypted !== true ? Buffer.from(value).toString('base64') : value;

/** A parameter as the Get operations tell it. */
export const describeValue = (
  place: Place,
  parameter: Parameter,
  version: ParameterVersion,
  how: { readonly selector?: string; readonly decrypted?: boolean | undefined } = {},
): Ssm.Parameter => ({
  Name: parameter.name,
  Type: version.type,
  Value: shownValue(version, how.decrypted),
  Version: version.version,
  LastModifiedDate: new Date(version.modifiedAt),
  ARN: arnOf(place, parameter.name),
  DataType: version.dataType,
  ...(how.selector === undefined ? {} : { Selector: `:${how.selector}` }),
});

const checkValue = (input: Ssm.PutParameterRequest, pattern: string | undefined): void => {
  const { Name = '', Value = '', Tier = 'Standard', Type, DataType = 'text' } = input;
  if (Value === '') throw validation('Parameter value can not be empty.');
  const max = Tier === 'Standard' ? LIMITS.standardBytes : LIMITS.advancedBytes;
  const bytes = Buffer.byteLength(Value);
  if (bytes > max)
    throw validation(
      `The value of ${Name} has ${bytes} bytes; a ${Tier} parameter takes ${max}.${Tier === 'Standard' ? ' An advanced one takes 8192.' : ''}`,
    );
  if (Type === 'StringList' && Value.split(',').some((item) => item.trim() === ''))
    throw validation('A StringList has no empty items.');
  if (!['text', 'aws:ec2:image', 'aws:ssm:integration'].includes(DataType))
    throw validation(`The following data type is not supported: ${DataType}`);
  if (pattern === undefined) return;
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${pattern})$`);
  } catch {
    throw invalidPattern(pattern);
  }
  if (!expression.test(Value)) throw patternMismatch(Name, pattern);
};

const tagsOf = (tags: readonly Ssm.Tag[] | undefined) =>
  Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));

/** The oldest version gives way, unless it has a label. */
const appended = (parameter: Parameter | undefined, version: ParameterVersion) => {
  const versions = [...(parameter?.versions ?? []), version];
  if (versions.length <= LIMITS.versions) return versions;
  const [oldest, ...rest] = versions;
  if (oldest !== undefined && oldest.labels.length > 0)
    throw validation(
      `The oldest version ${oldest.version} of this parameter has the label ${oldest.labels.join(', ')}. Move the label to a newer version first.`,
    );
  return rest;
};

export const parameterOperations: OperationTable<SsmState> = {
  PutParameter: operation<SsmState, Ssm.PutParameterRequest, Ssm.PutParameterResult>({
    needs: ({ Name = '', Tags = [] }, context) => [
      needOn('PutParameter', context, Name),
      ...(Tags.length === 0 ? [] : [needOn('AddTagsToResource', context, Name)]),
    ],
    handle: (input, { state, clock, principal }) => {
      const { name } = readName(input.Name ?? '');
      checkName(name);
      const existing = state.parameters.get(name);
      if (existing !== undefined && input.Overwrite !== true) throw alreadyExists();
      if (existing !== undefined && (input.Tags ?? []).length > 0)
        throw validation(
          "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        );
      const before = existing === undefined ? undefined : newest(existing);
      const type = (input.Type ?? before?.type) as ParameterType | undefined;
      if (type === undefined)
        throw validation(
          'A parameter type is required when you create a parameter: String, StringList or SecureString.',
        );
      if (before !== undefined && before.type !== type) throw typeMismatch(name);
      const pattern = input.AllowedPattern ?? before?.allowedPattern;
      checkValue({ ...input, Type: type }, pattern);
      const description = input.Description ?? before?.description;
      const keyId = input.KeyId ?? before?.keyId ?? 'alias/aws/ssm';
      const version: ParameterVersion = {
        version: (before?.version ?? 0) + 1,
        type,
        value: input.Value ?? '',
        modifiedAt: clock.now(),
        modifiedBy: 'arn' in principal ? principal.arn : principal.kind,
        labels: [],
        tier: input.Tier ?? before?.tier ?? 'Standard',
        dataType: input.DataType ?? before?.dataType ?? 'text',
        ...(description === undefined ? {} : { description }),
        ...(pattern === undefined ? {} : { allowedPattern: pattern }),
        ...(type === 'SecureString' ? { keyId } : {}),
        ...(input.Policies === undefined ? {} : { policies: input.Policies }),
      };
      state.parameters.set(name, {
        name,
        versions: appended(existing, version),
        tags: existing?.tags ?? tagsOf(input.Tags),
      });
      return { Version: version.version, Tier: version.tier as Ssm.ParameterTier };
    },
  }),

  GetParameter: operation<SsmState, Ssm.GetParameterRequest, Ssm.GetParameterResult>({
    needs: ({ Name = '' }, context) => needOn('GetParameter', context, Name),
    handle: ({ Name = '', WithDecryption }, context) => {
      const { name, selector } = readName(Name);
      const parameter = requireParameter(context.state, name);
      return {
        Parameter: describeValue(context, parameter, versionOf(parameter, selector), {
          decrypted: WithDecryption,
          ...(selector === undefined ? {} : { selector }),
        }),
      };
    },
  }),

  GetParameters: operation<SsmState, Ssm.GetParametersRequest, Ssm.GetParametersResult>({
    needs: ({ Names = [] }, context) => Names.map((name) => needOn('GetParameters', context, name)),
    handle: ({ Names = [], WithDecryption }, context) => {
      const found: Ssm.Parameter[] = [];
      const invalid: string[] = [];
      for (const given of new Set(Names)) {
        const { name, selector } = readName(given);
        const parameter = find(context.state, name);
        const version = parameter?.versions.findLast(
          (one) =>
            selector === undefined ||
            String(one.version) === selector ||
            one.labels.includes(selector),
        );
        if (parameter === undefined || version === undefined) invalid.push(given);
        else
          found.push(
            describeValue(context, parameter, version, {
              decrypted: WithDecryption,
              ...(selector === undefined ? {} : { selector }),
            }),
          );
      }
      return { Parameters: found, InvalidParameters: invalid };
    },
  }),

  DeleteParameter: operation<SsmState, Ssm.DeleteParameterRequest, Ssm.DeleteParameterResult>({
    needs: ({ Name = '' }, context) => needOn('DeleteParameter', context, Name),
    handle: ({ Name = '' }, { state }) => {
      const parameter = find(state, readName(Name).name);
      if (parameter === undefined) throw parameterNotFound();
      state.parameters.delete(parameter.name);
      return {};
    },
  }),

  DeleteParameters: operation<SsmState, Ssm.DeleteParametersRequest, Ssm.DeleteParametersResult>({
    needs: ({ Names = [] }, context) =>
      Names.map((name) => needOn('DeleteParameters', context, name)),
    handle: ({ Names = [] }, { state }) => {
      const deleted: string[] = [];
      const invalid: string[] = [];
      for (const name of Names) {
        const parameter = find(state, readName(name).name);
        if (parameter === undefined) invalid.push(name);
        else {
          state.parameters.delete(parameter.name);
          deleted.push(name);
        }
      }
      return { DeletedParameters: deleted, InvalidParameters: invalid };
    },
  }),
};
