import { limitExceeded } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { SecretVersion } from './state.ts';

export const CURRENT = 'AWSCURRENT';
export const PREVIOUS = 'AWSPREVIOUS';
export const PENDING = 'AWSPENDING';

type Versions = readonly SecretVersion[];

/** The version with this label. */
export const holderOf = (versions: Versions, stage: string): SecretVersion | undefined =>
  versions.find(({ stages }) => stages.includes(stage));

const put = (versions: Versions, id: string, stage: string): Versions =>
  versions.map((version) => {
    const others = version.stages.filter((one) => one !== stage);
    return { ...version, stages: version.id === id ? [...others, stage].sort() : others };
  });

/** Without the label, wherever it was. */
export const detach = (versions: Versions, stage: string): Versions =>
  versions.map((version) => ({
    ...version,
    stages: version.stages.filter((one) => one !== stage),
  }));

/**
 * A label is one version's alone; AWSCURRENT leaves AWSPREVIOUS behind.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_version
 */
export const attach = (versions: Versions, id: string, stage: string): Versions => {
  const before = stage === CURRENT ? holderOf(versions, CURRENT) : undefined;
  const moved = put(versions, id, stage);
  return before === undefined || before.id === id ? moved : put(moved, before.id, PREVIOUS);
};

/**
 * With a version more, or one filled that a rotation left empty, under these labels.
 * @throws {LimitExceededException}
 */
export const withVersion = (
  versions: Versions,
  added: Omit<SecretVersion, 'stages'>,
  stages: readonly string[] | undefined,
): Versions => {
  const known = versions.find(({ id }) => id === added.id);
  const others = versions.filter(({ id }) => id !== added.id);
  let all: Versions = [...others, { ...added, stages: known?.stages ?? [] }];
  // The first version is the current one, whatever it is asked to be: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
  const wanted = new Set(stages ?? [CURRENT]);
  if (holderOf(all, CURRENT) === undefined) wanted.add(CURRENT);
  for (const stage of wanted) all = attach(all, added.id, stage);
  if (all.flatMap((version) => version.stages).length > LIMITS.stages)
    throw limitExceeded(
      `A secret can have at most ${LIMITS.stages} staging labels over all its versions.`,
    );
  return trimmed(all);
};

/** The oldest versions without labels give way. */
const trimmed = (versions: Versions): Versions => {
  let surplus = versions.length - LIMITS.versions;
  return surplus <= 0
    ? versions
    : versions.filter(({ stages }) => stages.length > 0 || surplus-- <= 0);
};

/** Labels by version, as descriptions tell them; undefined when there are none. */
export const stagesById = (versions: Versions): Record<string, string[]> | undefined => {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  return labelled.length === 0
    ? undefined
    : Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]]));
};
