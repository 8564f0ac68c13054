import { defineService } from '../../core/define-service.ts';
import { bucketOperations } from './bucket-operations.ts';
import { cors } from './cors.ts';
import { listOperations } from './list-operations.ts';
import { multipartOperations } from './multipart-operations.ts';
import { objectOperations } from './object-operations.ts';
import { slowDown } from './errors.ts';
import { enforcedPolicy } from './public-access.ts';
import { bucket, bucketPolicy } from './resources.ts';
import type { S3State } from './state.ts';
import { createS3State } from './state.ts';

/** Not those whose body is a stream, which an SDK cannot send a second time. */
const THROTTLED = new Set([
  'GetObject',
  'HeadObject',
  'ListObjects',
  'ListObjectsV2',
  'CopyObject',
  'DeleteObject',
  'DeleteObjects',
]);

/** Amazon Simple Storage Service. */
export const s3 = defineService<S3State>({
  id: 's3',
  signingName: 's3',
  principal: 's3.amazonaws.com',
  scope: 'global',
  createState: createS3State,
  operations: {
    ...bucketOperations,
    ...listOperations,
    ...objectOperations,
    ...multipartOperations,
  },
  resourcePolicy: (arn, state) => {
    const found = state.buckets.get(arn.split(':')[5]?.split('/')[0] ?? '');
    return found === undefined ? undefined : enforcedPolicy(found);
  },
  throttled: (operation) => (THROTTLED.has(operation) ? slowDown() : undefined),
  resources: [bucket, bucketPolicy],
  cors,
  allowsAnonymous: true,
  validationCode: 'InvalidRequest',
  accessDeniedCode: 'AccessDenied',
  quotesDeniedResource: true,
});
