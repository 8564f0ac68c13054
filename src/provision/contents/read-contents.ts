import type { Target } from '../aws/target.ts';
import { isAbort, readFailure } from '../failure/explain-failure.ts';
import { bucketContents } from './bucket.ts';
import type { Contents, Store } from './contents.ts';
import {
  archiveContents,
  logContents,
  parameterContents,
  queueContents,
  secretContents,
  streamContents,
  tableContents,
} from './other-stores.ts';

const READERS = {
  'AWS::DynamoDB::Table': tableContents,
  'AWS::SQS::Queue': queueContents,
  'AWS::Events::Archive': archiveContents,
  'AWS::Kinesis::Stream': streamContents,
  'AWS::Logs::LogGroup': logContents,
  'AWS::SecretsManager::Secret': secretContents,
  'AWS::SSM::Parameter': parameterContents,
} as const;

/** Types that are known, and that no one can count in. */
const UNTOLD: Readonly<Record<string, string>> = {
  'AWS::KMS::Key': 'whatever was encrypted with it can be read by nobody once it is gone',
};

/** `ResourceNotFoundException`, `NoSuchBucket`, `ParameterNotFound`, `AWS.SimpleQueueService.NonExistentQueue`, … */
const GONE = /NotFound|NoSuchBucket|NonExistentQueue|QueueDoesNotExist/;

/**
 * Looks into a resource, with the deployer's own permissions. What cannot be read, or not by this identity, is told so: a look
 * stops nobody.
 */
export const readContents = async (
  target: Target,
  store: Store,
  signal: AbortSignal,
): Promise<Contents> => {
  try {
    if (store.resourceType === 'AWS::S3::Bucket')
      return await bucketContents(await target.s3(), store.physicalId, signal);
    if (!hasReader(store.resourceType))
      return {
        kind: 'untold',
        why: UNTOLD[store.resourceType] ?? 'what it holds cannot be told from here',
      };
    return await READERS[store.resourceType](await target.stores(), store, signal);
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    const { code, message } = readFailure(error);
    if (GONE.test(code)) return { kind: 'gone' };
    return {
      kind: 'untold',
      why: `what it holds cannot be told: ${message === '' ? code : message}`,
    };
  }
};

const hasReader = (type: string): type is keyof typeof READERS => Object.hasOwn(READERS, type);
