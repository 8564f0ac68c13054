import type { CustomResourceResult, RawRequest } from './request.ts';

/** What a creation that failed is called, for the deletion that CloudFormation then asks for to have nothing to do. */
export const NEVER_MADE = 'sparta:never-made';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html: up to 4,096 bytes */
const MOST_BYTES = 4_096;
const MOST_REASON = 1_000;

/** A failed creation that left something behind under a name: CloudFormation asks for its deletion. */
export class CustomResourceError extends Error {
  /** What was left is called. */
  readonly physicalResourceId: string | undefined;

  constructor(message: string, options: { readonly physicalResourceId?: string } = {}) {
    super(message);
    this.name = 'CustomResourceError';
    this.physicalResourceId = options.physicalResourceId;
  }
}

const answer = (
  { StackId, RequestId, LogicalResourceId }: RawRequest,
  said: Readonly<Record<string, unknown>>,
): string => JSON.stringify({ ...said, StackId, RequestId, LogicalResourceId });

/** `Shop/Seed`: the same whenever the same creation is tried again. */
const ownName = ({ StackId, LogicalResourceId }: RawRequest): string =>
  `${StackId.split('/')[1] ?? ''}/${LogicalResourceId}`;

/** @throws {CustomResourceError} when CloudFormation does not take so much */
export const success = (
  request: RawRequest,
  { physicalResourceId, attributes, noEcho }: CustomResourceResult<object> = {},
): string => {
  const name = physicalResourceId ?? request.PhysicalResourceId ?? ownName(request);
  const text = answer(request, {
    Status: 'SUCCESS',
    PhysicalResourceId: name,
    ...(noEcho === undefined ? {} : { NoEcho: noEcho }),
    ...(attributes === undefined ? {} : { Data: attributes }),
  });
  const bytes = Buffer.byteLength(text);
  if (bytes <= MOST_BYTES) return text;
  throw new CustomResourceError(
    `The attributes of ${request.LogicalResourceId} make an answer of ${bytes} bytes; CloudFormation takes ${MOST_BYTES}. Put what is large into a parameter or an object, and answer with its name.`,
    { physicalResourceId: name },
  );
};

export const failure = (request: RawRequest, error: unknown): string => {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const left = error instanceof CustomResourceError ? error.physicalResourceId : undefined;
  return answer(request, {
    Status: 'FAILED',
    Reason: reason.slice(0, MOST_REASON),
    PhysicalResourceId: left ?? request.PhysicalResourceId ?? NEVER_MADE,
  });
};
