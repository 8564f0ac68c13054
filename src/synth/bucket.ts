import type { BucketOptions } from '../spec/bucket.ts';
import type { Referable } from '../spec/value.ts';
import type { TemplateBuilder } from './builder.ts';
import type { AnyDeclaration } from './collect.ts';
import type { KnownName } from './resolve.ts';
import { retentionOf } from './retention.ts';
import { said } from './template.ts';

/**
 * The last group of the stack's UUID: known before any resource is made, and another one for every stack that is
 * made, so a bucket that an earlier stack left behind is not in the way.
 */
const STACK_SUFFIX = {
  StackSuffix: {
    'Fn::Select': [
      4,
      {
        'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }],
      },
    ],
  },
} as const;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html: 63 characters, of which the suffix takes 13. */
const PREFIX_LENGTH = 50;

const prefixOf = (service: string, bucket: string) => {
  const clean = (text: string) => text.toLowerCase().replace(/[^a-z0-9-]/g, '');
  return `${clean(service)}-${clean(bucket)}`.slice(0, PREFIX_LENGTH).replace(/-+$/, '');
};

/**
 * Names of buckets that start functions. CloudFormation makes such a bucket after the function, since its notifications name
 * the function; so neither the function's environment nor its role can refer to the bucket, and both say the name
 * that Sparta gave it.
 */
export const knownBucketNames =
  (service: string, starters: ReadonlyMap<string, BucketOptions>): KnownName =>
  (target: Referable) => {
    const options = starters.get(target.name);
    if (target.kind !== 'bucket' || options === undefined) return undefined;
    const name =
      options.bucketName === undefined
        ? { text: `${prefixOf(service, target.name)}-\${StackSuffix}`, variables: STACK_SUFFIX }
        : { text: options.bucketName, variables: {} };
    return { name, arn: { ...name, text: `arn:\${AWS::Partition}:s3:::${name.text}` } };
  };

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html */
export const synthesiseBucket = (
  declaration: AnyDeclaration,
  name: ReturnType<KnownName>,
  builder: TemplateBuilder,
): void => {
  const options = declaration['options'] as BucketOptions;
  const id = declaration.name;
  const bucketName =
    name === undefined ? options.bucketName : builder.resolve(asExpression(declaration));
  builder.add(
    id,
    {
      Type: 'AWS::S3::Bucket',
      ...retentionOf('AWS::S3::Bucket', options),
      Properties: said({
        BucketName: bucketName,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
          ],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: options.versioned === true ? { Status: 'Enabled' } : undefined,
        Tags: builder.tags(),
        ...(builder.resolve(options.properties ?? {}) as Record<string, unknown>),
      }),
    },
    declaration.declaredAt,
  );
  builder.add(
    `${id}Policy`,
    {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: id },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'TlsOnly',
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: [{ 'Fn::GetAtt': [id, 'Arn'] }, { 'Fn::Sub': `\${${id}.Arn}/*` }],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
    declaration.declaredAt,
  );
  builder.output(`${id}BucketName`, { Ref: id }, `Name of the bucket ${id}`);
};

const asExpression = (target: Referable) => ({ kind: 'expression', form: { is: 'ref', target } });
