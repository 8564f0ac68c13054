import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { Target } from '../aws/target.ts';
import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import { lookUpArchive } from '../artifacts/contents.ts';
import { fitsRequest, uploadTemplate } from '../artifacts/template-upload.ts';
import type { ChangeSet } from '../change-set/change-set.ts';
import {
  awaitChangeSet,
  changeSetFailed,
  discardChangeSet,
  discardShell,
  validationErrors,
} from '../change-set/change-set.ts';
import type { TemplateFacts } from '../change-set/parameters.ts';
import { BUCKET_PARAMETER, KEY_PARAMETER, resolveParameters } from '../change-set/parameters.ts';
import { executeChangeSet, planChangeSet } from '../change-set/run-change-set.ts';
import { DeployError } from '../errors.ts';
import { readFailure } from '../failure/explain-failure.ts';
import { uploadNested } from '../nested/division.ts';
import type { StackState } from '../stack/stack-state.ts';
import type { ArchiveChange } from './archive-change.ts';
import { compareArchives } from './archive-change.ts';
import type { Ground, PlanRequest } from './ground.ts';
import { isAsDeployed } from './is-as-deployed.ts';
import type { Plan } from './plan.ts';
import { readChanges } from './plan.ts';
import { planPermissions } from './plan-permissions.ts';

/** A plan, and what can be done with it. One of the two is to be called. */
export interface MadePlan {
  readonly plan: Plan;
  /** The ARN of the stack, or of the shell that is one only as a plan. */
  readonly stackId: string;
  /** Starts what was planned. */
  execute(): Promise<void>;
  /** Takes back what was made to find out: the change set, and a stack that holds nothing. */
  discard(): Promise<void>;
}

/**
 * Asks CloudFormation what would change, and reads its answer. When it throws, nothing is left behind.
 *
 * @throws {CHANGE_SET_FAILED} when CloudFormation refuses the template
 * @throws {STACK_OVERTAKEN} when another run took the change set away
 */
export const makePlan = async (
  target: Target,
  api: CloudFormationApi,
  request: PlanRequest,
  ground: Ground,
): Promise<MadePlan> => {
  const changeSet = await propose(target, api, request, ground);
  if (changeSet === 'empty') return unchangedPlan(request, ground);
  const discard = async () => {
    await discardChangeSet(api, changeSet, request.onProgress);
    if (ground.kind === 'create') await discardShell(api, changeSet, request.onProgress);
  };
  try {
    const workedOut = await awaitChangeSet(api, changeSet, request.signal);
    if (workedOut.kind === 'empty') {
      const made = unchangedPlan(request, ground);
      return { ...made, discard };
    }
    if (workedOut.kind === 'failed')
      throw changeSetFailed(
        request.stackName,
        workedOut.reason,
        await validationErrors(api, changeSet, request.signal),
      );
    const { stackName, stackId } = changeSet;
    const changes = readChanges(workedOut.changes);
    const [permissions, archive] = await Promise.all([
      planPermissions(api, { request, ground, changeSet, changes }),
      planArchive(target, request, ground),
    ]);
    const plan: Plan = {
      ...placeOf(stackName, stackId),
      kind: ground.kind,
      changes,
      permissions,
      ...(archive === undefined ? {} : { archive }),
      makesBucket: ground.makesBucket,
    };
    return { plan, stackId, execute: () => executeChangeSet(api, request, changeSet), discard };
  } catch (error) {
    await discard();
    throw readFailure(error).code === 'ChangeSetNotFound'
      ? new DeployError(
          'STACK_OVERTAKEN',
          `Another run changed ${request.stackName} while this plan was made, so it came to nothing.`,
          { hint: 'Run the same command again: it plans from what is there now.', cause: error },
        )
      : error;
  }
};

const placeOf = (stackName: string, stackId: string) => {
  // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
  const [, , , region = '', accountId = ''] = stackId.split(':');
  return { stackName, stackId, accountId, region };
};

const unchangedPlan = ({ stackName }: PlanRequest, { kind, current }: Ground): MadePlan => {
  if (kind === 'create' || current === undefined)
    throw changeSetFailed(stackName, 'the template has no resources', []);
  const { stackId } = current;
  return {
    plan: {
      ...placeOf(stackName, stackId),
      kind: 'unchanged',
      changes: [],
      permissions: { known: true, holders: [] },
      makesBucket: false,
    },
    stackId,
    execute: async () => undefined,
    discard: async () => undefined,
  };
};

const propose = async (
  target: Target,
  api: CloudFormationApi,
  request: PlanRequest,
  ground: Ground,
): Promise<ChangeSet | 'empty'> => {
  const { kind, current, body, bucket, deployable } = ground;
  const { stackName, signal, onProgress } = request;
  const { template, nested, isNested } = deployable;
  const parameters = resolveParameters(
    template,
    { ...artifactParameters(template, ground), ...request.parameters },
    kind === 'update' ? (current?.parameters ?? {}) : {},
  );
  if (await isAsDeployed(api, request, ground, parameters)) return 'empty';
  const placed = fitsRequest(body)
    ? { TemplateBody: body }
    : await uploadTemplate(target, api, {
        stackName,
        body,
        bucket: bucket ?? noBucket(request, body),
        signal,
        onProgress,
      });
  if (nested.length > 0)
    await uploadNested(target, api, {
      stackName,
      nested,
      bucket: bucket ?? noBucket(request, body),
      signal,
      onProgress,
    });
  signal.throwIfAborted();
  return await planChangeSet(api, request, {
    ...placed,
    ...(isNested ? { IncludeNestedStacks: true } : {}),
    ChangeSetType: kind === 'update' ? 'UPDATE' : 'CREATE',
    Parameters: [...parameters],
    Capabilities: [
      'CAPABILITY_NAMED_IAM',
      ...(template.Transform === undefined ? [] : (['CAPABILITY_AUTO_EXPAND'] as const)),
    ],
    ...tagsOf(request),
    // A failure is rolled back as ever. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeploymentConfig.html
    ...(request.express === true
      ? { DeploymentConfig: { Mode: 'EXPRESS' as const, DisableRollback: false } }
      : {}),
  });
};

const noBucket = ({ stackName, command }: PlanRequest, body: string): never => {
  throw new DeployError(
    'BUCKET_NOT_FOUND',
    `The template of ${stackName} has ${Buffer.byteLength(body)} bytes; CloudFormation takes more than 51200 only from a bucket, there is none yet, and a plan makes none.`,
    {
      hint: `Pass a bucket of yours with --bucket NAME, or "${command('provision --confirm')}": it makes the bucket, shows the plan, and asks.`,
    },
  );
};

/** Stands for a bucket that is still to be made; nothing reads from it. */
const BUCKET_TO_BE_MADE = 'sparta-artifacts-to-be-made';

const artifactParameters = (
  template: TemplateFacts,
  { bucket, archive, makesBucket }: Ground,
): Record<string, string> => {
  const declared = template.Parameters ?? {};
  const name = bucket?.name ?? (makesBucket ? BUCKET_TO_BE_MADE : '');
  return {
    // A service without functions has no archive, and nothing in its template looks at these two.
    ...(BUCKET_PARAMETER in declared ? { [BUCKET_PARAMETER]: name } : {}),
    ...(KEY_PARAMETER in declared ? { [KEY_PARAMETER]: archive?.key ?? '' } : {}),
  };
};

const tagsOf = ({ tags }: PlanRequest) =>
  tags === undefined ? {} : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };

/** How the code changes; asked only when it does. */
const planArchive = async (
  target: Target,
  { signal }: PlanRequest,
  { kind, current, archive, bucket }: Ground,
): Promise<ArchiveChange | undefined> => {
  if (archive === undefined) return undefined;
  const deployed = deployedArchive(kind === 'update' ? current : undefined, bucket);
  if (deployed === undefined) return compareArchives('none', archive.sizeBytes, archive.contents);
  if (deployed.key === archive.key) return undefined;
  return compareArchives(
    await lookUpArchive(target, deployed.bucket, deployed.key, signal),
    archive.sizeBytes,
    archive.contents,
  );
};

const deployedArchive = (
  current: StackState | undefined,
  bucket: ArtifactBucket | undefined,
): { readonly key: string; readonly bucket: ArtifactBucket } | undefined => {
  const key = current?.parameters[KEY_PARAMETER];
  const name = current?.parameters[BUCKET_PARAMETER];
  if (!key || !name) return undefined;
  return { key, bucket: bucket?.name === name ? bucket : { name } };
};
