import type { OperationContext } from '../../core/define-service.ts';
import { plainName } from '../../core/disorder.ts';
import type { Happening } from './events.ts';
import type { S3State } from './state.ts';

type Context = OperationContext<S3State>;

/** Where a bucket tells of what happens in it. */
interface Telling extends Omit<Happening, 'version'> {
  /** Name of the function, the topic or the bus that is told. */
  readonly whom: string;
}

const aboutOf = ({ bucket, whom }: Telling) => `${plainName(bucket.name)} to ${plainName(whom)}`;

const saysOf = ({ bucket, name, key, whom }: Telling) =>
  `${plainName(bucket.name)} tells ${plainName(whom)} of ${key} (${name})`;

/** How often a bucket tells of an object: "designed to be delivered at least once". */
export const timesOf = ({ disorder }: Context, telling: Telling): number =>
  disorder?.happens({
    point: 's3.duplicate',
    about: aboutOf(telling),
    says: () => `${saysOf(telling)} twice`,
  }) === true
    ? 2
    : 1;

/** Waits, now and then, until what happened later has been told. */
export const comeLate = ({ disorder }: Context, telling: Telling): Promise<void> | undefined =>
  disorder?.late({
    point: 's3.order',
    about: aboutOf(telling),
    says: () => `${saysOf(telling)} late`,
  });

/** How many of the keys of a client's page are told: "The response might contain fewer keys but will never contain more." */
export const fewerOf = ({ disorder, wire }: Context, bucket: string, count: number): number => {
  if (disorder === undefined || wire === undefined) return count;
  const about = plainName(bucket);
  const way = disorder.pick({
    point: 's3.fewer',
    about,
    ways: count - 1,
    says: (picked) => `a list of ${about} has ${picked + 1} of ${count} keys`,
  });
  return way === undefined ? count : way + 1;
};
