import { hash, timingSafeEqual } from 'node:crypto';
import { percentDecode, percentEncode, queryPairs } from './percent-encoding.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';
import { signingKey } from './signing-key.ts';

/**
 * Verification of AWS Signature Version 4, in headers and in presigned URLs.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

const canonicalQuery = (target: string) =>
  target.includes('?')
    ? queryPairs(target)
        .filter(([name]) => name !== 'X-Amz-Signature')
        .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
        .sort()
        .join('&')
    : '';

const canonicalPath = (target: string, service: string) => {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  // Where the JSON protocols send everything.
  if (path === '/' || path === '') return '/';
  // Every service but S3 encodes the path twice; S3 signs it as it is sent.
  const encode =
    service === 's3' ? (part: string) => percentEncode(percentDecode(part)) : percentEncode;
  return path.split('/').map(encode).join('/');
};

const canonicalValue = (value: string) => {
  const trimmed = value.trim();
  return trimmed.includes('  ') ? trimmed.replace(/ +/g, ' ') : trimmed;
};

const canonicalRequest = (
  { method, target, headers }: SignedRequest,
  { service, signedHeaders }: SignatureClaim,
  payloadHash: string,
): string => {
  let text = `${method}\n${canonicalPath(target, service)}\n${canonicalQuery(target)}\n`;
  for (const name of signedHeaders) text += `${name}:${canonicalValue(headers[name] ?? '')}\n`;
  return `${text}\n${signedHeaders.join(';')}\n${payloadHash}`;
};

/**
 * True when the claim's signature is that of `secret` over the request.
 * @param payloadHash - The hash or marker to sign with; {@link SignatureClaim.payloadHash}, or the body's own.
 */
export const signatureMatches = (
  request: SignedRequest,
  claim: SignatureClaim,
  secret: string,
  payloadHash: string,
): boolean => {
  const digest = hash('sha256', canonicalRequest(request, claim, payloadHash));
  const expected = signingKey(secret, claim).sign(
    `AWS4-HMAC-SHA256\n${claim.timestamp}\n${claim.scope}\n${digest}`,
  );
  return sameDigits(claim.signature, expected);
};

const DIGITS = 64;
const [GIVEN, EXPECTED] = [Buffer.alloc(DIGITS / 2), Buffer.alloc(DIGITS / 2)];

/** Compares in a time that tells nothing of where they differ. */
const sameDigits = (given: string, expected: string): boolean =>
  given.length === DIGITS &&
  GIVEN.write(given, 'hex') === GIVEN.length &&
  EXPECTED.write(expected, 'hex') === EXPECTED.length &&
  timingSafeEqual(GIVEN, EXPECTED);
