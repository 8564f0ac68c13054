import type { StateTools } from '../../core/define-service.ts';
import type { Table } from '../../core/store.ts';

/** A repository. It holds no images: nothing can be pushed here. */
export interface Repository {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly tagMutability: string;
  readonly scanOnPush: boolean;
  readonly encryptionType: string;
  readonly kmsKey?: string;
  /** JSON. */
  readonly policy?: string;
  readonly lifecyclePolicy?: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface EcrState {
  readonly repositories: Table<Repository>;
}

export const createEcrState = (tools: StateTools): EcrState => ({
  repositories: tools.table<Repository>('repositories'),
});
