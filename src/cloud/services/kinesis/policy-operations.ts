import type * as Kinesis from '@aws-sdk/client-kinesis';
import { parsePolicy } from '../../../iam/index.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidArgument, policyNotFound } from './errors.ts';
import type { Holder } from './names.ts';
import { holderNeed, requireHolder } from './names.ts';
import type { KinesisState } from './state.ts';

const policyOf = (holder: Holder): string | undefined =>
  holder.kind === 'stream' ? holder.stream.policy : holder.consumer.policy;

const put = (state: KinesisState, holder: Holder, policy: string | undefined) => {
  if (holder.kind === 'stream') {
    const { policy: _, ...stream } = holder.stream;
    state.putStream(policy === undefined ? stream : { ...stream, policy });
  } else {
    const { policy: _, ...consumer } = holder.consumer;
    state.putConsumer(policy === undefined ? consumer : { ...consumer, policy });
  }
};

/** Operations on the policies of streams and consumers. */
export const policyOperations: OperationTable<KinesisState> = {
  PutResourcePolicy: operation<KinesisState, Kinesis.PutResourcePolicyInput, object>({
    needs: holderNeed('PutResourcePolicy'),
    handle: (input, context) => {
      const holder = requireHolder(input, context);
      const { Policy: text = '' } = input;
      try {
        parsePolicy(text, 'resource');
      } catch (error) {
        throw invalidArgument(
          `The resource policy is refused: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      put(context.state, holder, text);
      return {};
    },
  }),
  GetResourcePolicy: operation<
    KinesisState,
    Kinesis.GetResourcePolicyInput,
    Kinesis.GetResourcePolicyOutput
  >({
    needs: holderNeed('GetResourcePolicy'),
    handle: (input, context) => {
      const policy = policyOf(requireHolder(input, context));
      if (policy === undefined) throw policyNotFound(input.ResourceARN ?? '');
      return { Policy: policy };
    },
  }),
  DeleteResourcePolicy: operation<KinesisState, Kinesis.DeleteResourcePolicyInput, object>({
    needs: holderNeed('DeleteResourcePolicy'),
    handle: (input, context) => {
      const holder = requireHolder(input, context);
      if (policyOf(holder) === undefined) throw policyNotFound(input.ResourceARN ?? '');
      put(context.state, holder, undefined);
      return {};
    },
  }),
};
