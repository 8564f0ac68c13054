import type { Need, OperationContext } from '../../core/define-service.ts';
import { noSuchBucket } from './errors.ts';
import type { Bucket, S3State } from './state.ts';

type Context = OperationContext<S3State>;

export const requireBucket = (state: S3State, name: string | undefined): Bucket => {
  const bucket = state.buckets.get(name ?? '');
  if (bucket === undefined) throw noSuchBucket(name ?? '');
  return bucket;
};

const ownerOf = (state: S3State, bucket: string | undefined) => {
  const known = state.buckets.get(bucket ?? '');
  return known === undefined ? {} : { resourceAccount: known.accountId };
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export const onBucket =
  (action: string, conditions: (input: never) => Record<string, string> = () => ({})) =>
  (input: { readonly Bucket?: string | undefined }, { state }: Pick<Context, 'state'>): Need => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${input.Bucket ?? ''}`,
    conditions: conditions(input as never),
    ...ownerOf(state, input.Bucket),
  });

export const onObject =
  (action: string, versioned = action) =>
  (
    input: {
      readonly Bucket?: string | undefined;
      readonly Key?: string | undefined;
      readonly VersionId?: string | undefined;
    },
    { state }: Pick<Context, 'state'>,
  ): Need => ({
    action: `s3:${input.VersionId === undefined ? action : versioned}`,
    resource: `arn:aws:s3:::${input.Bucket ?? ''}/${input.Key ?? ''}`,
    ...ownerOf(state, input.Bucket),
  });

/** Whether the caller may list: who may not is told 403 of a key that is not there. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_Permissions */
export const mayList = (context: Context, bucket: string): boolean => {
  try {
    context.authorise(onBucket('ListBucket')({ Bucket: bucket }, context));
    return true;
  } catch {
    return false;
  }
};
