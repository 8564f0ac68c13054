import type * as Ssm from '@aws-sdk/client-ssm';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
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
import { decryptValue, encryptValue, OWN_KEY } from './secure-value.ts';
import type { Parameter, ParameterType, ParameterVersion, SsmState } from './state.ts';

type Context = OperationContext<SsmState>;

/** What is not decrypted reads as its ciphertext. */
const shownValue = (
  context: Context,
  name: string,
  version: ParameterVersion,
  decrypted: boolean | undefined,
): string | Promise<string> => {
  if (version.type !== 'SecureString') return version.value;
  if (decrypted === true) return decryptValue(context, name, version);
  return version.cipher === undefined
    ? Buffer.from(version.value).toString('base64')
    : version.value;
};

/** A parameter as the Get operations tell it. */
export const describeValue = async (
  context: Context,
  parameter: Parameter,
  version: ParameterVersion,
  how: { readonly selector?: string; readonly decrypted?: boolean | undefined } = {},
): Promise<Ssm.Parameter> => ({
  Name: parameter.name,
  Type: version.type,
  Value: await shownValue(context, parameter.name, version, how.decrypted),
  Version: version.version,
  LastModifiedDate: new Date(version.modifiedAt),
  ARN: arnOf(context, parameter.name),
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

/**
 * What a new version is to be, as far as the one before it decides.
 * @throws {AwsError} when it may not be
 */
const checkPut = (
  input: Ssm.PutParameterRequest,
  name: string,
  existing: Parameter | undefined,
) => {
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
  const keyId = input.KeyId ?? before?.keyId ?? OWN_KEY;
  const tier = input.Tier ?? before?.tier ?? 'Standard';
  return { before, type, pattern, keyId, tier };
};

/** The value as it is kept: of a SecureString, encrypted. */
const keptValue = async (
  input: Ssm.PutParameterRequest,
  name: string,
  context: Context,
): Promise<Pick<ParameterVersion, 'value' | 'cipher'>> => {
  const value = input.Value ?? '';
  const { type, keyId, tier } = checkPut(input, name, context.state.parameters.get(name));
  return type === 'SecureString' ? encryptValue(context, name, value, { keyId, tier }) : { value };
};

export const parameterOperations: OperationTable<SsmState> = {
  PutParameter: operation<SsmState, Ssm.PutParameterRequest, Ssm.PutParameterResult>({
    needs: ({ Name = '', Tags = [] }, context) => [
      needOn('PutParameter', context, Name),
      ...(Tags.length === 0 ? [] : [needOn('AddTagsToResource', context, Name)]),
    ],
    handle: async (input, context) => {
      const { state, clock, principal } = context;
      const { name } = readName(input.Name ?? '');
      checkName(name);
      const kept = await keptValue(input, name, context);
      const existing = state.parameters.get(name);
      // What happened while KMS worked counts: everything is looked at again.
      const { before, type, pattern, keyId, tier } = checkPut(input, name, existing);
      const description = input.Description ?? before?.description;
      const version: ParameterVersion = {
        version: (before?.version ?? 0) + 1,
        type,
        ...kept,
        modifiedAt: clock.now(),
        modifiedBy: 'arn' in principal ? principal.arn : principal.kind,
        labels: [],
        tier,
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
    handle: async ({ Name = '', WithDecryption }, context) => {
      const { name, selector } = readName(Name);
      const parameter = requireParameter(context.state, name);
      return {
        Parameter: await describeValue(context, parameter, versionOf(parameter, selector), {
          decrypted: WithDecryption,
          ...(selector === undefined ? {} : { selector }),
        }),
      };
    },
  }),

  GetParameters: operation<SsmState, Ssm.GetParametersRequest, Ssm.GetParametersResult>({
    needs: ({ Names = [] }, context) => Names.map((name) => needOn('GetParameters', context, name)),
    handle: async ({ Names = [], WithDecryption }, context) => {
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
            await describeValue(context, parameter, version, {
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
