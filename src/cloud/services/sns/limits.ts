/** UTF-8 bytes of a message with its attributes. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const MESSAGE_BYTES = 262_144;
/** Entries of `PublishBatch`. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export const BATCH_ENTRIES = 10;
/** Items of one page of the list operations. https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export const PAGE = 100;
/**
 * Waits before each further try, in milliseconds: at once, twice after a second, ten times backing off to 20 s; then
 * every 20 s up to 100,015 tries in all.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
export const retryDelayMs = (attempt: number): number | undefined => {
  if (attempt > 100_015) return undefined;
  if (attempt <= 3) return 0;
  if (attempt <= 5) return 1_000;
  if (attempt <= 15) return Math.min(20_000, Math.round(1_000 * 1.35 ** (attempt - 5)));
  return 20_000;
};
