import { hash } from 'node:crypto';
import type { SignatureClaim } from './signature-claim.ts';
import type { SigningKey } from './signing-key.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */

type Signed = Pick<SignatureClaim, 'timestamp' | 'scope'>;

const sha256 = (data: string | Uint8Array) => hash('sha256', data);

/** Signs one chunk of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, given the signature before it. */
export const chunkSignature = (
  key: SigningKey,
  { timestamp, scope }: Signed,
  previous: string,
  data: Uint8Array,
): string =>
  key.sign(
    ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, sha256(''), sha256(data)].join('\n'),
  );

/** Signs the trailers of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`. */
export const trailerSignature = (
  key: SigningKey,
  { timestamp, scope }: Signed,
  previous: string,
  trailers: string,
): string =>
  key.sign(['AWS4-HMAC-SHA256-TRAILER', timestamp, scope, previous, sha256(trailers)].join('\n'));
