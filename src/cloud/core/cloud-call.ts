import type { WireFacts } from './define-service.ts';
import type { Cause } from './journal.ts';
import type { Principal } from './principals.ts';

/** A call as it enters the cloud, from outside or from another service. */
export interface CloudCall {
  readonly service: string;
  readonly operation: string;
  readonly input: unknown;
  readonly principal: Principal;
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
  /** Journal id of what caused it. */
  readonly cause?: Cause | undefined;
  /** See `InternalCall.source`. */
  readonly source?: string | undefined;
  /** Service principal of the service that calls for its caller; see `OperationContext.via`. */
  readonly via?: string;
  readonly wire?: WireFacts;
  /** Makes the signal that aborts when the client has gone away. */
  signal?(): AbortSignal;
}
