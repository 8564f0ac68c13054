import { isPublicPolicy, parsePolicy } from '../../../iam/index.ts';
import type { Bucket } from './state.ts';

/** What counts of a bucket's Block Public Access: there are no ACLs here that the other two settings could block. */
interface PublicAccessBlock {
  readonly BlockPublicPolicy?: boolean;
  readonly RestrictPublicBuckets?: boolean;
}

export const publicAccessBlockOf = ({ configuration }: Bucket): PublicAccessBlock =>
  (configuration['PublicAccessBlock'] as PublicAccessBlock | undefined) ?? {};

/** Whether a bucket policy is public. @param policy - JSON that has been checked. */
export const isPublic = (policy: string): boolean => isPublicPolicy(parsePolicy(policy));

/** Derived: a bucket's record is another one once anything of it changes. */
const enforced = new WeakMap<Bucket, string>();

/**
 * The policy of a bucket as it is enforced. `RestrictPublicBuckets` "restricts access to an access point or bucket with a
 * public policy to only AWS service principals and authorized users within the bucket owner's account": written here as
 * one more denial, which explanations name.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-options
 */
export const enforcedPolicy = (bucket: Bucket): string | undefined => {
  const { policy } = bucket;
  if (policy === undefined || publicAccessBlockOf(bucket).RestrictPublicBuckets !== true)
    return policy;
  let text = enforced.get(bucket);
  if (text === undefined) {
    text = isPublic(policy) ? restricted(policy, bucket) : policy;
    enforced.set(bucket, text);
  }
  return text;
};

const restricted = (policy: string, { name, accountId }: Bucket): string => {
  const document = parsePolicy(policy);
  const restriction = {
    Sid: 'RestrictPublicBuckets',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    Condition: {
      StringNotEquals: { 'aws:PrincipalAccount': accountId },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    },
  };
  return JSON.stringify({ ...document, Statement: [...document.Statement, restriction] });
};
