import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { insufficientCapabilities, notHere, templateError, validationError } from '../errors.ts';
import { createScope } from '../evaluate/create-scope.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { checkRules } from '../evaluate/rules.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { CloudFormationState } from '../state.ts';
import { readMappings } from '../template/check-form.ts';
import { expandLoops } from '../template/loops.ts';
import type { Template } from '../template/model.ts';
import { LANGUAGE_EXTENSIONS } from '../template/model.ts';
import { readParameterDefinitions } from '../template/parameter-definitions.ts';
import type { ParameterValue } from '../template/parameters.ts';
import { parameterScope } from '../template/parameters.ts';
import { parseText } from '../template/parse-text.ts';
import type { RunTransform, TransformCall } from '../template/transforms.ts';
import { applyTransforms, hasTransforms } from '../template/transforms.ts';
import { fetchSnippet } from './template-source.ts';

type Context = OperationContext<CloudFormationState>;

/** The parameters that a template's text declares, before its transforms have run. */
export const declaredParameters = async (text: string): Promise<Template['parameters']> => {
  const parameters = (await parseText(text))['Parameters'];
  return readParameterDefinitions(isObject(parameters) ? parameters : {});
};

/**
 * A template's text as its transforms make it; the same text when it has none.
 * @throws {AwsError} in CloudFormation's words
 */
export const processTemplate = async (
  text: string,
  parameters: readonly ParameterValue[],
  context: Context,
): Promise<string> => {
  // A text without the word needs no look at its structure.
  if (!text.includes('Transform')) return text;
  const raw = await parseText(text);
  if (!hasTransforms(raw)) return text;
  const declared = readParameterDefinitions(isObject(raw['Parameters']) ? raw['Parameters'] : {});
  const run: RunTransform = (call, fragment) => {
    if (call.name === LANGUAGE_EXTENSIONS)
      return Promise.resolve(extendLanguage(fragment, declared, parameters, context));
    if (call.name === 'AWS::Include') return include(call, fragment, declared, parameters, context);
    if (call.name.startsWith('AWS::')) throw notHere(`The transform ${call.name}`);
    return runMacro(call, fragment, declared, parameters, context);
  };
  return JSON.stringify(await applyTransforms(raw, run));
};

/** @throws {AwsError} when a template with transforms is deployed without a look at what they made */
export const checkExpansion = async (
  text: string,
  capabilities: readonly string[],
): Promise<void> => {
  if (!text.includes('Transform') || capabilities.includes('CAPABILITY_AUTO_EXPAND')) return;
  if (hasTransforms(await parseText(text)))
    throw insufficientCapabilities(['CAPABILITY_AUTO_EXPAND']);
};

/** A scope of parameters and mappings alone: what transforms may refer to. */
const scopeOf = (
  raw: JsonObject,
  declared: Template['parameters'],
  parameters: readonly ParameterValue[],
  context: Context,
) => {
  const template: Template = {
    transforms: [LANGUAGE_EXTENSIONS],
    parameters: declared,
    mappings: readMappings(isObject(raw['Mappings']) ? raw['Mappings'] : {}),
    conditions: new Map(),
    rules: new Map(),
    resources: new Map(),
    outputs: new Map(),
  };
  const unknown = (name: string): never => {
    throw templateError(
      `${name} is not known when transforms run. Only parameters, pseudo parameters and mappings are.`,
    );
  };
  return createScope(
    template,
    parameters,
    {
      accountId: context.accountId,
      region: context.region,
      stackId: '',
      stackName: '',
      notificationArns: [],
    },
    { ref: unknown, attribute: unknown, importValue: unknown },
  );
};

/** @throws {AwsError} when a rule of the template refuses its parameters */
export const checkParameterRules = (
  template: Template,
  parameters: readonly ParameterValue[],
  context: Context,
): void => {
  if (template.rules.size === 0) return;
  const scope = scopeOf({}, template.parameters, parameters, context);
  checkRules({
    ...scope,
    template: { ...scope.template, mappings: template.mappings, rules: template.rules },
  });
};

const extendLanguage = (
  template: JsonObject,
  declared: Template['parameters'],
  parameters: readonly ParameterValue[],
  context: Context,
): Json => {
  const scope = scopeOf(template, declared, parameters, context);
  const expanded = expandLoops(template, (collection) => {
    const list = isList(collection)
      ? collection.flatMap((member) => evaluate(member, scope))
      : evaluate(collection, scope);
    const elements = isList(list as Json) ? (list as readonly unknown[]) : [];
    if (!isList(list as Json) || elements.some((element) => typeof element === 'object'))
      throw templateError('The collection of Fn::ForEach must be a list of texts.');
    return elements.map(String);
  });
  if (!isObject(expanded) || !isObject(expanded['Resources'])) return expanded;
  const policies = ['DeletionPolicy', 'UpdateReplacePolicy'];
  const Resources = Object.fromEntries(
    Object.entries(expanded['Resources']).map(([id, resource]) => [
      id,
      isObject(resource)
        ? Object.fromEntries(
            Object.entries(resource).map(([name, value]) => [
              name,
              policies.includes(name) && isObject(value) ? (evaluate(value, scope) as Json) : value,
            ]),
          )
        : resource,
    ]),
  );
  return { ...expanded, Resources };
};

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html */
const include = async (
  { parameters: given }: TransformCall,
  fragment: JsonObject,
  declared: Template['parameters'],
  parameters: readonly ParameterValue[],
  context: Context,
): Promise<Json> => {
  const location = evaluate(given['Location'] ?? '', scopeOf({}, declared, parameters, context));
  if (typeof location !== 'string' || !/^(s3|https?):\/\//.test(location))
    throw validationError(
      `Transform AWS::Include failed with: The location parameter is not a valid S3 uri. It is ${JSON.stringify(location)}.`,
    );
  const snippet = await parseText(await fetchSnippet(location, context));
  return { ...fragment, ...snippet };
};

interface MacroAnswer {
  readonly status?: unknown;
  readonly fragment?: Json;
  readonly errorMessage?: unknown;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html */
const runMacro = async (
  { name, parameters: given }: TransformCall,
  fragment: JsonObject,
  declared: Template['parameters'],
  parameters: readonly ParameterValue[],
  context: Context,
): Promise<Json> => {
  const transformId = `${context.accountId}::${name}`;
  const macro = context.state.macros.get(name);
  if (macro === undefined) throw validationError(`No transform named ${transformId} found.`);
  const scope = scopeOf({}, declared, parameters, context);
  const values = parameterScope({ parameters: declared }, parameters);
  const event = {
    region: context.region,
    accountId: context.accountId,
    fragment,
    transformId,
    params: evaluate(given, scope),
    requestId: context.random.uuid(),
    templateParameterValues: Object.fromEntries(values),
  };
  const failed = (why: string) => validationError(`Transform ${transformId} failed ${why}`);
  let answer: MacroAnswer;
  try {
    const { FunctionError, Payload } = (await context.call({
      service: 'lambda',
      operation: 'Invoke',
      input: {
        FunctionName: macro.functionName,
        Payload: new TextEncoder().encode(JSON.stringify(event)),
      },
    })) as { readonly FunctionError?: string; readonly Payload?: Uint8Array };
    const text = Buffer.from(Payload ?? []).toString('utf8');
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    if (FunctionError !== undefined)
      throw failed(`with: Error: ${(parsed as { errorMessage?: string }).errorMessage ?? text}`);
    answer = parsed as MacroAnswer;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ValidationError') throw error;
    throw failed(`with: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof answer.status !== 'string' || answer.status.toLowerCase() !== 'success')
    throw failed(
      typeof answer.errorMessage === 'string'
        ? `with: ${answer.errorMessage}`
        : 'without an error message.',
    );
  if (answer.fragment === undefined)
    throw failed('with: Template format error: unsupported structure.');
  return answer.fragment;
};
