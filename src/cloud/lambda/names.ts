import type { Random } from '../core/random.ts';
import { functionNotFound, invalidParameterValue, validation } from './errors.ts';
import type { AliasRecord, FunctionVersion, LambdaState } from './state.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** ARN of a function, or of one of its versions or aliases. */
export const functionArn = (
  { region, accountId }: Place,
  name: string,
  qualifier?: string,
): string =>
  `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;

/** ARN that the API answers for a version: `$LATEST` has the function's own. */
export const versionArn = (place: Place, { functionName, version }: FunctionVersion): string =>
  functionArn(place, functionName, version === '$LATEST' ? undefined : version);

/** A function as a caller names it: name, partial ARN or ARN, with or without a qualifier. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier?: string;
}

const REFERENCE =
  /^(?:arn:aws[\w-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([\w-]{1,140})(?::(\$LATEST|[\w-]+))?$/;

/**
 * Reads every form of https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
 * @throws {ValidationException} for what is none of them
 * @throws {ResourceNotFoundException} for a function of another region or account
 */
export const readReference = (
  place: Place,
  given: string | undefined,
  separately?: string,
): FunctionReference => {
  const text = given ?? '';
  const match = REFERENCE.exec(text);
  const name = match?.[3];
  if (match === null || name === undefined)
    throw validation(
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
    );
  if (name.length > 64 && !text.startsWith('arn:'))
    throw validation(
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
  const [, region = place.region, accountId = place.accountId, , inName] = match;
  if (inName !== undefined && separately !== undefined && inName !== separately)
    throw invalidParameterValue(
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  if (region !== place.region || accountId !== place.accountId)
    throw functionNotFound(functionArn({ region, accountId }, name, inName ?? separately));
  const qualifier = separately ?? inName;
  return { name, ...(qualifier === undefined ? {} : { qualifier }) };
};

const isVersion = (qualifier: string): boolean =>
  qualifier === '$LATEST' || /^\d+$/.test(qualifier);

/** What a reference leads to. */
export interface ResolvedFunction extends FunctionReference {
  readonly alias?: AliasRecord;
  readonly version: FunctionVersion;
  /** With the qualifier that was named. */
  readonly arn: string;
}

/**
 * @throws {ResourceNotFoundException} in AWS's words
 */
export const resolveFunction = (
  state: LambdaState,
  reference: FunctionReference,
): ResolvedFunction => {
  const { name, qualifier } = reference;
  const arn = functionArn(state, name, qualifier);
  if (!state.functions.has(name)) throw functionNotFound(arn);
  if (qualifier === undefined || isVersion(qualifier)) {
    const version = state.versions.get(`${name}:${qualifier ?? '$LATEST'}`);
    if (version === undefined) throw functionNotFound(arn);
    return { ...reference, version, arn };
  }
  const alias = state.aliases.get(`${name}:${qualifier}`);
  const version = state.versions.get(`${name}:${alias?.version ?? ''}`);
  if (alias === undefined || version === undefined) throw functionNotFound(arn);
  return { ...reference, alias, version, arn };
};

/** The version that serves this call: an alias may share its calls out. */
export const chooseVersion = (
  context: { readonly state: LambdaState; readonly random: Random },
  resolved: ResolvedFunction,
): FunctionVersion => {
  const routing = resolved.alias?.routing;
  if (routing === undefined || context.random.fraction() >= routing.weight) return resolved.version;
  return context.state.versions.get(`${resolved.name}:${routing.version}`) ?? resolved.version;
};
