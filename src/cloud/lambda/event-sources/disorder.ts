import { plainName } from '../../core/disorder.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { LambdaState } from '../state.ts';
import type { MappingRecord } from './mapping.ts';

type Context = ServiceContext<LambdaState>;

/** What a mapping does out of order, and never against what its source promises. */
export interface MappingDisorder {
  /** Whether a batch that was handled is handed over again. */
  again(records: number): boolean;
  /** Waits, now and then, until other batches have been handled. */
  late(records: number): Promise<void> | undefined;
  /** How many of so many records go into a batch. */
  smaller(records: number): number;
}

/** @param shardId - The shard, where the source has several. */
export const createMappingDisorder = (
  { disorder }: Context,
  { kind, sourceArn, functionName }: MappingRecord,
  shardId?: string,
): MappingDisorder => {
  const source = /(?:stream|table)\/([^/]+)/.exec(sourceArn)?.[1] ?? sourceArn.split(':').at(-1);
  // The one shard of a table has a name that it has by chance.
  const shard = kind === 'kinesis' && shardId !== undefined ? `/${shardId}` : '';
  const about = `${plainName(source ?? '')}${shard} to ${plainName(functionName)}`;
  const batch = (records: number) =>
    `a batch of ${records} record${records === 1 ? '' : 's'} from ${about}`;
  return {
    again: (records) =>
      disorder !== undefined &&
      disorder.happens({
        point: 'lambda.batch-again',
        about,
        says: () => `${batch(records)} was handled, and is handed over again`,
      }),
    late: (records) =>
      disorder?.late({
        point: 'lambda.batch-order',
        about,
        says: () => `${batch(records)} is handed over late`,
      }),
    smaller: (records) => {
      const way = disorder?.pick({
        point: 'lambda.batch-smaller',
        about,
        ways: records - 1,
        says: (picked) => `a batch from ${about} has ${picked + 1} of ${records} records`,
      });
      return way === undefined ? records : way + 1;
    },
  };
};
