/** UTF-8 bytes of a message with its attributes. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const MESSAGE_BYTES = 262_144;
/** Entries of `PublishBatch`. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
export const BATCH_ENTRIES = 10;
/** Items of one page of the list operations. https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html */
export const PAGE = 100;
/** Tags of a topic. https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html#sns-tag-restrictions */
export const TAGS = 50;
/** How long a FIFO topic knows what it has accepted. https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html */
export const DEDUPLICATION_MS = 300_000;
/**
 * "Confirmation tokens are valid for two days"; what nobody has confirmed by then is deleted.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
 */
export const TOKEN_MS = 2 * 86_400_000;
/** Message attributes that raw delivery takes to a queue. https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
export const RAW_ATTRIBUTES = 10;
/** How long an HTTP endpoint may take. https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html */
export const HTTP_ANSWER_MS = 15_000;
/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
export const FILTER_POLICY = {
  keys: 5,
  combinations: 150,
  bytes: 262_144,
  /** Filter policies of one topic. */
  ofTopic: 200,
  mostNumber: { value: 1e9, text: '1.0E9' },
} as const;
