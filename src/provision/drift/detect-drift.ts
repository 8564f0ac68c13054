import type { StackResourceDrift } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { pollUntil } from '../aws/polling.ts';

/** A comparison that CloudFormation was asked for. */
export interface BegunDetection {
  readonly kind: 'begun';
  readonly id: string;
}

/** What a look at a stack's resources came to. */
export type Detection =
  | { readonly kind: 'found'; readonly drifts: readonly StackResourceDrift[] }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Lets CloudFormation compare every resource with the stack's template. It can take minutes, looks at properties that the
 * template sets, of types that support it, and not into nested stacks.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html
 */
export const beginDrift = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<BegunDetection> => {
  const { StackDriftDetectionId = '' } = await api.detectStackDrift({ StackName: stackId }, signal);
  return { kind: 'begun', id: StackDriftDetectionId };
};

/**
 * Waits for a comparison, and reads what is not as the template says.
 *
 * @param options.patienceMs - How long to wait at most. @defaultValue until it is done
 */
export const awaitDrift = async (
  api: CloudFormationApi,
  stackId: string,
  begun: BegunDetection | Extract<Detection, { readonly kind: 'unknown' }>,
  options: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<Detection> => {
  if (begun.kind === 'unknown') return begun;
  const { signal, patienceMs = Number.POSITIVE_INFINITY } = options;
  const start = performance.now();
  const ended = await pollUntil(async () => {
    const now = await api.describeStackDriftDetectionStatus(
      { StackDriftDetectionId: begun.id },
      signal,
    );
    if (now.DetectionStatus !== 'DETECTION_IN_PROGRESS') return now;
    return performance.now() - start > patienceMs ? ('late' as const) : undefined;
  }, signal);
  if (ended === 'late')
    return { kind: 'unknown', why: 'CloudFormation still compares, and the deployment goes on' };
  // A detection that failed has still looked at some resources, which are told.
  const failed = ended.DetectionStatus === 'DETECTION_FAILED';
  if (!failed && ended.StackDriftStatus === 'IN_SYNC') return { kind: 'found', drifts: [] };
  const drifts = await readDrifts(api, stackId, signal);
  return failed && drifts.length === 0
    ? { kind: 'unknown', why: ended.DetectionStatusReason ?? 'CloudFormation gives no reason' }
    : { kind: 'found', drifts };
};

const readDrifts = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly StackResourceDrift[]> => {
  const drifts: StackResourceDrift[] = [];
  let next: string | undefined;
  do {
    const page = await api.describeStackResourceDrifts(
      {
        StackName: stackId,
        StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
        ...(next === undefined ? {} : { NextToken: next }),
      },
      signal,
    );
    drifts.push(...(page.StackResourceDrifts ?? []));
    next = page.NextToken;
  } while (next !== undefined);
  return drifts;
};
