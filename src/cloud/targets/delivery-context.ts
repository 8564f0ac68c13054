import type { ServiceContext } from '../core/define-service.ts';
import type { Principal } from '../core/principals.ts';

/** What a delivery needs of the service that makes it. */
export type DeliveryContext = Pick<
  ServiceContext<unknown>,
  'call' | 'endpoint' | 'clock' | 'random' | 'credentials' | 'accountId'
>;

/** In whose name something is delivered, and what caused it. */
export interface Sender {
  readonly principal: Principal;
  /** Journal id. */
  readonly cause?: number | undefined;
  /** ARN of the rule or schedule that it is delivered for, where a role delivers it. */
  readonly source?: string;
}
