import { createHash } from 'node:crypto';
import type * as Lambda from '@aws-sdk/client-lambda';
import { AwsError, notSupported } from '../core/aws-error.ts';
import type { BlobRef } from '../core/blobs.ts';
import type { OperationContext } from '../core/define-service.ts';
import { unpackedCode } from './code-folder.ts';
import { readArchive } from './environment/archive.ts';
import { invalidParameterValue } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { LambdaState } from './state.ts';

/** Code as a version keeps it. */
export interface StoredCode {
  readonly code: BlobRef;
  /** Base64. */
  readonly codeSha256: string;
}

/** Where code comes from: CreateFunction nests it, UpdateFunctionCode has it on top. */
export type CodeSource = Pick<
  Lambda.FunctionCode,
  'ZipFile' | 'S3Bucket' | 'S3Key' | 'S3ObjectVersion' | 'ImageUri' | 'SourceKMSKeyArn'
>;

type Context = OperationContext<LambdaState>;

/**
 * Takes the code in: whole, checked, unpacked. Functions of one archive share its bytes: a service of a thousand would else keep them a thousand times.
 * It is held until {@link releaseCode}, by when a version has it.
 * @throws {InvalidParameterValueException}
 */
export const storeCode = async (source: CodeSource, context: Context): Promise<StoredCode> => {
  const archive = await readSource(source, context);
  readArchive(archive);
  const codeSha256 = createHash('sha256').update(archive).digest('base64');
  const { heldCode, versions } = context.state;
  const held = heldCode.get(codeSha256) ?? {
    code: sameCode(versions.values(), codeSha256) ?? context.blobs.put(archive),
    holds: 0,
  };
  held.holds += 1;
  heldCode.set(codeSha256, held);
  try {
    const stored = { code: await held.code, codeSha256 };
    // Now, so that the first invocation need not wait for it, and a broken archive is refused.
    await unpackedCode(context, stored);
    return stored;
  } catch (error) {
    await letGo(context, codeSha256);
    throw error;
  }
};

const sameCode = (versions: Iterable<StoredCode>, codeSha256: string): BlobRef | undefined => {
  for (const version of versions) if (version.codeSha256 === codeSha256) return version.code;
  return undefined;
};

/** Ends the hold of {@link storeCode}: a version has the code now, or none will. */
export const releaseCode = (context: Context, { codeSha256 }: StoredCode): Promise<void> =>
  letGo(context, codeSha256);

const letGo = async (context: Context, codeSha256: string): Promise<void> => {
  const held = context.state.heldCode.get(codeSha256);
  if (held === undefined) return;
  held.holds -= 1;
  if (held.holds > 0) return;
  context.state.heldCode.delete(codeSha256);
  const code = await Promise.resolve(held.code).catch(() => undefined);
  if (code !== undefined) await dropUnusedCode(context, { code, codeSha256 });
};

const readSource = async (source: CodeSource, context: Context): Promise<Uint8Array> => {
  if (source.ImageUri !== undefined) throw notSupported('A function from a container image');
  if (source.SourceKMSKeyArn !== undefined) throw notSupported('Code encrypted with a KMS key');
  const { ZipFile, S3Bucket, S3Key } = source;
  if (ZipFile !== undefined && (S3Bucket !== undefined || S3Key !== undefined))
    throw invalidParameterValue(
      'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    );
  if (ZipFile !== undefined) {
    if (ZipFile.byteLength > LIMITS.zipBytes)
      throw invalidParameterValue(
        `Zip file is ${ZipFile.byteLength} bytes; at most ${LIMITS.zipBytes} can be sent inline. Put it into a bucket and give S3Bucket and S3Key.`,
      );
    return ZipFile;
  }
  if (S3Bucket === undefined || S3Key === undefined)
    throw invalidParameterValue('Please provide a source for function code.');
  return readObject(S3Bucket, S3Key, source.S3ObjectVersion, context);
};

/** The object, read as whoever deploys. */
const readObject = async (
  Bucket: string,
  Key: string,
  version: string | undefined,
  context: Context,
): Promise<Uint8Array> => {
  try {
    const { Body } = (await context.call({
      service: 's3',
      operation: 'GetObject',
      input: { Bucket, Key, ...(version === undefined ? {} : { VersionId: version }) },
    })) as { readonly Body?: Uint8Array | AsyncIterable<Uint8Array> };
    if (Body === undefined) return new Uint8Array(0);
    return Body instanceof Uint8Array ? Body : await gather(Body);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
    if (error.status === 403)
      throw new AwsError(
        'AccessDeniedException',
        `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${Bucket}/${Key}. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
        { status: 403 },
      );
    throw invalidParameterValue(
      `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
    );
  }
};

const gather = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > LIMITS.unzippedBytes)
      throw invalidParameterValue(
        `Unzipped size must be smaller than ${LIMITS.unzippedBytes} bytes`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

/** Forgets code that no version has any more. */
export const dropUnusedCode = async (
  context: Context,
  { code, codeSha256 }: StoredCode,
): Promise<void> => {
  if (context.state.heldCode.has(codeSha256)) return;
  for (const version of context.state.versions.values()) if (version.code.id === code.id) return;
  await context.blobs.delete(code);
};
