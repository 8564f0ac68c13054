import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import type { Cause } from '../../core/journal.ts';
import type { Outcome } from '../environment/invocation.ts';
import { chooseVersion, functionArn, resolveFunction } from '../names.ts';
import type { ResolvedFunction } from '../names.ts';
import { invokeByItself, noteInvocation } from '../own-invocation.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import type { MappingRecord } from './mapping.ts';

/** What became of a batch that was handed over, or why it could not be; `entry` is what the journal has of it. */
export type Handover =
  | {
      readonly kind: 'answered';
      readonly outcome: Outcome;
      readonly requestId: string;
      readonly version: FunctionVersion;
      readonly entry: number;
    }
  | { readonly kind: 'refused'; readonly error: AwsError; readonly entry: number };

/** A batch on its way to the function of a mapping. */
export interface Batch {
  readonly event: object;
  /** How many records it has. */
  readonly records: number;
  /** What brought them. */
  readonly cause: Cause;
  /** Journal id that was taken for it. */
  readonly entry: number;
}

/** The function of a mapping as it stands now. @throws {ResourceNotFoundException} */
export const functionOf = (
  state: LambdaState,
  { functionName, qualifier }: MappingRecord,
): ResolvedFunction =>
  resolveFunction(state, {
    name: functionName,
    ...(qualifier === undefined ? {} : { qualifier }),
  });

/** Hands a batch over to the function of a mapping. */
export const invokeBatch = async (
  context: ServiceContext<LambdaState>,
  mapping: MappingRecord,
  { event, records: items, cause, entry }: Batch,
): Promise<Handover> => {
  const { functionName, qualifier, sourceArn: source } = mapping;
  const message = `${items} record${items === 1 ? '' : 's'} of ${source} for ${functionName}`;
  let resolved: ResolvedFunction;
  try {
    resolved = functionOf(context.state, mapping);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const target = functionArn(context, functionName, qualifier);
    noteInvocation(context, { id: entry, message, source, target, items, cause, failure: error });
    return { kind: 'refused', error, entry };
  }
  const version = chooseVersion(context, resolved);
  const requestId = context.random.uuid();
  const payload = Buffer.from(JSON.stringify(event));
  try {
    const outcome = await invokeByItself(context, {
      version,
      invocation: { requestId, payload, invokedArn: resolved.arn },
      qualifier,
      message,
      source,
      items,
      cause,
      entry,
    });
    return { kind: 'answered', outcome, requestId, version, entry };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { kind: 'refused', error, entry };
  }
};
