import type { OperationContext } from '../../core/define-service.ts';
import { plainName } from '../../core/disorder.ts';
import { rateExceeded } from './errors.ts';
import type { KinesisState, Stream } from './state.ts';

type Context = OperationContext<KinesisState>;

/** Fails a record of a client's put now and then. @throws {ProvisionedThroughputExceededException} */
export const failNowAndThen = (
  { disorder, wire, accountId }: Context,
  { name }: Stream,
  shardId: string | undefined,
): void => {
  if (disorder === undefined || wire === undefined || shardId === undefined) return;
  const fails = disorder.happens({
    point: 'kinesis.partial',
    about: plainName(name),
    says: () => `a record of a put into ${plainName(name)} failed`,
  });
  if (fails) throw rateExceeded(shardId, name, accountId);
};

/**
 * Whether a client's reading brings nothing though there is something, as it does now and then, and not twice in a row: "It might take
 * multiple calls to get to a portion of the shard that contains records."
 */
export const comesEmpty = (
  { disorder, wire, state }: Context,
  { name }: Stream,
  shardId: string,
): boolean => {
  if (disorder === undefined || wire === undefined) return false;
  const shard = `${plainName(name)}/${shardId}`;
  const isEmpty =
    !state.cameEmpty.delete(shard) &&
    disorder.happens({
      point: 'kinesis.empty',
      about: shard,
      says: () => `a reading of ${shard} brought no records`,
    });
  if (isEmpty) state.cameEmpty.add(shard);
  return isEmpty;
};
