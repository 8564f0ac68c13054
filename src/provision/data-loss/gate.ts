import { readContents } from '../contents/index.ts';
import { DeployError } from '../errors.ts';
import { isAbort } from '../failure/explain-failure.ts';
import type { Plan } from '../plan/plan.ts';
import type { OnProgress } from '../progress.ts';
import type { Rename } from '../rename/index.ts';
import { detectRenames, pinOf } from '../rename/index.ts';
import type { Target } from '../aws/target.ts';
import { deployedTemplate } from '../nested/deployed-template.ts';
import type { StackState } from '../stack/stack-state.ts';
import type { StatedResources } from '../stack/template-resources.ts';
import { readResources, resourcesOf } from '../stack/template-resources.ts';
import type { Endangered } from './endangered.ts';
import { findEndangered, mayLose } from './endangered.ts';
import type { DataLoss } from './loss.ts';
import { holdingInWords, lossInWords } from './loss.ts';

/** What the gate wants to know of a deployment. */
export interface LossRequest {
  /** The template as it is sent. */
  readonly templateBody: string;
  /** The stack as it is; undefined when it is to be created. */
  readonly current: StackState | undefined;
  /** Logical ids of resources whose data may be lost. @defaultValue none */
  readonly allowLoss?: readonly string[];
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
  readonly command: (verb: string) => string;
}

/** Resources that are looked into at the same time. */
const AT_ONCE = 8;

/** What a plan would lose, and what is known of it beside. */
interface Assessment {
  readonly losses: readonly DataLoss[];
  readonly renames: readonly Rename[];
}

/**
 * Looks into everything that a plan would take data from.
 *
 * @throws {ALLOWANCE_UNKNOWN} when an allowance names what neither the plan nor the template has
 */
export const assessLosses = async (
  target: Target,
  plan: Plan,
  request: Omit<LossRequest, 'onProgress'>,
): Promise<Assessment> => {
  const { allowLoss = [], signal } = request;
  if (!mayLose(plan) && allowLoss.length === 0) return { losses: [], renames: [] };
  const after = readResources(request.templateBody);
  const before =
    plan.kind === 'update' && mayLose(plan) ? await deployedResources(target, request) : undefined;
  const endangered = findEndangered(plan, { before, after });
  assertKnown(plan, allowLoss, { endangered, declared: Object.keys(after ?? {}) });
  const losses: DataLoss[] = [];
  for (let at = 0; at < endangered.length; at += AT_ONCE)
    losses.push(
      ...(await Promise.all(
        endangered.slice(at, at + AT_ONCE).map((one) => weigh(target, one, allowLoss, signal)),
      )),
    );
  return { losses, renames: detectRenames(plan, before ?? {}, after ?? {}) };
};

/**
 * Stands between a plan and its execution: what would lose data is looked into, told, and stopped, unless it is empty, the program
 * says that it is replaceable, or the user allows it by name.
 *
 * @throws {DATA_LOSS} when data would be lost that nobody has allowed to be
 * @throws {ALLOWANCE_UNKNOWN} when an allowance names what neither the plan nor the template has
 */
export const guardData = async (
  target: Target,
  plan: Plan,
  request: LossRequest,
): Promise<readonly DataLoss[]> => {
  const { losses, renames } = await assessLosses(target, plan, request);
  if (losses.length > 0) request.onProgress({ kind: 'data-loss', losses });
  const stopped = losses.filter(({ allowedBy }) => allowedBy === 'nothing');
  if (stopped.length > 0) throw dataLoss(plan, stopped, { renames, command: request.command });
  return losses;
};

/** Without it nothing is known to be replaceable, and no rename is recognised: the gate stops all the same. */
const deployedResources = async (
  target: Target,
  { current, signal }: Pick<LossRequest, 'current' | 'signal'>,
): Promise<StatedResources | undefined> => {
  if (current === undefined) return undefined;
  try {
    return resourcesOf(await deployedTemplate(await target.cloudFormation(), current, signal));
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    return undefined;
  }
};

const weigh = async (
  target: Target,
  { properties, replaceable, ...one }: Endangered,
  allowLoss: readonly string[],
  signal: AbortSignal,
): Promise<DataLoss> => {
  const contents = await readContents(
    target,
    { ...one, ...(properties === undefined ? {} : { properties }) },
    signal,
  );
  const holdsNothing = contents.kind === 'empty' || contents.kind === 'gone';
  return {
    ...one,
    contents,
    allowedBy: holdsNothing
      ? 'empty'
      : allowLoss.includes(one.logicalId)
        ? 'allow-loss'
        : replaceable
          ? 'replaceable'
          : 'nothing',
  };
};

/** An allowance that stays in a script after its time is harmless; one that is misspelt is told. */
const assertKnown = (
  plan: Plan,
  allowLoss: readonly string[],
  known: { readonly endangered: readonly Endangered[]; readonly declared: readonly string[] },
): void => {
  const ids = new Set([...plan.changes.map(({ logicalId }) => logicalId), ...known.declared]);
  const unknown = allowLoss.find((name) => !ids.has(name));
  if (unknown === undefined) return;
  const names = known.endangered.map(({ logicalId }) => logicalId);
  throw new DeployError(
    'ALLOWANCE_UNKNOWN',
    `--allow-loss names ${unknown}, which is no resource of ${plan.stackName}.`,
    {
      hint:
        names.length === 0
          ? 'Nothing that holds data is replaced or removed: leave it out.'
          : `Data would be lost with ${names.join(', ')}.`,
    },
  );
};

const dataLoss = (
  plan: Plan,
  losses: readonly DataLoss[],
  {
    renames,
    command,
  }: { readonly renames: readonly Rename[]; readonly command: (verb: string) => string },
): DeployError => {
  const names = losses.map(({ logicalId }) => logicalId);
  return new DeployError(
    'DATA_LOSS',
    `${plan.stackName} would lose data, so nothing was changed:\n${losses
      .flatMap((loss) => [`  ${lossInWords(loss)}`, `    ${holdingInWords(loss)}`])
      .join('\n')}`,
    {
      hint: [
        ...renames.flatMap((rename) => [
          `${rename.to} looks like ${rename.from} under another name. To rename it, with all that is in it: ${command(`provision --rename ${rename.from}=${rename.to}`)}`,
          `  or keep its logical id in the program: ${pinOf(rename)}`,
        ]),
        `To go on all the same: ${command(`provision ${names.map((name) => `--allow-loss ${name}`).join(' ')}`)}`,
        'To allow it for good, for what comes from elsewhere anyway: replaceable: true in its declaration.',
      ].join('\n'),
    },
  );
};
