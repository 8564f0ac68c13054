import {
  ensureArtifactBucket,
  findArtifactStack,
  namedBucket,
} from '../artifacts/artifact-bucket.ts';
import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import type { Artifact } from '../artifacts/upload.ts';
import { uploadArtifact } from '../artifacts/upload.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { Target } from '../aws/target.ts';
import { BUCKET_PARAMETER, KEY_PARAMETER, resolveParameters } from '../change-set/parameters.ts';
import { ensureChangeable } from '../doctor/recover.ts';
import { DeployError } from '../errors.ts';
import { explainFailure, isAbort } from '../failure/explain-failure.ts';
import { interruptedBefore } from '../failure/interrupted.ts';
import { wasSplit } from '../nested/deployed-template.ts';
import { isLarge } from '../nested/division.ts';
import type { Plan } from '../plan/plan.ts';
import type { ProvisionRequest } from '../provision.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack, situationOf } from '../stack/stack-state.ts';
import { listResources } from '../stack/describe-contents.ts';
import type { FunctionOutcome, Wanted } from './change-all.ts';
import { changeAll, failureText } from './change-all.ts';
import type { ComparedTemplate } from './compare-templates.ts';
import { compareTemplates, FUNCTION, functionsOf, same } from './compare-templates.ts';
import { unknowable } from './desired.ts';
import { PROPERTIES_IN_PLACE } from './function-properties.ts';
import type { KnownValues } from './known-values.ts';
import type { InPlaceRecord } from './record.ts';
import { readRecord, writeRecord } from './record.ts';

/** A stack whose functions run what the program says, while its template does not say so yet. */
export interface InPlaceResult {
  readonly outcome: 'changed-in-place' | 'unchanged';
  readonly stack: StackState;
  /** Slowest first. */
  readonly functions: readonly FunctionOutcome[];
  /** Milliseconds, all of it. */
  readonly durationMs: number;
}

/**
 * Brings code and settings of functions straight to Lambda, without CloudFormation. Any other change is refused by name.
 * What it did is recorded, and the next full deployment makes stack and functions agree again.
 *
 * @throws {IN_PLACE_REFUSED} when anything differs that is not code or settings of a function
 * @throws {IN_PLACE_UNFINISHED} when a function could not be changed; the others were
 * @throws {DeployError} for everything else
 */
export const provisionInPlace = async (
  target: Target,
  request: ProvisionRequest,
): Promise<InPlaceResult> => {
  const start = performance.now();
  request.archive?.catch(() => undefined);
  try {
    const result = await changeInPlace(target, request);
    return { ...result, durationMs: performance.now() - start };
  } catch (error) {
    if (!(error instanceof DeployError) && (isAbort(error) || request.signal.aborted))
      throw interruptedBefore(request.stackName, error);
    if (error instanceof Error && 'hint' in error && !('$metadata' in error)) throw error;
    throw explainFailure(error, target, `changing ${request.stackName} in place`);
  }
};

const changeInPlace = async (
  target: Target,
  request: ProvisionRequest,
): Promise<Omit<InPlaceResult, 'durationMs'>> => {
  const { signal, onProgress } = request;
  const api = await target.cloudFormation();
  const stack = await findStack(api, request);
  if (wasSplit(stack) || isLarge(request))
    throw new DeployError(
      'IN_PLACE_REFUSED',
      `${stack.stackName} is split into nested stacks, and functions in nested stacks are not changed in place.`,
      { hint: `Deploy it whole: ${request.command('provision')}` },
    );
  target.lambda().catch(() => undefined);
  const [deployed, resources, record, bucket, archive] = await Promise.all([
    deployedTemplate(api, stack, signal),
    listResources(api, stack.stackId, signal),
    readRecord(target, stack, signal),
    request.archive === undefined ? undefined : bucketFor(api, request),
    request.archive,
  ]);
  const parameters = parametersOf(request, stack, bucket, archive);
  const known: KnownValues = {
    stack,
    parameters,
    physicalIds: Object.fromEntries(
      resources.map(({ logicalId, physicalId = '' }) => [logicalId, physicalId]),
    ),
  };
  const changes = permitted(request, deployed, known);
  const wanted = wantedFunctions(request.template, changes, record, known);
  if (wanted.length === 0 || bucket === undefined || archive === undefined)
    return { outcome: 'unchanged', stack, functions: [] };
  await showAndAsk(request, stack, wanted);
  await uploadArtifact(target, bucket, archive, signal, onProgress);
  signal.throwIfAborted();
  const place = { name: stack.parameters[BUCKET_PARAMETER] ?? bucket.name };
  const touched = Object.fromEntries(wanted.map(({ logicalId, names }) => [logicalId, names]));
  const note = (functions: InPlaceRecord['functions'], unfinished: boolean) =>
    writeRecord(target, stack.stackName, place, {
      stackId: stack.stackId,
      unfinished,
      changedAt: new Date().toISOString(),
      functions,
    });
  // Before the first function: a run that is killed leaves a record that says what it may have changed.
  await note(touched, true);
  const outcomes = await changeAll(await target.lambda(), wanted, known, { onProgress, signal });
  assertAllChanged(request, outcomes);
  await note(Object.fromEntries(changes), false);
  return {
    outcome: outcomes.some(({ kind }) => kind === 'changed') ? 'changed-in-place' : 'unchanged',
    stack,
    functions: outcomes.filter(({ kind }) => kind === 'changed'),
  };
};

const findStack = async (
  api: CloudFormationApi,
  { stackName, command, signal, onProgress }: ProvisionRequest,
): Promise<StackState> => {
  const found = await describeStack(api, stackName, signal);
  const stack = await ensureChangeable(api, found, { recover: false, command, signal, onProgress });
  if (stack !== undefined && situationOf(stack) === 'updatable') return stack;
  throw new DeployError(
    'IN_PLACE_REFUSED',
    `${stackName} is not provisioned yet, so there is nothing to change in place.`,
    { hint: `Provision it first: ${command('provision')}` },
  );
};

const deployedTemplate = async (
  api: CloudFormationApi,
  { stackId, stackName }: StackState,
  signal: AbortSignal,
): Promise<ComparedTemplate> => {
  const { TemplateBody = '' } = await api.getTemplate(
    { StackName: stackId, TemplateStage: 'Original' },
    signal,
  );
  try {
    return JSON.parse(TemplateBody) as ComparedTemplate;
  } catch (error) {
    throw new DeployError(
      'IN_PLACE_REFUSED',
      `The template that ${stackName} was deployed with is not JSON, so another tool wrote it, and it is not compared.`,
      { hint: 'Run the same command without --inplace once.', cause: error },
    );
  }
};

const bucketFor = async (
  api: CloudFormationApi,
  { bucket, signal, onProgress }: ProvisionRequest,
): Promise<ArtifactBucket> =>
  bucket === undefined
    ? ensureArtifactBucket(api, await findArtifactStack(api, signal), signal, onProgress)
    : namedBucket(bucket);

/** Values of the template's parameters as they would be after a full deployment. */
const parametersOf = (
  { template, parameters }: ProvisionRequest,
  stack: StackState,
  bucket: ArtifactBucket | undefined,
  archive: Artifact | undefined,
): Readonly<Record<string, string>> => {
  const own =
    bucket === undefined || archive === undefined
      ? {}
      : { [BUCKET_PARAMETER]: bucket.name, [KEY_PARAMETER]: archive.key };
  return Object.fromEntries(
    resolveParameters(template, { ...own, ...parameters }, stack.parameters).map(
      ({ ParameterKey = '', ParameterValue }) => [
        ParameterKey,
        ParameterValue ?? stack.parameters[ParameterKey] ?? '',
      ],
    ),
  );
};

/** What changes, when nothing but functions does. */
const permitted = (
  { stackName, template, tags, command }: ProvisionRequest,
  deployed: ComparedTemplate,
  known: KnownValues,
): ReadonlyMap<string, readonly string[]> => {
  const { stack, parameters } = known;
  const isArchive = (name: string) => name === BUCKET_PARAMETER || name === KEY_PARAMETER;
  const differing = Object.keys(parameters).filter(
    (name) => parameters[name] !== stack.parameters[name],
  );
  const { functions, refusals } = compareTemplates(deployed, template, differing.some(isArchive));
  const [old, next] = [new Map(functionsOf(deployed)), new Map(functionsOf(template))];
  const reasons = [
    ...refusals,
    ...differing.filter((name) => !isArchive(name)).map((name) => `the parameter ${name} differs`),
    ...(tags === undefined || same(tags, stack.tags) ? [] : ["the stack's tags differ"]),
    ...[...functions].flatMap(([logicalId, names]) =>
      unknowable(logicalId, names, [old.get(logicalId) ?? {}, next.get(logicalId) ?? {}], known),
    ),
  ];
  if (reasons.length === 0) return functions;
  throw new DeployError(
    'IN_PLACE_REFUSED',
    `Not everything that changes in ${stackName} can go in place, so nothing was changed:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`,
    {
      hint: `In place go these properties of functions: ${PROPERTIES_IN_PLACE.join(', ')}.\nFor the rest: ${command('provision')}`,
    },
  );
};

/** Functions that differ from the deployed template, and those that an earlier run changed and that go back to it now. */
const wantedFunctions = (
  template: ComparedTemplate,
  changes: ReadonlyMap<string, readonly string[]>,
  record: InPlaceRecord | undefined,
  { physicalIds }: KnownValues,
): readonly Wanted[] =>
  functionsOf(template).flatMap(([logicalId, properties]) => {
    const names = new Set([
      ...(changes.get(logicalId) ?? []),
      ...(record?.functions[logicalId] ?? []),
    ]);
    const functionName = physicalIds[logicalId];
    return names.size === 0 || functionName === undefined
      ? []
      : [{ logicalId, functionName, properties, names: [...names].sort() }];
  });

const showAndAsk = async (
  { confirm, onProgress }: ProvisionRequest,
  { stackName, stackId, region, accountId }: StackState,
  wanted: readonly Wanted[],
): Promise<void> => {
  const plan: Plan = {
    stackName,
    stackId,
    accountId,
    region,
    kind: 'update',
    permissions: { known: true, holders: [] },
    makesBucket: false,
    changes: wanted.map(({ logicalId, functionName, names }) => ({
      action: 'modify',
      logicalId,
      resourceType: FUNCTION,
      physicalId: functionName,
      properties: names.map((path) => ({ path, recreates: 'never', causedBy: 'the program' })),
      holdsData: false,
      losesData: false,
      retains: false,
    })),
  };
  onProgress({ kind: 'planned', plan });
  if (confirm !== undefined && !(await confirm(plan)))
    throw new DeployError('DECLINED', 'Nothing was changed: the plan was declined.');
};

/** @throws {INTERRUPTED | STACK_OVERTAKEN | IN_PLACE_UNFINISHED} when a function is not as the program says */
const assertAllChanged = (
  { stackName, signal, command }: ProvisionRequest,
  outcomes: readonly FunctionOutcome[],
): void => {
  const open = outcomes.filter(({ kind }) => kind === 'failed' || kind === 'not-begun');
  if (open.length === 0) return;
  const through = outcomes
    .filter(({ kind }) => kind === 'changed')
    .map(({ logicalId }) => logicalId);
  const done = `Changed: ${through.join(', ') || 'nothing'}; not changed, or not known to be: ${open.map(({ logicalId }) => logicalId).join(', ')}.`;
  const hint = `"${command('provision --inplace')}" goes on where this stopped; "${command('provision')}" brings everything to what the program says.`;
  const failed = open.filter(({ kind }) => kind === 'failed');
  if (signal.aborted)
    throw new DeployError('INTERRUPTED', `Interrupted: ${stackName} is half changed. ${done}`, {
      hint,
      cause: failed[0]?.error,
    });
  const overtaken = failed.every(
    ({ error }) => error instanceof DeployError && error.code === 'STACK_OVERTAKEN',
  );
  throw new DeployError(
    overtaken ? 'STACK_OVERTAKEN' : 'IN_PLACE_UNFINISHED',
    `${failed.map(failureText).join('\n')}\n${done}`,
    { hint, cause: failed[0]?.error },
  );
};
