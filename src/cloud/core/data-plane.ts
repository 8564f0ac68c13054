import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceContext } from './define-service.ts';

/** HTTP requests that belong to a deployed thing, not to an AWS operation: an API's own URL. */
export interface DataPlane<State> {
  /**
   * The scope that serves this request, or undefined when it is none of this service's.
   * @param host - Host header without port, lower case.
   * @param url - Raw request target.
   */
  claims(
    host: string,
    url: string,
  ): { readonly accountId?: string; readonly region?: string } | undefined;
  /** Answers it. A rejection becomes a 500. */
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    context: ServiceContext<State>,
  ): Promise<void> | void;
}
