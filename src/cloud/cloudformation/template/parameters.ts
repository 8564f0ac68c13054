import type { Parameter } from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { ParameterDefinition, Template } from './model.ts';

/** A parameter's value as the stack keeps it: text, lists joined by commas. */
export interface ParameterValue {
  readonly ParameterKey: string;
  readonly ParameterValue: string;
  /** What the parameter of Parameter Store that it names holds. */
  readonly ResolvedValue?: string;
}

/** The type of the value behind a name in Parameter Store: `List<String>` of `AWS::SSM::Parameter::Value<List<String>>`. */
export const storedType = (type: string): string | undefined =>
  /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];

/**
 * Values of a template's parameters, from the request, the stack as it is, and the defaults.
 * @param previous - of the deployed stack; undefined for a new one
 * @throws {AwsError} in CloudFormation's words
 */
export const resolveParameters = (
  template: Pick<Template, 'parameters'>,
  given: readonly Parameter[],
  previous: readonly ParameterValue[] | undefined,
): readonly ParameterValue[] => {
  const byKey = new Map(given.map((parameter) => [parameter.ParameterKey ?? '', parameter]));
  const extra = [...byKey.keys()].filter((name) => !template.parameters.has(name));
  if (extra.length > 0)
    throw validationError(`Parameters: [${extra.join(', ')}] do not exist in the template`);
  const before = new Map(previous?.map((value) => [value.ParameterKey, value.ParameterValue]));
  const missing: string[] = [];
  const values: ParameterValue[] = [];
  for (const [name, definition] of template.parameters) {
    const value = valueOf(name, byKey.get(name), definition, before);
    if (value === undefined) missing.push(name);
    else values.push({ ParameterKey: name, ParameterValue: value });
  }
  if (missing.length > 0)
    throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  for (const { ParameterKey, ParameterValue } of values) {
    const definition = template.parameters.get(ParameterKey);
    if (definition !== undefined) checkValue(ParameterKey, ParameterValue, definition);
  }
  return values;
};

const valueOf = (
  name: string,
  given: Parameter | undefined,
  definition: ParameterDefinition,
  before: ReadonlyMap<string, string>,
): string | undefined => {
  if (given?.UsePreviousValue === true) {
    if (given.ParameterValue !== undefined && given.ParameterValue !== '')
      throw validationError(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true and non empty value for a parameter`,
      );
    if (!before.has(name))
      throw validationError(
        `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
      );
    return before.get(name);
  }
  return given?.ParameterValue ?? definition.default;
};

const checkValue = (name: string, value: string, definition: ParameterDefinition): void => {
  if (Buffer.byteLength(value) > LIMITS.parameterValueBytes)
    throw validationError(
      `Parameter '${name}' has ${Buffer.byteLength(value)} bytes; at most ${LIMITS.parameterValueBytes} are allowed.`,
    );
  const elements = isListType(definition.type) ? splitList(value) : [value];
  for (const element of elements) checkElement(name, element, definition);
};

const checkElement = (name: string, value: string, definition: ParameterDefinition): void => {
  const { allowedValues, allowedPattern, constraintDescription } = definition;
  const refuse = (message: string): never => {
    throw validationError(
      constraintDescription === undefined
        ? message
        : `Parameter ${name} failed to satisfy constraint: ${constraintDescription}`,
    );
  };
  if (allowedValues !== undefined && !allowedValues.includes(value))
    refuse(`Parameter '${name}' must be one of AllowedValues`);
  if (allowedPattern !== undefined && !patternOf(name, allowedPattern).test(value))
    refuse(`Parameter '${name}' must match pattern ${allowedPattern}`);
  if (definition.type === 'Number' || definition.type === 'List<Number>') {
    if (value.trim() === '' || Number.isNaN(Number(value)))
      throw validationError(`Parameter '${name}' must be a number`);
    if (definition.minValue !== undefined && Number(value) < definition.minValue)
      refuse(`Parameter '${name}' must be a number not less than ${definition.minValue}`);
    if (definition.maxValue !== undefined && Number(value) > definition.maxValue)
      refuse(`Parameter '${name}' must be a number not greater than ${definition.maxValue}`);
    return;
  }
  if (definition.minLength !== undefined && value.length < definition.minLength)
    refuse(`Parameter '${name}' must contain at least ${definition.minLength} characters`);
  if (definition.maxLength !== undefined && value.length > definition.maxLength)
    refuse(`Parameter '${name}' must contain at most ${definition.maxLength} characters`);
};

/** A pattern must match the whole value, as Java's `matches` does. */
const patternOf = (name: string, pattern: string): RegExp => {
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    throw validationError(
      `Parameter '${name}' has an AllowedPattern that is no pattern: ${pattern}`,
    );
  }
};

const isListType = (type: string): boolean =>
  type === 'CommaDelimitedList' || type.startsWith('List<');

const splitList = (value: string): readonly string[] =>
  value === '' ? [] : value.split(',').map((element) => element.trim());

/** Parameters as functions see them: lists are lists. */
export const parameterScope = (
  template: Pick<Template, 'parameters'>,
  values: readonly ParameterValue[],
): ReadonlyMap<string, string | readonly string[]> =>
  new Map(
    values.map(({ ParameterKey, ParameterValue, ResolvedValue }) => {
      const { type = '' } = template.parameters.get(ParameterKey) ?? {};
      const value = ResolvedValue ?? ParameterValue;
      return [ParameterKey, isListType(storedType(type) ?? type) ? splitList(value) : value];
    }),
  );

/** What is shown instead of a value that was declared with NoEcho. */
export const MASK = '****';

/** Values as they may be shown. */
export const shownParameters = (
  values: readonly ParameterValue[],
  secret: ReadonlySet<string>,
): readonly ParameterValue[] =>
  values.map((value) =>
    secret.has(value.ParameterKey)
      ? { ParameterKey: value.ParameterKey, ParameterValue: MASK }
      : value,
  );

export const secretParameters = (template: Template): readonly string[] =>
  [...template.parameters].filter(([, { noEcho }]) => noEcho).map(([name]) => name);
