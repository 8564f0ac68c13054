import { createHash } from 'node:crypto';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { BUCKET_PARAMETER } from '../change-set/parameters.ts';
import { DeployError } from '../errors.ts';
import type { OnProgress } from '../progress.ts';
import type { Target } from '../aws/target.ts';
import { uploadArtifact } from './upload.ts';

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
const MAX_BODY_BYTES = 51_200;
const MAX_TEMPLATE_BYTES = 1_048_576;

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/** Whether a template travels in the request, which saves a round trip; larger ones go through S3. */
export const fitsRequest = (body: string): boolean => bytesOf(body) <= MAX_BODY_BYTES;

/**
 * The template as it is, or without its line breaks and indentation when only that makes it fit.
 *
 * @throws {TEMPLATE_TOO_LARGE} when it is over CloudFormation's limit
 */
export const fittingBody = (stackName: string, templateBody: string): string => {
  const size = bytesOf(templateBody);
  if (size <= MAX_BODY_BYTES) return templateBody;
  const body = compact(templateBody);
  const least = bytesOf(body);
  if (least > MAX_TEMPLATE_BYTES)
    throw new DeployError(
      'TEMPLATE_TOO_LARGE',
      `The template of ${stackName} has ${least} bytes; CloudFormation takes at most ${MAX_TEMPLATE_BYTES}.`,
      { hint: 'Split the service into two.' },
    );
  return least <= MAX_BODY_BYTES || size > MAX_TEMPLATE_BYTES ? body : templateBody;
};

const compact = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body));
  } catch {
    return body; // YAML, where indentation means something
  }
};

/** The key of a template in its bucket: made from its content, so that one that did not change is the same one. */
export const templateKey = (stackName: string, body: string): string =>
  `${stackName}/${createHash('sha256').update(body).digest('hex')}.template.json`;

/** Where a nested stack's template lies, in a template that is told the bucket when it is deployed. */
export const nestedTemplateUrl = (key: string): { readonly 'Fn::Sub': string } => ({
  'Fn::Sub': `https://s3.\${AWS::Region}.\${AWS::URLSuffix}/\${${BUCKET_PARAMETER}}/${key}`,
});

/** Puts a template into the bucket, and answers with how a change set names it. */
export const uploadTemplate = async (
  target: Target,
  api: CloudFormationApi,
  what: {
    readonly stackName: string;
    readonly body: string;
    readonly bucket: ArtifactBucket;
    readonly signal: AbortSignal;
    readonly onProgress: OnProgress;
  },
): Promise<{ readonly TemplateURL: string }> => {
  const { stackName, body, bucket, signal, onProgress } = what;
  const key = templateKey(stackName, body);
  const artifact = {
    key,
    bytes: async () => Buffer.from(body, 'utf8'),
    sizeBytes: bytesOf(body),
    contentType: 'application/json',
  };
  await uploadArtifact(target, bucket, artifact, signal, onProgress);
  return { TemplateURL: templateUrl(target.endpoint, await api.region(), bucket.name, key) };
};

/** Where CloudFormation finds an object: under the endpoint in use, or at S3's own regional name. */
const templateUrl = (
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
