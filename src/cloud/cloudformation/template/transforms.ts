import { formatError, validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { LANGUAGE_EXTENSIONS } from './model.ts';

/** A transform as a template names it. */
export interface TransformCall {
  readonly name: string;
  readonly parameters: JsonObject;
}

/** What runs a transform: AWS's own, or a macro. Answers with what takes the fragment's place. */
export type RunTransform = (call: TransformCall, fragment: JsonObject) => Promise<Json>;

/** Transforms that a template names at its top, in the order in which they run. */
export const topTransforms = (raw: JsonObject): readonly TransformCall[] => {
  const named = raw['Transform'];
  if (named === undefined) return [];
  return (isList(named) ? named : [named]).map(readCall);
};

const readCall = (value: Json): TransformCall => {
  if (typeof value === 'string') return { name: value, parameters: {} };
  if (isObject(value) && typeof value['Name'] === 'string') {
    const parameters = value['Parameters'] ?? {};
    return { name: value['Name'], parameters: isObject(parameters) ? parameters : {} };
  }
  throw formatError('Transform must be a string or an array of strings.');
};

/** Whether anything of a template is made by a transform. */
export const hasTransforms = (raw: JsonObject): boolean =>
  raw['Transform'] !== undefined || containsTransform(raw);

const containsTransform = (value: Json): boolean => {
  if (isList(value)) return value.some(containsTransform);
  if (!isObject(value)) return false;
  return 'Fn::Transform' in value || Object.values(value).some(containsTransform);
};

/**
 * Runs every transform of a template: those inside it from the innermost outwards, then those at its top.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
 */
export const applyTransforms = async (raw: JsonObject, run: RunTransform): Promise<JsonObject> => {
  const inner = await applyInside(raw, run);
  if (!isObject(inner)) throw formatError('unsupported structure.');
  const { Transform: _transform, ...rest } = inner;
  let template: JsonObject = rest;
  for (const call of topTransforms(raw)) {
    const made = await run(call, template);
    if (!isObject(made))
      throw validationError(`Transform ${call.name} failed with: it made no template.`);
    template = made;
  }
  // Functions of the language extensions are evaluated with the rest.
  return topTransforms(raw).some(({ name }) => name === LANGUAGE_EXTENSIONS)
    ? { ...template, Transform: LANGUAGE_EXTENSIONS }
    : template;
};

const applyInside = async (value: Json, run: RunTransform): Promise<Json> => {
  if (isList(value)) return Promise.all(value.map((member) => applyInside(member, run)));
  if (!isObject(value)) return value;
  const members: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value))
    members[name] = await applyInside(member, run);
  const { 'Fn::Transform': call, ...siblings } = members;
  return call === undefined ? members : run(readCall(call), siblings);
};
