/** What a function's answer says of a batch. */
export type Verdict =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure' }
  | { readonly kind: 'partial'; readonly failed: ReadonlySet<string> };

const SUCCESS: Verdict = { kind: 'success' };
const FAILURE: Verdict = { kind: 'failure' };

const readJson = (payload: Uint8Array): { readonly value: unknown } | undefined => {
  const text = Buffer.from(payload).toString('utf8');
  if (text === '') return { value: null };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** The object that a function answered; undefined for anything else. */
export const readAnswer = (payload: Uint8Array): Readonly<Record<string, unknown>> | undefined => {
  const value = readJson(payload)?.value;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
};

/**
 * Reads `{ "batchItemFailures": [{ "itemIdentifier": … }] }`. No list, an empty one and no answer at all are success; an answer
 * that is no JSON, an identifier that is empty, null, under another name or of no record of the batch fails the whole batch.
 * @param known - Identifiers of the batch
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#sqs-batchfailurereporting-conditions
 */
export const readBatchResponse = (payload: Uint8Array, known: ReadonlySet<string>): Verdict => {
  if (readJson(payload) === undefined) return FAILURE;
  const list = readAnswer(payload)?.['batchItemFailures'];
  if (list === undefined || list === null) return SUCCESS;
  if (!Array.isArray(list)) return FAILURE;
  if (list.length === 0) return SUCCESS;
  const failed = new Set<string>();
  for (const item of list as readonly unknown[]) {
    const id =
      typeof item === 'object' && item !== null && 'itemIdentifier' in item
        ? item.itemIdentifier
        : undefined;
    if (typeof id !== 'string' || !known.has(id)) return FAILURE;
    failed.add(id);
  }
  return { kind: 'partial', failed };
};
