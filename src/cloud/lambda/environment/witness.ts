import type { Outcome } from './invocation.ts';

/** An invocation that has ended. */
export interface EndedInvocation {
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly requestId: string;
  /** Journal id of the call that it was. */
  readonly entry: number;
  /** JSON */
  readonly event: Uint8Array;
  readonly outcome: Outcome;
}

/** Is told of every invocation that ends, before whoever waits for it; keeps what it wants of it. */
export type Witness = (invocation: EndedInvocation) => void;
