import type * as Lambda from '@aws-sdk/client-lambda';
import type { OperationContext } from '../core/define-service.ts';
import { invalidParameterValue, preconditionFailed } from './errors.ts';
import { resolveFunction } from './names.ts';
import type { FunctionVersion, LambdaState } from './state.ts';
import { versionsOf } from './state.ts';

type Context = OperationContext<LambdaState>;

/**
 * Freezes `$LATEST` into a version. When nothing has changed since the last one, that one is the answer.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
 */
export const publish = (
  context: Context,
  name: string,
  input: Pick<Lambda.PublishVersionRequest, 'CodeSha256' | 'Description' | 'RevisionId'>,
): FunctionVersion => {
  const { state } = context;
  const { version: latest } = resolveFunction(state, { name });
  if (
    input.CodeSha256 !== undefined &&
    input.CodeSha256 !== '' &&
    input.CodeSha256 !== latest.codeSha256
  )
    throw invalidParameterValue(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${latest.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  if (input.RevisionId !== undefined && input.RevisionId !== latest.revisionId)
    throw preconditionFailed('GetFunction/GetAlias');
  const previous = versionsOf(state, name).at(-1);
  if (previous !== undefined && previous.version !== '$LATEST' && sameWork(previous, latest))
    return previous;
  const record = state.functions.get(name);
  const number = record?.nextVersion ?? 1;
  if (record !== undefined) state.functions.set(name, { ...record, nextVersion: number + 1 });
  const published: FunctionVersion = {
    ...latest,
    version: String(number),
    description: input.Description ?? latest.description,
    revisionId: context.random.uuid(),
  };
  state.versions.set(`${name}:${number}`, published);
  return published;
};

const sameWork = (a: FunctionVersion, b: FunctionVersion): boolean => {
  const work = ({
    version: _version,
    description: _description,
    revisionId: _revision,
    modifiedAt: _modified,
    ...rest
  }: FunctionVersion) => JSON.stringify(rest);
  return work(a) === work(b);
};
