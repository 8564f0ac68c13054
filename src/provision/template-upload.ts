import { createHash } from 'node:crypto';
import type { Artifact } from './upload.ts';

/** Bytes of a text as it is sent. */
export const bytesOfText = (text: string): number => Buffer.byteLength(text, 'utf8');

/** A template that is too large for a request, as an object for the artifact bucket. */
export const templateArtifact = async (stackName: string, body: string): Promise<Artifact> => {
  const hash = createHash('sha256').update(body).digest('hex');
  return {
    key: `${stackName}/${hash}.template.json`,
    bytes: async () => Buffer.from(body, 'utf8'),
    sizeBytes: bytesOfText(body),
    contentType: 'application/json',
  };
};

/** Where CloudFormation finds an object: under the endpoint in use, or at S3's own regional name. */
export const templateUrl = (
  endpoint: string | undefined,
  region: string,
  bucket: string,
  key: string,
): string => {
  const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  if (endpoint !== undefined) return `${endpoint.replace(/\/+$/, '')}/${path}`;
  // https://docs.aws.amazon.com/general/latest/gr/s3.html
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://s3.${region}.${suffix}/${path}`;
};
