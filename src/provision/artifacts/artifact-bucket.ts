import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { ARTIFACT_STACK_NAME, artifactTemplate } from './artifact-template.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, isSuccess, situationOf } from '../stack/stack-state.ts';
import type { StackOutcome } from '../stack/watch-stack.ts';
import { eventsSoFar, watchStack } from '../stack/watch-stack.ts';

/** Where archives go. */
export interface ArtifactBucket {
  readonly name: string;
  /** The account that must own it; undefined for a bucket that the user named. */
  readonly owner?: string;
}

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws {BUCKET_NAME_INVALID} when S3 could not have a bucket of that name */
export const namedBucket = (name: string): ArtifactBucket => {
  if (BUCKET_NAME.test(name)) return { name };
  throw new DeployError(
    'BUCKET_NAME_INVALID',
    `--bucket is ${JSON.stringify(name)}, which cannot be a bucket's name: 3 to 63 of a-z, 0-9, "." and "-", starting and ending with a letter or digit.`,
    { hint: 'Pass the name alone, without s3:// and without a path, or leave --bucket out.' },
  );
};

/** Looks for Sparta's own bucket in this account and region. */
export const findArtifactStack = (
  api: CloudFormationApi,
  signal: AbortSignal,
): Promise<StackState | undefined> => describeStack(api, ARTIFACT_STACK_NAME, signal);

/**
 * Sparta's own bucket, made when it is not there. Two deployments that need it first at the same time make it once.
 *
 * @throws {BUCKET_NOT_READY} when its stack fails
 */
export const ensureArtifactBucket = async (
  api: CloudFormationApi,
  found: StackState | undefined,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<ArtifactBucket> => {
  const start = performance.now();
  let stack = found;
  if (situationOf(stack) === 'must-be-deleted' && stack !== undefined) {
    await removeFailed(api, stack, signal);
    stack = undefined;
  }
  const known = bucketOf(stack);
  if (known !== undefined) return known;
  onProgress({ kind: 'bucket-creating', stackName: ARTIFACT_STACK_NAME });
  const stackId = situationOf(stack) === 'busy' ? stack?.stackId : await startStack(api, signal);
  const outcome = await watchStack(api, {
    stackName: ARTIFACT_STACK_NAME,
    stackId: stackId ?? ARTIFACT_STACK_NAME,
    seen: new Set(),
    signal,
    onProgress,
  });
  const bucket = bucketOf(await describeStack(api, stackId ?? ARTIFACT_STACK_NAME, signal));
  if (!isSuccess(outcome.status) || bucket === undefined) throw notReady(outcome);
  onProgress({
    kind: 'bucket-created',
    bucket: bucket.name,
    durationMs: performance.now() - start,
  });
  return bucket;
};

/** The bucket of a stack of ours that stands; undefined when there is none yet. */
export const bucketOf = (stack: StackState | undefined): ArtifactBucket | undefined => {
  if (stack === undefined || situationOf(stack) !== 'updatable') return undefined;
  const name = stack.outputs.find((output) => output.key === 'BucketName')?.value;
  return name === undefined ? undefined : { name, owner: stack.accountId };
};

const startStack = async (api: CloudFormationApi, signal: AbortSignal): Promise<string> => {
  try {
    const { StackId } = await api.createStack(
      {
        StackName: ARTIFACT_STACK_NAME,
        TemplateBody: artifactTemplate(),
        OnFailure: 'DELETE',
        Tags: [{ Key: 'sparta:purpose', Value: 'artifacts' }],
      },
      signal,
    );
    return StackId ?? ARTIFACT_STACK_NAME;
  } catch (error) {
    // Another deployment was a moment faster; its bucket is ours too.
    if (readFailure(error).code === 'AlreadyExistsException') return ARTIFACT_STACK_NAME;
    throw error;
  }
};

/** The bucket is retained by policy, so what is deleted here is only the record of a failed creation. */
const removeFailed = async (api: CloudFormationApi, stack: StackState, signal: AbortSignal) => {
  const seen = await eventsSoFar(api, stack.stackId, signal);
  await api.deleteStack({ StackName: stack.stackId }, signal);
  const outcome = await watchStack(api, {
    stackName: ARTIFACT_STACK_NAME,
    stackId: stack.stackId,
    seen,
    signal,
    onProgress: () => undefined,
  });
  if (outcome.status !== 'DELETE_COMPLETE') throw notReady(outcome);
};

const notReady = (outcome: StackOutcome): DeployError => {
  const failure = outcome.failures[0];
  const cause =
    failure === undefined ? outcome.statusReason : `${failure.logicalId}: ${failure.reason}`;
  return new DeployError(
    'BUCKET_NOT_READY',
    `The bucket for archives could not be made: stack ${ARTIFACT_STACK_NAME} is ${outcome.status}${
      cause === undefined ? '' : ` (${cause})`
    }.`,
    {
      hint: 'Pass a bucket of your own in this region with --bucket NAME, or put right what the message says and run it again.',
      stackStatus: outcome.status,
      ...(failure === undefined ? {} : { failure }),
    },
  );
};
