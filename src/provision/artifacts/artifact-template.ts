/** The stack that holds Sparta's bucket, one per account and region. */
export const ARTIFACT_STACK_NAME = 'sparta-artifacts';

/** Days that a replaced archive is kept. A rollback within that time still finds its code. */
const KEEP_REPLACED_DAYS = 90;

/**
 * The template of the artifact bucket: encrypted, versioned, reached over TLS alone, never public.
 * The bucket outlives its stack, since functions of other stacks may be rolled back to code that lies in it.
 */
export const artifactTemplate = (): string =>
  JSON.stringify({
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Where Sparta keeps the archives of the services that it provisions',
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
            ],
          },
          VersioningConfiguration: { Status: 'Enabled' },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
          LifecycleConfiguration: {
            Rules: [
              {
                Id: 'replaced-archives',
                Status: 'Enabled',
                NoncurrentVersionExpiration: { NoncurrentDays: KEEP_REPLACED_DAYS },
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
              },
            ],
          },
        },
      },
      BucketPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Bucket' },
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Sid: 'TlsOnly',
                Effect: 'Deny',
                Principal: '*',
                Action: 's3:*',
                Resource: [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, { 'Fn::Sub': '${Bucket.Arn}/*' }],
                Condition: { Bool: { 'aws:SecureTransport': 'false' } },
              },
            ],
          },
        },
      },
    },
    Outputs: {
      BucketName: { Description: 'The bucket', Value: { Ref: 'Bucket' } },
      Version: { Description: 'Version of this template', Value: '1' },
    },
  });
