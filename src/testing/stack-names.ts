import type { Target } from '../provision/index.ts';
import { readStatus } from '../provision/index.ts';
import { TestingError } from './testing-error.ts';

/** Physical names of what stands in the stacks of a cloud. */
export interface StackNames {
  /** Looks again. */
  read(): Promise<void>;
  physicalName(logicalId: string): string | undefined;
  /** @throws {NOT_PROVISIONED} when there is none */
  required(logicalId: string): string;
}

/** @param stacks - Names of the stacks, which may grow. */
export const stackNames = (target: Target, stacks: readonly string[]): StackNames => {
  const known = new Map<string, string>();
  const physicalName = (logicalId: string) => known.get(logicalId);
  return {
    read: async () => {
      for (const stack of stacks) {
        const found = await readStatus(target, stack, new AbortController().signal);
        for (const { logicalId, physicalId } of found?.resources ?? [])
          if (physicalId !== undefined) known.set(logicalId, physicalId);
      }
    },
    physicalName,
    required: (logicalId) => {
      const name = physicalName(logicalId);
      if (name !== undefined) return name;
      throw new TestingError(
        'NOT_PROVISIONED',
        `${logicalId} is in no stack of this cloud. Provision the service that it belongs to first: await cloud.provision(service).`,
      );
    },
  };
};
