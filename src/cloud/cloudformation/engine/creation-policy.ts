import type { Json } from '../json.ts';
import { isObject } from '../json.ts';
import { resourceFailure } from './failure-reason.ts';

/** How many signals a resource waits for, and how long. */
export interface ResourceSignals {
  readonly count: number;
  readonly timeoutMs: number;
}

/** What was said of a resource that waits. */
export interface ResourceSignal {
  readonly UniqueId: string;
  readonly Status: 'SUCCESS' | 'FAILURE';
}

/** The place of the signals that a resource waits for. */
export const resourceSignalKey = (stackId: string, logicalId: string): string =>
  `${stackId}|${logicalId}`;

/**
 * `CreationPolicy: { ResourceSignal: { Count, Timeout } }`
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
 * @throws {AwsError} when it is not of that form
 */
export const signalsOf = (policy: Json | undefined): ResourceSignals | undefined => {
  if (policy === undefined) return undefined;
  const signal = isObject(policy) ? policy['ResourceSignal'] : undefined;
  if (!isObject(signal))
    throw resourceFailure(
      'CreationPolicy of a wait condition is { ResourceSignal: { Count, Timeout } }.',
    );
  const count = Number(signal['Count'] ?? 1);
  if (!Number.isInteger(count) || count < 1)
    throw resourceFailure(
      `Count of the creation policy is ${JSON.stringify(signal['Count'])}; it is a number from 1.`,
    );
  return { count, timeoutMs: durationMs(String(signal['Timeout'] ?? 'PT5M')) };
};

const LONGEST_MS = 12 * 3_600_000;

/** ISO 8601: `PT1H30M10S`. */
const durationMs = (text: string): number => {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text) ?? [];
  const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000;
  if (ms === 0 || ms > LONGEST_MS)
    throw resourceFailure(
      `Timeout of the creation policy is '${text}'; it is a duration such as PT5M, of up to 12 hours.`,
    );
  return ms;
};

/** Each id once: what was said first counts. */
export const readSignals = (bodies: readonly string[]): readonly ResourceSignal[] => {
  const found = new Map<string, ResourceSignal>();
  for (const body of bodies) {
    const signal = JSON.parse(body) as ResourceSignal;
    if (!found.has(signal.UniqueId)) found.set(signal.UniqueId, signal);
  }
  return [...found.values()];
};
