import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SignatureClaim, SignedRequest } from './signature-claim.ts';

/**
 * Verification of S3's presigned URLs of Signature Version 2: the AWS CLI and boto3 make them still in us-east-1.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
 */

/** What of the query is signed with the path. */
const SUBRESOURCES = new Set([
  'acl',
  'accelerate',
  'analytics',
  'cors',
  'delete',
  'encryption',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'retention',
  'select',
  'select-type',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

const TOKEN = 'x-amz-security-token';

const queryOf = (target: string) => {
  const at = target.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : target.slice(at + 1));
};

/** Reads who signed a URL of version 2. Undefined for any other request. */
export const readVersion2Claim = (request: SignedRequest): SignatureClaim | undefined => {
  if (!request.target.includes('AWSAccessKeyId=')) return undefined;
  const query = queryOf(request.target);
  const accessKeyId = query.get('AWSAccessKeyId');
  const signature = query.get('Signature');
  const expires = Number(query.get('Expires') ?? 'NaN');
  if (accessKeyId === null || signature === null || !Number.isInteger(expires)) return undefined;
  const sessionToken = query.get(TOKEN);
  return {
    version: 2,
    accessKeyId,
    scope: '',
    day: '',
    region: 'us-east-1',
    service: 's3',
    signedHeaders: [],
    signature,
    // It ends at a time since the epoch, not some time after it was signed.
    timestamp: '19700101T000000Z',
    expiresSeconds: expires,
    payloadHash: 'UNSIGNED-PAYLOAD',
    ...(sessionToken === null ? {} : { sessionToken }),
  };
};

/**
 * True when the claim's signature is that of `secret` over the request.
 * @param path - With the bucket in it, also when the host names it.
 */
export const version2SignatureMatches = (
  request: SignedRequest,
  claim: SignatureClaim,
  secret: string,
  path: string,
): boolean => {
  const query = queryOf(request.target);
  const { headers } = request;
  const amz = new Map(Object.entries(headers).filter(([name]) => name.startsWith('x-amz-')));
  if (claim.sessionToken !== undefined) amz.set(TOKEN, claim.sessionToken);
  const canonicalHeaders = [...amz]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
  const subresources = [...query]
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&');
  const toSign = [
    request.method,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    String(claim.expiresSeconds),
    `${canonicalHeaders}${path}${subresources === '' ? '' : `?${subresources}`}`,
  ].join('\n');
  const expected = createHmac('sha1', secret).update(toSign).digest();
  const given = Buffer.from(claim.signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
};
