import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Outcome } from '../environment/invocation.ts';
import { succeeded } from '../environment/invocation.ts';
import { fleetOf } from '../fleet-of.ts';
import { chooseVersion, resolveFunction } from '../names.ts';
import type { ResolvedFunction } from '../names.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import type { MappingRecord } from './mapping.ts';

/** What became of a batch that was handed over, or why it could not be. */
export type Handover =
  | {
      readonly kind: 'answered';
      readonly outcome: Outcome;
      readonly requestId: string;
      readonly version: FunctionVersion;
    }
  | { readonly kind: 'refused'; readonly error: AwsError };

/** The function of a mapping as it stands now. @throws {ResourceNotFoundException} */
export const functionOf = (
  state: LambdaState,
  { functionName, qualifier }: MappingRecord,
): ResolvedFunction =>
  resolveFunction(state, {
    name: functionName,
    ...(qualifier === undefined ? {} : { qualifier }),
  });

/**
 * Hands an event over to the function of a mapping and notes it in the journal, where it is the cause of what the function does.
 * @param cause - Journal id that was taken for this batch
 */
export const invokeBatch = async (
  context: ServiceContext<LambdaState>,
  mapping: MappingRecord,
  { event, records, cause }: { event: object; records: number; cause: number },
): Promise<Handover> => {
  const startedAt = context.clock.monotonic();
  const note = (outcome: 'ok' | 'error', error?: string) =>
    context.journal.record({
      id: cause,
      kind: 'call',
      service: 'lambda',
      operation: 'Invoke',
      principal: 'lambda.amazonaws.com',
      region: context.region,
      outcome,
      message: `${records} record${records === 1 ? '' : 's'} of ${mapping.sourceArn} for ${mapping.functionName}${error === undefined ? '' : `: ${error}`}`,
      durationMs: context.clock.monotonic() - startedAt,
    });
  try {
    const resolved = functionOf(context.state, mapping);
    const version = chooseVersion(context, resolved);
    const fleet = await fleetOf(context);
    const requestId = context.random.uuid();
    const outcome = await fleet.invoke(
      version,
      {
        requestId,
        payload: Buffer.from(JSON.stringify(event)),
        invokedArn: resolved.arn,
        cause,
        tail: false,
      },
      mapping.qualifier,
    );
    if (succeeded(outcome)) note('ok');
    else note('error', outcome.errorType);
    return { kind: 'answered', outcome, requestId, version };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    note('error', error.message);
    return { kind: 'refused', error };
  }
};
