import type { StackEvent } from '@aws-sdk/client-cloudformation';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { freshEvents } from '../stack/fresh-events.ts';
import { isNestedStack } from './nested-stack.ts';

/** The events of nested stacks, as the operation of their root comes to them. */
export interface NestedFeed {
  /** Given what is new in the root, what is new in the stacks inside of it. */
  read(ofRoot: readonly StackEvent[]): Promise<readonly StackEvent[]>;
}

interface Watched {
  readonly seen: Set<string>;
  /** Its parent says that it is through; its last events are read once more. */
  ended: boolean;
}

/** Follows every nested stack that an operation works on, however deep. Clocks of one CloudFormation are one clock. */
export const createNestedFeed = (api: CloudFormationApi, signal: AbortSignal): NestedFeed => {
  const watched = new Map<string, Watched>();
  let since: Date | undefined;
  const notice = (event: StackEvent) => {
    const {
      ResourceType: resourceType = '',
      PhysicalResourceId: stackId = '',
      StackId: own,
    } = event;
    if (stackId === own || !isNestedStack({ resourceType, physicalId: stackId })) return;
    const isOpen = (event.ResourceStatus ?? '').endsWith('_IN_PROGRESS');
    const known = watched.get(stackId);
    if (known === undefined) watched.set(stackId, { seen: new Set(), ended: !isOpen });
    else known.ended = !isOpen;
  };
  return {
    read: async (ofRoot) => {
      since ??= ofRoot[0]?.Timestamp;
      for (const event of ofRoot) notice(event);
      const found: StackEvent[] = [];
      const looked = new Set<string>();
      for (;;) {
        const open = [...watched].filter(([stackId]) => !looked.has(stackId));
        if (open.length === 0) return found;
        const fresh = await Promise.all(
          open.map(([stackId, { seen }]) => freshEvents(api, stackId, seen, signal, since)),
        );
        for (const [stackId, { ended }] of open) {
          looked.add(stackId);
          if (ended) watched.delete(stackId);
        }
        for (const event of fresh.flat()) {
          notice(event);
          found.push(event);
        }
      }
    },
  };
};

/** Events of several stacks, in time; at one moment what is inside comes first, since it is the cause. */
export const inTime = (
  ofRoot: readonly StackEvent[],
  inside: readonly StackEvent[],
): readonly StackEvent[] =>
  inside.length === 0
    ? ofRoot
    : [...inside, ...ofRoot].sort(
        (a, b) => (a.Timestamp?.getTime() ?? 0) - (b.Timestamp?.getTime() ?? 0),
      );
