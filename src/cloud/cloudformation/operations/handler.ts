import type { OperationContext } from '../../core/define-service.ts';

/** What an operation does. */
export type Handler<State, Input, Output> = (
  input: Input,
  context: OperationContext<State>,
) => Output | Promise<Output>;

/** Names the types of a handler written in place. */
export const handler = <State, Input, Output>(
  handle: Handler<State, Input, Output>,
): Handler<State, never, unknown> => handle as Handler<State, never, unknown>;
