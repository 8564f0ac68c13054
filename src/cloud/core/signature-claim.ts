import { hash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { memoize } from './memoize.ts';
import { queryPairs } from './percent-encoding.ts';

/** What a request says of its signer, before anything of it is believed: in a header, or in a presigned URL. */

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  /** Request target as it came: path and query, still percent-encoded. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request claims of its signer. */
export interface SignatureClaim {
  /** 2 for the presigned URLs of S3 that `sigv2.ts` reads. @defaultValue 4 */
  readonly version?: 2;
  readonly accessKeyId: string;
  /** `20261123/us-east-1/s3/aws4_request` */
  readonly scope: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261123T120000Z` */
  readonly timestamp: string;
  readonly sessionToken?: string | undefined;
  /** Presigned URLs only. */
  readonly expiresSeconds?: number;
  /** Hash of the body as signed, or one of AWS's markers (`UNSIGNED-PAYLOAD`, `STREAMING-…`). Undefined: hash the body. */
  readonly payloadHash?: string | undefined;
}

const malformed = (what: string) =>
  new AwsError('IncompleteSignature', `${what} Sign the request with Signature Version 4.`, {
    status: 400,
  });

const readScope = (scope: string) => {
  const [day = '', region = '', service = '', terminator, ...rest] = scope.split('/');
  if (terminator !== 'aws4_request' || rest.length > 0)
    throw malformed(`The credential scope is '${scope}', not DAY/REGION/SERVICE/aws4_request.`);
  return { scope, day, region, service };
};

/** Digits at the end of the Authorization header. */
const SIGNATURE_LENGTH = 64;
const SIGNATURE = /^[0-9a-f]{64}$/;
const SIGNER =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=$/;

/** Reads an Authorization header up to its signature: for a day, it is the same in all requests of a client that are alike. */
const readSigner = memoize((text) => {
  const match = SIGNER.exec(text);
  if (match === null) return 'unreadable';
  const [, accessKeyId = '', scope = '', signedHeaders = ''] = match;
  return { accessKeyId, ...readScope(scope), signedHeaders: signedHeaders.split(';') };
});

/**
 * Reads who signed. Undefined for a request without a signature.
 * @throws {IncompleteSignature} when there is one that cannot be read
 */
export const readClaim = (request: SignedRequest): SignatureClaim | undefined => {
  const authorization = request.headers['authorization'];
  if (authorization !== undefined) return readHeaderClaim(authorization, request);
  return request.target.includes('X-Amz-Signature=') ? readUrlClaim(request.target) : undefined;
};

const readHeaderClaim = (authorization: string, { headers }: SignedRequest): SignatureClaim => {
  const at = Math.max(0, authorization.length - SIGNATURE_LENGTH);
  const signature = authorization.slice(at);
  const signer = readSigner(authorization.slice(0, at));
  if (signer === 'unreadable' || !SIGNATURE.test(signature))
    throw malformed(
      `The Authorization header is not one of AWS4-HMAC-SHA256: '${authorization.slice(0, 60)}'.`,
    );
  return {
    ...signer,
    signature,
    timestamp: headers['x-amz-date'] ?? '',
    sessionToken: headers['x-amz-security-token'],
    payloadHash: headers['x-amz-content-sha256'],
  };
};

const readUrlClaim = (target: string): SignatureClaim => {
  const query = new Map(queryPairs(target));
  const credential = query.get('X-Amz-Credential') ?? '';
  const slash = credential.indexOf('/');
  if (slash < 1) throw malformed(`X-Amz-Credential is '${credential}'.`);
  const scope = readScope(credential.slice(slash + 1));
  const expires = Number(query.get('X-Amz-Expires') ?? 'NaN');
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  const WEEK_SECONDS = 604_800;
  if (!(expires >= 0 && expires <= WEEK_SECONDS))
    throw new AwsError(
      'AuthorizationQueryParametersError',
      'X-Amz-Expires must be between 0 and 604800 seconds',
      { status: 400 },
    );
  return {
    accessKeyId: credential.slice(0, slash),
    ...scope,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? 'host').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    timestamp: query.get('X-Amz-Date') ?? '',
    expiresSeconds: expires,
    sessionToken: query.get('X-Amz-Security-Token'),
    // A presigned S3 request does not know its body; other services sign the empty one.
    payloadHash:
      query.get('X-Amz-Content-Sha256') ??
      (scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : hash('sha256', '')),
  };
};

/** Milliseconds since the epoch of `20261123T120000Z`; NaN when it is none. Requests of one second say the same. */
export const parseAmzDate = memoize((timestamp): number => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
});
