import type {
  AbortMultipartUploadCommandInput,
  DeleteBucketCommandInput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ClientSettings } from './client-settings.ts';

type Call<Input, Output> = (input: Input, signal?: AbortSignal) => Promise<Output>;

/** The operations of S3 that the deployer uses, and no other. */
export interface S3Api {
  readonly headObject: Call<HeadObjectCommandInput, HeadObjectCommandOutput>;
  readonly getObject: Call<GetObjectCommandInput, GetObjectCommandOutput>;
  /** The text of an object. */
  readonly getText: Call<GetObjectCommandInput, string>;
  readonly putObject: Call<PutObjectCommandInput, unknown>;
  readonly listObjectVersions: Call<
    ListObjectVersionsCommandInput,
    ListObjectVersionsCommandOutput
  >;
  readonly deleteObjects: Call<DeleteObjectsCommandInput, DeleteObjectsCommandOutput>;
  readonly listMultipartUploads: Call<
    ListMultipartUploadsCommandInput,
    ListMultipartUploadsCommandOutput
  >;
  readonly abortMultipartUpload: Call<AbortMultipartUploadCommandInput, unknown>;
  readonly deleteBucket: Call<DeleteBucketCommandInput, unknown>;
}

/** Loads the client: this module is imported only when it is about to be used. */
export const openS3 = (settings: ClientSettings): S3Api => {
  // A single endpoint for every service has no DNS name per bucket.
  const client = new S3Client({ ...settings, forcePathStyle: settings.endpoint !== undefined });
  const aborting = (signal: AbortSignal | undefined) =>
    signal === undefined ? {} : { abortSignal: signal };
  return {
    getObject: (input, signal) => client.send(new GetObjectCommand(input), aborting(signal)),
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
    listMultipartUploads: (input, signal) =>
      client.send(new ListMultipartUploadsCommand(input), aborting(signal)),
    abortMultipartUpload: (input, signal) =>
      client.send(new AbortMultipartUploadCommand(input), aborting(signal)),
    deleteBucket: (input, signal) => client.send(new DeleteBucketCommand(input), aborting(signal)),
  };
};
