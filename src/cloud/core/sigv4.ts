import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import { createHmac256 } from './hmac.ts';

/**
 * Verification of AWS Signature Version 4, in headers and in presigned URLs.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

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
  readonly sessionToken?: string;
  /** Presigned URLs only. */
  readonly expiresSeconds?: number;
  /** Hash of the body as signed, or one of AWS's markers (`UNSIGNED-PAYLOAD`, `STREAMING-…`). Undefined: hash the body. */
  readonly payloadHash?: string;
}

const sha256 = (data: string | Uint8Array) => hash('sha256', data);
const hmac = (key: string | Uint8Array, data: string) =>
  createHmac('sha256', key).update(data).digest();

/** Percent-encoding as SigV4 wants it: everything but the unreserved characters of RFC 3986. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const decode = (text: string) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const queryPairs = (target: string): readonly (readonly [string, string])[] => {
  const at = target.indexOf('?');
  if (at < 0 || at === target.length - 1) return [];
  return target
    .slice(at + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const [name, value] =
        equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))] as const;
    });
};

const malformed = (what: string) =>
  new AwsError('IncompleteSignature', `${what} Sign the request with Signature Version 4.`, {
    status: 400,
  });

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/**
 * Reads who signed. Undefined for a request without a signature.
 * @throws {IncompleteSignature} when there is one that cannot be read
 */
export const readClaim = (request: SignedRequest): SignatureClaim | undefined => {
  const authorization = request.headers['authorization'];
  if (authorization !== undefined) {
    const match = AUTHORIZATION.exec(authorization);
    if (match === null)
      throw malformed(
        `The Authorization header is not one of AWS4-HMAC-SHA256: '${authorization.slice(0, 60)}'.`,
      );
    const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match;
    const timestamp = request.headers['x-amz-date'] ?? '';
    return {
      accessKeyId,
      ...readScope(scope),
      signedHeaders: signedHeaders.split(';'),
      signature,
      timestamp,
      ...optional('sessionToken', request.headers['x-amz-security-token']),
      ...optional('payloadHash', request.headers['x-amz-content-sha256']),
    };
  }
  if (!request.target.includes('X-Amz-Signature=')) return undefined;
  const query = new Map(queryPairs(request.target));
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
    ...optional('sessionToken', query.get('X-Amz-Security-Token')),
    // A presigned S3 request does not know its body; other services sign the empty one.
    payloadHash:
      query.get('X-Amz-Content-Sha256') ??
      (scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256('')),
  };
};

const optional = <K extends string>(key: K, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: string };

const readScope = (scope: string) => {
  const [day = '', region = '', service = '', terminator, ...rest] = scope.split('/');
  if (terminator !== 'aws4_request' || rest.length > 0)
    throw malformed(`The credential scope is '${scope}', not DAY/REGION/SERVICE/aws4_request.`);
  return { scope, day, region, service };
};

/** Milliseconds since the epoch of `20261123T120000Z`; NaN when it is none. */
export const parseAmzDate = (timestamp: string): number => {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

interface SigningKey {
  readonly bytes: Uint8Array;
  sign(text: string): Buffer;
}

const KEYS = new Map<string, SigningKey>();
const KEY_CAPACITY = 1_000;

/** The key that signs a day, a region and a service; derived once, since it costs four HMACs. */
const derivedKey = (
  secret: string,
  claim: Pick<SignatureClaim, 'day' | 'region' | 'service'>,
): SigningKey => {
  const id = `${secret}\n${claim.day}\n${claim.region}\n${claim.service}`;
  let key = KEYS.get(id);
  if (key === undefined) {
    if (KEYS.size >= KEY_CAPACITY) KEYS.clear();
    const bytes = hmac(
      hmac(hmac(hmac(`AWS4${secret}`, claim.day), claim.region), claim.service),
      'aws4_request',
    );
    key = { bytes, sign: createHmac256(bytes) };
    KEYS.set(id, key);
  }
  return key;
};

/** The bytes of the key, for what is signed in chunks. */
export const signingKey = (
  secret: string,
  claim: Pick<SignatureClaim, 'day' | 'region' | 'service'>,
): Uint8Array => derivedKey(secret, claim).bytes;

const canonicalQuery = (request: SignedRequest) =>
  queryPairs(request.target)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');

const canonicalPath = (target: string, service: string) => {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  // Every service but S3 encodes the path twice; S3 signs it as it is sent.
  return service === 's3'
    ? path
        .split('/')
        .map((part) => encode(decode(part)))
        .join('/')
    : path.split('/').map(encode).join('/');
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
  const headers = claim.signedHeaders
    .map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
    .join('');
  const canonical = [
    request.method,
    canonicalPath(request.target, claim.service) || '/',
    canonicalQuery(request),
    headers,
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const toSign = `AWS4-HMAC-SHA256\n${claim.timestamp}\n${claim.scope}\n${sha256(canonical)}`;
  const expected = derivedKey(secret, claim).sign(toSign);
  const given = Buffer.from(claim.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
};

/** Signs one chunk of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, given the signature before it. */
export const chunkSignature = (
  key: Uint8Array,
  claim: Pick<SignatureClaim, 'timestamp' | 'scope'>,
  previous: string,
  data: Uint8Array,
): string =>
  hmac(
    key,
    [
      'AWS4-HMAC-SHA256-PAYLOAD',
      claim.timestamp,
      claim.scope,
      previous,
      sha256(''),
      sha256(data),
    ].join('\n'),
  ).toString('hex');

/** Signs the trailers of `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`. */
export const trailerSignature = (
  key: Uint8Array,
  claim: Pick<SignatureClaim, 'timestamp' | 'scope'>,
  previous: string,
  trailers: string,
): string =>
  hmac(
    key,
    ['AWS4-HMAC-SHA256-TRAILER', claim.timestamp, claim.scope, previous, sha256(trailers)].join(
      '\n',
    ),
  ).toString('hex');
