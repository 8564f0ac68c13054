import type {
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ClientSettings } from './client-settings.ts';

type Call<Input, Output> = (input: Input, signal?: AbortSignal) => Promise<Output>;

/** The operations of S3 that the deployer uses, and no other. */
export interface S3Api {
  /** The text of an object. */
  readonly getText: Call<GetObjectCommandInput, string>;
  readonly headObject: Call<HeadObjectCommandInput, unknown>;
  readonly putObject: Call<PutObjectCommandInput, unknown>;
  readonly listObjectVersions: Call<
    ListObjectVersionsCommandInput,
    ListObjectVersionsCommandOutput
  >;
  readonly deleteObjects: Call<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>;
}

/** Loads the client: this module is imported only when it is about to be used. */
export const openS3 = (settings: ClientSettings): S3Api => {
  // A single endpoint for every service has no DNS name per bucket.
  const client = new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined });
  const aborting = (signal: AbortSignal | undefined) =>
    signal === undefined ? {} : { abortSignal: signal };
  return {
    getText: async (input, signal) => {
      const { Body } = await client.send(new GetObjectCommand(input), aborting(signal));
      return (await Body?.transformToString()) ?? '';
    },
    headObject: (input, signal) => client.send(new HeadObjectCommand(input), aborting(signal)),
    putObject: (input, signal) => client.send(new PutObjectCommand(input), aborting(signal)),
    listObjectVersions: (input, signal) =>
      client.send(new ListObjectVersionsCommand(input), aborting(signal)),
    deleteObjects: (input, signal) =>
      client.send(new DeleteObjectsCommand(input), aborting(signal)),
  };
};
