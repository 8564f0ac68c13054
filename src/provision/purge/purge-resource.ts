import type { S3Api } from '../aws/s3-api.ts';
import type { Stores } from '../aws/stores-api.ts';
import type { Target } from '../aws/target.ts';
import { readFailure } from '../failure/explain-failure.ts';
import { emptyBucket } from '../artifacts/empty-bucket.ts';
import type { OnProgress } from '../progress.ts';
import type { StackResource } from '../stack/describe-contents.ts';

/** A resource that has a name to find it by. */
export type NamedResource = StackResource & { readonly physicalId: string };

type Delete = (stores: Stores, name: string, signal: AbortSignal) => Promise<unknown>;

const DELETERS: Readonly<Record<string, Delete>> = {
  'AWS::DynamoDB::Table': async (stores, name, signal) =>
    (await stores.tables()).delete(name, signal),
  'AWS::SQS::Queue': async (stores, url, signal) => (await stores.queues()).delete(url, signal),
  'AWS::Logs::LogGroup': async (stores, name, signal) => (await stores.logs()).delete(name, signal),
  'AWS::Events::Archive': async (stores, name, signal) =>
    (await stores.archives()).delete(name, signal),
  'AWS::Kinesis::Stream': async (stores, name, signal) =>
    (await stores.streams()).delete(name, signal),
  'AWS::SecretsManager::Secret': async (stores, arn, signal) =>
    (await stores.secrets()).delete(arn, signal),
  'AWS::SSM::Parameter': async (stores, name, signal) =>
    (await stores.parameters()).delete(name, signal),
};

const BUCKET = 'AWS::S3::Bucket';

/** Types that can be purged once no stack has them. */
export const isPurgeable = (resourceType: string): boolean =>
  resourceType === BUCKET || Object.hasOwn(DELETERS, resourceType);

/** Answers of a service that has not got it: then it is gone, whoever did it. */
const GONE = /NotFound|NoSuchBucket|NonExistentQueue|QueueDoesNotExist/;

/** How often a bucket into which somebody writes is emptied again. */
const ATTEMPTS = 3;

/** Deletes a resource that no stack has, and all that is in it. What is gone already is a success: a purge can be run again. */
export const purgeResource = async (
  target: Target,
  resource: NamedResource,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<void> => {
  const { logicalId, resourceType, physicalId } = resource;
  try {
    if (resourceType === BUCKET) await purgeBucket(target, resource, { signal, onProgress });
    else await DELETERS[resourceType]?.(await target.stores(), physicalId, signal);
  } catch (error) {
    if (!GONE.test(readFailure(error).code)) throw error;
  }
  onProgress({ kind: 'purged', logicalId, resourceType, physicalId });
};

const purgeBucket = async (
  target: Target,
  { logicalId, physicalId: bucket }: NamedResource,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<void> => {
  const s3 = await target.s3();
  for (let attempt = 1; ; attempt += 1) {
    const objects = await emptyBucket(target, bucket, signal);
    onProgress({ kind: 'emptied', logicalId, bucket, objects });
    if (await deleteBucket(s3, bucket, { signal, isLast: attempt === ATTEMPTS })) return;
  }
};

const deleteBucket = async (
  s3: S3Api,
  bucket: string,
  { signal, isLast }: { readonly signal: AbortSignal; readonly isLast: boolean },
): Promise<boolean> => {
  try {
    await s3.deleteBucket({ Bucket: bucket }, signal);
    return true;
  } catch (error) {
    if (readFailure(error).code !== 'BucketNotEmpty' || isLast) throw error;
    return false;
  }
};
