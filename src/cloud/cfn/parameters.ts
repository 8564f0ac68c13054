import { validationError } from './errors.ts';
import type { ParsedTemplate, TemplateParameter } from './parse-template.ts';

export interface GivenParameter {
  readonly ParameterKey?: string | undefined;
  readonly ParameterValue?: string | undefined;
  readonly UsePreviousValue?: boolean | undefined;
}

/** Values of a template's parameters, as text. @throws {ValidationError} with AWS's texts */
export const resolveParameters = (
  template: ParsedTemplate,
  given: readonly GivenParameter[],
  previous: Readonly<Record<string, string>>,
): Record<string, string> => {
  const named = new Map(given.map((parameter) => [parameter.ParameterKey ?? '', parameter]));
  const unknown = [...named.keys()].filter((name) => !(name in template.Parameters));
  if (unknown.length > 0)
    throw validationError(`Parameters: [${unknown.join(', ')}] do not exist in the template`);
  const missing: string[] = [];
  const values: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(template.Parameters)) {
    const own = named.get(name);
    const value =
      own?.UsePreviousValue === true
        ? previous[name]
        : (own?.ParameterValue ??
          (parameter.Default === undefined ? undefined : String(parameter.Default)));
    if (value === undefined) missing.push(name);
    else {
      check(name, parameter, value);
      values[name] = value;
    }
  }
  if (missing.length > 0)
    throw validationError(`Parameters: [${missing.join(', ')}] must have values`);
  return values;
};

const check = (name: string, parameter: TemplateParameter, value: string): void => {
  const { Type: type } = parameter;
  if (type.startsWith('AWS::SSM::'))
    throw validationError(
      `The parameter ${name} has the type ${type}, which is not supported by the embedded cloud.`,
    );
  const wrong = (message: string) =>
    validationError(
      `Parameter '${name}' ${parameter.ConstraintDescription === undefined ? message : `failed to satisfy constraint: ${parameter.ConstraintDescription}`}`,
    );
  const items =
    type === 'CommaDelimitedList' || type.startsWith('List<')
      ? value.split(',').map((item) => item.trim())
      : [value];
  for (const item of items) {
    if (
      (type === 'Number' || type === 'List<Number>') &&
      (item === '' || Number.isNaN(Number(item)))
    )
      throw validationError(`Parameter '${name}' must be a number.`);
    if (
      parameter.AllowedValues !== undefined &&
      !parameter.AllowedValues.map(String).includes(item)
    )
      throw wrong(`must be one of AllowedValues`);
    if (
      parameter.AllowedPattern !== undefined &&
      !new RegExp(`^(?:${parameter.AllowedPattern})$`).test(item)
    )
      throw wrong(`must match pattern ${parameter.AllowedPattern}`);
    if (parameter.MinLength !== undefined && item.length < Number(parameter.MinLength))
      throw wrong(`must contain at least ${parameter.MinLength} characters`);
    if (parameter.MaxLength !== undefined && item.length > Number(parameter.MaxLength))
      throw wrong(`must contain at most ${parameter.MaxLength} characters`);
    if (parameter.MinValue !== undefined && Number(item) < Number(parameter.MinValue))
      throw wrong(`must be a number not less than ${parameter.MinValue}`);
    if (parameter.MaxValue !== undefined && Number(item) > Number(parameter.MaxValue))
      throw wrong(`must be a number not greater than ${parameter.MaxValue}`);
  }
};

/** What `Ref` answers: lists as lists. */
export const parameterValues = (
  template: ParsedTemplate,
  values: Readonly<Record<string, string>>,
): Record<string, string | readonly string[]> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = template.Parameters[name]?.Type ?? 'String';
      const isList = type === 'CommaDelimitedList' || type.startsWith('List<');
      return [name, isList ? value.split(',').map((item) => item.trim()) : value];
    }),
  );

export const isNoEcho = (parameter: TemplateParameter | undefined): boolean =>
  String(parameter?.NoEcho ?? false) === 'true';
