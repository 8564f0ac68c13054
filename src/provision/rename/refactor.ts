import { holdsData } from '../../spec/holds-data.ts';
import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import { fitsRequest, fittingBody, uploadTemplate } from '../artifacts/template-upload.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { pollUntil } from '../aws/polling.ts';
import type { Target } from '../aws/target.ts';
import { DeployError } from '../errors.ts';
import { wasSplit } from '../nested/deployed-template.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { readResources, readTemplate } from '../stack/template-resources.ts';
import type { Rename } from './detect-renames.ts';
import { pinOf } from './detect-renames.ts';
import { planMoves } from './plan-moves.ts';
import { renameResources } from './rename-references.ts';

/** What is to be renamed, and who is told. */
export interface RenameRequest {
  readonly stackName: string;
  readonly templateBody: string;
  /** Old logical id → new one. */
  readonly renames?: Readonly<Record<string, string>>;
  /** Asked once it is known what moves. @defaultValue goes on */
  readonly confirmRename?: (moves: readonly Rename[]) => Promise<boolean>;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** The stack that it is done to. */
interface Ground {
  readonly current: StackState | undefined;
  readonly bucket: ArtifactBucket | undefined;
}

/**
 * Gives resources other logical ids, by a refactor of the stack: the physical ones are not touched. CloudFormation does all of it or none,
 * and what is done already is left out the next time.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html
 *
 * @throws {RENAME_REFUSED} when it cannot be: the message says why, the hint says how else
 */
export const renameDeclarations = async (
  target: Target,
  request: RenameRequest,
  { current, bucket }: Ground,
): Promise<void> => {
  const { stackName, renames = {}, signal, onProgress } = request;
  if (Object.keys(renames).length === 0) return;
  if (current === undefined)
    throw new DeployError(
      'RENAME_REFUSED',
      `--rename: ${stackName} is not provisioned yet, so there is nothing to rename.`,
      { hint: 'Leave --rename out.' },
    );
  if (wasSplit(current))
    throw new DeployError(
      'RENAME_REFUSED',
      `--rename: ${stackName} is split into nested stacks, and resources are renamed in one stack only.`,
      {
        hint: "Keep the old logical id in the program: { logicalId: 'OLD' } in the options of the declaration.",
      },
    );
  const api = await target.cloudFormation();
  const { TemplateBody = '' } = await api.getTemplate({ StackName: current.stackId }, signal);
  const deployed = readTemplate(TemplateBody);
  const before = readResources(TemplateBody);
  const after = readResources(request.templateBody);
  if (deployed === undefined || before === undefined || after === undefined)
    throw new DeployError(
      'RENAME_REFUSED',
      `--rename: the template of ${stackName} is not JSON, so it cannot be renamed in.`,
      { hint: 'Provision it once from the program as it was, then rename.' },
    );
  const moves = planMoves({ stackName, renames, before, after });
  if (moves.length === 0) return;
  onProgress({ kind: 'renaming', moves });
  if (request.confirmRename !== undefined && !(await request.confirmRename(moves)))
    throw new DeployError('DECLINED', 'Nothing was changed: the renaming was declined.');
  const attempt = async (some: readonly Rename[]) => {
    const body = fittingBody(stackName, JSON.stringify(renameResources(deployed, some)));
    const placed =
      bucket === undefined || fitsRequest(body)
        ? { TemplateBody: body }
        : await uploadTemplate(target, api, { stackName, body, bucket, signal, onProgress });
    return refactor(api, stackName, { placed, moves: some, signal });
  };
  const refused = await attempt(moves);
  if (refused === undefined) return;
  // A type that is never updated cannot move either (permissions among them): what holds no data may as well be made anew.
  const needed = moves.filter((move) => isRoot(move, renames) || isWorthMoving(move));
  const again = needed.length === moves.length ? refused : await attempt(needed);
  if (again !== undefined) throw renameRefused(stackName, moves, again);
};

const isRoot = ({ from }: Rename, renames: Readonly<Record<string, string>>): boolean =>
  Object.hasOwn(renames, from);

const isWorthMoving = ({ resourceType }: Rename): boolean =>
  holdsData(resourceType) ||
  resourceType === 'AWS::Lambda::Function' ||
  resourceType === 'AWS::IAM::Role';

/** Answers with CloudFormation's reason when it does not do it. */
const refactor = async (
  api: CloudFormationApi,
  stackName: string,
  {
    placed,
    moves,
    signal,
  }: {
    readonly placed: { readonly TemplateBody: string } | { readonly TemplateURL: string };
    readonly moves: readonly Rename[];
    readonly signal: AbortSignal;
  },
): Promise<string | undefined> => {
  signal.throwIfAborted();
  const place = (LogicalResourceId: string) => ({ StackName: stackName, LogicalResourceId });
  const { StackRefactorId } = await api.createStackRefactor({
    StackDefinitions: [{ StackName: stackName, ...placed }],
    ResourceMappings: moves.map(({ from, to }) => ({
      Source: place(from),
      Destination: place(to),
    })),
  });
  const look = () => api.describeStackRefactor({ StackRefactorId }, signal);
  const worked = await pollUntil(async () => {
    const seen = await look();
    return seen.Status === 'CREATE_IN_PROGRESS' ? undefined : seen;
  }, signal);
  if (worked.Status !== 'CREATE_COMPLETE')
    return worked.StatusReason ?? 'CloudFormation gives no reason';
  signal.throwIfAborted();
  await api.executeStackRefactor({ StackRefactorId });
  const ended = await pollUntil(async () => {
    const seen = await look();
    return seen.ExecutionStatus === 'AVAILABLE' || seen.ExecutionStatus?.endsWith('_IN_PROGRESS')
      ? undefined
      : seen;
  }, signal);
  // The guide's example answers with SUCCEEDED where the API's reference has EXECUTE_COMPLETE.
  return ended.ExecutionStatus === 'EXECUTE_COMPLETE' ||
    String(ended.ExecutionStatus) === 'SUCCEEDED'
    ? undefined
    : (ended.ExecutionStatusReason ?? `the refactor is ${String(ended.ExecutionStatus)}`);
};

const renameRefused = (stackName: string, moves: readonly Rename[], reason: string): DeployError =>
  new DeployError(
    'RENAME_REFUSED',
    `CloudFormation does not rename in ${stackName}, so nothing was changed: ${reason}`,
    {
      hint: [
        'A refactor takes no stack with a stack policy, and no type that CloudFormation cannot update.',
        ...moves
          .map((move) => `Without it, keep the logical id in the program: ${pinOf(move)}`)
          .slice(0, 1),
      ].join('\n'),
    },
  );
