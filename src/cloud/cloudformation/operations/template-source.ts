import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import { readStackPolicy } from '../engine/stack-policy.ts';
import { formatError, validationError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { CloudFormationState, Stack } from '../state.ts';

type Context = OperationContext<CloudFormationState>;

/** Where a request says that its template is. */
export interface TemplateInput {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

/**
 * The text of a request's template: in the request, in S3 as whoever asks may read it, or the stack's own.
 * @throws {AwsError} when there is none, or it is too large
 */
export const templateText = async (
  input: TemplateInput,
  context: Context,
  stack?: Stack,
): Promise<string> => {
  const { TemplateBody, TemplateURL } = input;
  if (input.UsePreviousTemplate === true) return previousText(input, context, stack);
  if (TemplateBody !== undefined && TemplateURL !== undefined)
    throw validationError('You cannot specify both Template URL and Template Body.');
  if (TemplateBody !== undefined) {
    const bytes = Buffer.byteLength(TemplateBody);
    if (bytes > LIMITS.templateBodyBytes)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${LIMITS.templateBodyBytes}. It has ${bytes}; put a larger template into S3 and pass its TemplateURL.`,
      );
    return TemplateBody;
  }
  if (TemplateURL !== undefined) return fetchTemplate(TemplateURL, context);
  throw validationError('Either Template URL or Template Body must be specified.');
};

const previousText = (
  { TemplateBody, TemplateURL }: TemplateInput,
  { state }: Context,
  stack: Stack | undefined,
): string => {
  if (TemplateBody !== undefined || TemplateURL !== undefined)
    throw validationError(
      'You cannot specify both usePreviousTemplate as true and a Template URL or Template Body.',
    );
  const text = state.templates.get(stack?.spec?.templateKey ?? '');
  if (text === undefined)
    throw validationError('UsePreviousTemplate needs a stack that has a template already.');
  return text;
};

/** Bucket and key of a template's URL, in any of S3's forms, on AWS's endpoint or this one. */
export const readTemplateUrl = (
  text: string,
): { readonly Bucket: string; readonly Key: string; readonly VersionId?: string } => {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    throw validationError('TemplateURL must be a supported URL.');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw validationError('TemplateURL must be a supported URL.');
  const path = decodeURIComponent(url.pathname.slice(1));
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
  const virtual = /^(?<bucket>.+)\.s3[.-][^/]*$/.exec(url.hostname)?.groups?.['bucket'];
  const slash = path.indexOf('/');
  const [Bucket, Key] =
    virtual === undefined
      ? [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)]
      : [virtual, path];
  if (Bucket === '' || Key === '')
    throw validationError('TemplateURL must reference a valid S3 object to which you have access.');
  const version = url.searchParams.get('versionId');
  return { Bucket, Key, ...(version === null ? {} : { VersionId: version }) };
};

/**
 * A stack policy of a request, in it or in S3, checked. Undefined when it has none.
 * @throws {AwsError} when it is no stack policy
 */
export const policyText = async (
  body: string | undefined,
  url: string | undefined,
  context: Context,
): Promise<string | undefined> => {
  if (body !== undefined && url !== undefined)
    throw validationError('You cannot specify both a stack policy body and a stack policy URL.');
  const text = url === undefined ? body : await fetchTemplate(url, context);
  if (text !== undefined) readStackPolicy(text);
  return text;
};

/** A part of a template, from where AWS::Include says. */
export const fetchSnippet = (location: string, context: Context): Promise<string> => {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  return Bucket === undefined || Key === undefined
    ? fetchTemplate(location, context)
    : fetchObject({ Bucket, Key }, context);
};

const fetchTemplate = (url: string, context: Context): Promise<string> =>
  fetchObject(readTemplateUrl(url), context);

const fetchObject = async (
  object: { readonly Bucket: string; readonly Key: string; readonly VersionId?: string },
  context: Context,
): Promise<string> => {
  let body: unknown;
  try {
    const answer = (await context.call({
      service: 's3',
      operation: 'GetObject',
      input: object,
    })) as { readonly Body?: unknown };
    body = answer.Body;
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    const refused = validationError(
      `S3 error: ${error.message}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
    if (error.hint !== undefined) refused.hint = error.hint;
    throw refused;
  }
  return readBody(body);
};

const readBody = async (body: unknown): Promise<string> => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  if (body instanceof Uint8Array) pieces.push(body);
  else if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      size += piece.byteLength;
      if (size > LIMITS.templateBytes) break;
      pieces.push(piece);
    }
  const bytes = Buffer.concat(pieces);
  if (size > LIMITS.templateBytes || bytes.byteLength > LIMITS.templateBytes)
    throw formatError(`Template may not exceed ${LIMITS.templateBytes} bytes in size.`);
  return bytes.toString('utf8');
};
