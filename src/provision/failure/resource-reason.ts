/** A reason as its service gave it, taken out of CloudFormation's wrapping. */
export interface PlainReason {
  readonly text: string;
  /** `AlreadyExists`, `AccessDenied`, `NotFound`, … */
  readonly handlerErrorCode?: string;
}

// `Resource handler returned message: "…" (RequestToken: …, HandlerErrorCode: AlreadyExists)`
const HANDLER_MESSAGE =
  /^Resource handler returned message: "(?<text>[\s\S]*)" \(RequestToken: [^,()]*, HandlerErrorCode: (?<code>\w+)\)\.?$/;
// `… (Service: Lambda, Status Code: 400, Request ID: …)` and its older kin
const SERVICE_TAIL = /\s*\((?:Service|Status Code): [^()]*\)(?:"?\s*\(RequestToken: [^()]*\))?\.?$/;

/** Unwraps a `ResourceStatusReason`. */
export const plainReason = (reason: string): PlainReason => {
  const handler = HANDLER_MESSAGE.exec(reason.trim())?.groups;
  const text = (handler?.['text'] ?? reason).trim().replace(SERVICE_TAIL, '');
  const code = handler?.['code'];
  return {
    text: text === '' ? reason : text,
    ...(code === undefined ? {} : { handlerErrorCode: code }),
  };
};

/** CloudFormation stops what runs beside a failure; that is a consequence, never the cause. */
export const isCancellation = (reason: string): boolean =>
  /^Resource (?:creation|update|deletion|import) cancelled/i.test(reason);
