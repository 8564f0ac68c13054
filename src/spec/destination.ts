import type { GrantStatement } from './grant.ts';
import type { Expression } from './value.ts';
import { sub } from './value.ts';

/** Where Lambda can send the record of an invocation: a queue, topic, bus, bucket or function that is declared. */
export interface Destination {
  readonly kind: 'queue' | 'topic' | 'bus' | 'bucket' | 'function';
  /** Logical id. */
  readonly name: string;
  /** Its ARN. */
  readonly arn: Expression;
}

/**
 * What the function's role needs for Lambda to send there.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export const sendStatements = ({ kind, arn }: Destination): readonly GrantStatement[] => {
  switch (kind) {
    case 'queue':
      return [{ actions: ['sqs:SendMessage'], resources: [arn] }];
    case 'topic':
      return [{ actions: ['sns:Publish'], resources: [arn] }];
    case 'bus':
      return [{ actions: ['events:PutEvents'], resources: [arn] }];
    case 'bucket':
      return [
        { actions: ['s3:PutObject'], resources: [sub`${arn}/*`] },
        { actions: ['s3:ListBucket'], resources: [arn] },
      ];
    case 'function':
      return [{ actions: ['lambda:InvokeFunction'], resources: [arn] }];
  }
};
