import type * as Sqs from '@aws-sdk/client-sqs';
import { AwsError } from '../../core/aws-error.ts';
import { emptyBatch, invalidEntryId, repeatedEntryId, tooManyEntries } from './errors.ts';
import { LIMITS } from './limits.ts';

/** @throws {EmptyBatchRequest | TooManyEntriesInBatchRequest | InvalidBatchEntryId | BatchEntryIdsNotDistinct} */
export const checkBatch = (
  entries: readonly { readonly Id: string | undefined }[],
  kind: string,
): void => {
  if (entries.length === 0) throw emptyBatch(kind);
  if (entries.length > LIMITS.batchEntries)
    throw tooManyEntries(LIMITS.batchEntries, entries.length);
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!/^[\w-]{1,80}$/.test(Id)) throw invalidEntryId();
    if (seen.has(Id)) throw repeatedEntryId(Id);
    seen.add(Id);
  }
};

/** Does each entry by itself: what fails stands beside what succeeded. */
export const eachEntry = <E extends { readonly Id: string | undefined }, R>(
  entries: readonly E[],
  act: (entry: E) => R,
): { readonly Successful: R[]; readonly Failed: Sqs.BatchResultErrorEntry[] } => {
  const Successful: R[] = [];
  const Failed: Sqs.BatchResultErrorEntry[] = [];
  for (const entry of entries)
    try {
      Successful.push(act(entry));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({
        Id: entry.Id,
        SenderFault: error.fault === 'client',
        Code: error.queryCode ?? error.code.replace(/Exception$/, ''),
        Message: error.message,
      });
    }
  return { Successful, Failed };
};
