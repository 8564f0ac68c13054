import { hash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { Clock } from './clock.ts';
import type { Credential, CredentialRegistry, Principal } from './principals.ts';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';
import { parseAmzDate } from './signature-claim.ts';
import { version2SignatureMatches } from './sigv2.ts';
import { signatureMatches } from './sigv4.ts';

/** Who made a request, once its signature has been checked. */
export interface Authentication {
  readonly principal: Principal;
  readonly claim: SignatureClaim;
  readonly credential: Credential;
  /** The clock by which it was signed: a test's clients sign by the machine's, its handlers by the cloud's. */
  readonly signedBy: Clock;
}

/** How a family of services words a refusal. */
type Dialect = 's3' | 'query' | 'json';

const dialectOf = (signingName: string, request: SignedRequest): Dialect => {
  if (signingName === 's3') return 's3';
  const json =
    'x-amz-target' in request.headers ||
    'smithy-protocol' in request.headers ||
    !(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return json ? 'json' : 'query';
};

/** Codes and texts: S3 https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, others the "Common Errors" page of each API. */
const REFUSALS = {
  unknownKey: {
    s3: [
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      403,
    ],
    query: ['InvalidClientTokenId', 'The security token included in the request is invalid.', 403],
    json: [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      400,
    ],
  },
  badToken: {
    s3: ['InvalidToken', 'The provided token is malformed or otherwise invalid.', 400],
    query: ['InvalidClientTokenId', 'The security token included in the request is invalid', 403],
    json: [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      400,
    ],
  },
  expired: {
    s3: ['ExpiredToken', 'The provided token has expired.', 400],
    query: ['ExpiredToken', 'The security token included in the request is expired', 403],
    json: ['ExpiredTokenException', 'The security token included in the request is expired', 400],
  },
  badSignature: {
    s3: [
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      403,
    ],
    query: [
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      403,
    ],
    json: [
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      403,
    ],
  },
  skewed: {
    s3: [
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
    ],
    query: [
      'SignatureDoesNotMatch',
      'Signature expired: the request was signed more than 15 minutes from now',
      403,
    ],
    json: [
      'InvalidSignatureException',
      'Signature expired: the request was signed more than 15 minutes from now',
      403,
    ],
  },
  urlExpired: {
    s3: ['AccessDenied', 'Request has expired', 403],
    query: ['AccessDenied', 'Request has expired', 403],
    json: ['AccessDeniedException', 'Request has expired', 403],
  },
} as const;

const refuse = (reason: keyof typeof REFUSALS, dialect: Dialect): AwsError => {
  const [code, message, status] = REFUSALS[reason][dialect];
  return new AwsError(code, message, { status });
};

/** AWS refuses a signature older or newer than this. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html */
const SKEW_MS = 15 * 60_000;

/** A presigned request is good for as long as it says, any other one for fifteen minutes; none may come from later than that. */
const isTimely = (signedAt: number, { expiresSeconds }: SignatureClaim, now: number): boolean =>
  signedAt - now <= SKEW_MS &&
  now - signedAt <= (expiresSeconds === undefined ? SKEW_MS : expiresSeconds * 1000);

/**
 * Checks a request's signature. Undefined for one that is not signed.
 * @param claim - What the request says of its signer.
 * @param path - The path, with S3's bucket in it.
 * @param body - The whole body where it is not a stream, for services that do not send its hash.
 * @throws {AwsError} in the words of the service
 */
export const authenticate = (
  request: SignedRequest,
  claim: SignatureClaim | undefined,
  path: string,
  body: Uint8Array | undefined,
  credentials: CredentialRegistry,
  { clock, signatureClock }: { readonly clock: Clock; readonly signatureClock: Clock },
): Authentication | undefined => {
  if (claim === undefined) return undefined;
  const refused = (reason: keyof typeof REFUSALS) =>
    refuse(reason, dialectOf(claim.service, request));
  const credential = credentials.find(claim.accessKeyId);
  if (credential === undefined || credential.inactive === true) throw refused('unknownKey');
  if (credential.sessionToken !== undefined && credential.sessionToken !== claim.sessionToken)
    throw refused('badToken');
  const signedHash = claim.payloadHash;
  const payloadHash = signedHash ?? hashOf(body);
  const matches =
    claim.version === 2
      ? version2SignatureMatches(request, claim, credential.secretAccessKey, path)
      : signatureMatches(request, claim, credential.secretAccessKey, payloadHash);
  if (!matches) throw refused('badSignature');
  if (
    body !== undefined &&
    signedHash !== undefined &&
    HASH.test(signedHash) &&
    signedHash !== hashOf(body)
  )
    throw new AwsError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { status: 400 },
    );
  if (credential.expiresAt !== undefined && credential.expiresAt <= clock.now())
    throw refused('expired');
  const signedAt = parseAmzDate(claim.timestamp);
  const signedBy = isTimely(signedAt, claim, signatureClock.now())
    ? signatureClock
    : isTimely(signedAt, claim, clock.now())
      ? clock
      : undefined;
  if (signedBy === undefined)
    throw refused(claim.expiresSeconds === undefined ? 'skewed' : 'urlExpired');
  return { principal: credential.principal, claim, credential, signedBy };
};

/** What a signed hash is, where it is none of AWS's markers. */
const HASH = /^[0-9a-f]{64}$/;

const hashOf = (body: Uint8Array | undefined) => hash('sha256', body ?? '');
