import type { HandlerContext, Logger } from '../spec/handler-context.ts';
import { createLogger, flushLog } from './log.ts';
import type { LogSettings } from './log.ts';
import { handlerOf, selected } from './registry.ts';
import type { Selected } from './registry.ts';

/** What Lambda hands over beside the event. https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
  readonly [member: string]: unknown;
}

/** Handlers are told this long before Lambda ends them. */
const NOTICE_MS = 100;

/** How one kind of event becomes what a handler is given, and its result what the source wants. */
export interface EventAdapter {
  matches(event: unknown): boolean;
  read(event: never): unknown;
  /** @defaultValue the result as it is */
  answer?(result: unknown): unknown;
  /** The answer to an error that the source knows; undefined for one that is the function's failure. */
  failure?(error: unknown): unknown;
}

const describe = async (
  event: unknown,
  context: LambdaContext,
  log: Logger,
  run: (context: HandlerContext) => unknown,
): Promise<unknown> => {
  const abort = new AbortController();
  const timer = setTimeout(
    () =>
      abort.abort(new DOMException(`${context.functionName} is about to time out`, 'TimeoutError')),
    Math.max(0, context.getRemainingTimeInMillis() - NOTICE_MS),
  );
  timer.unref();
  try {
    return await run({
      log,
      requestId: context.awsRequestId,
      functionName: context.functionName,
      remainingTimeMs: () => context.getRemainingTimeInMillis(),
      signal: abort.signal,
      raw: { event, context },
    });
  } finally {
    clearTimeout(timer);
  }
};

/** What is served, and where its log goes. */
export interface Served {
  readonly selected: () => Pick<Selected, 'clients' | 'run'>;
  readonly log?: LogSettings;
}

/** Makes what Lambda's runtime calls. Events that no adapter knows go as they are. */
export const createHandler =
  (
    adapters: readonly EventAdapter[],
    /** @defaultValue the function that `SPARTA_FUNCTION` names */
    served: Served = { selected },
  ) =>
  async (event: unknown, context: LambdaContext): Promise<unknown> => {
    const { run, clients } = served.selected();
    const log = createLogger(context.awsRequestId, served.log);
    const adapter = adapters.find(({ matches }) => matches(event));
    try {
      const result = await describe(event, context, log, async (base) => {
        const given = adapter === undefined ? event : adapter.read(event as never);
        const all = { ...base, ...clients };
        const first = await (await run)(given, all);
        // A lazy handler that bundling disguised: it answered with its module.
        const inner = isModule(first) ? handlerOf(first) : undefined;
        return inner === undefined ? first : inner(given, all);
      });
      await flushLog();
      return adapter?.answer === undefined ? result : await adapter.answer(result);
    } catch (error) {
      if (served.log?.mapsStacks !== false) await mapped(error);
      await flushLog();
      const answer = adapter?.failure?.(error);
      if (answer !== undefined) return answer;
      throw error;
    }
  };

const mapped = async (error: unknown): Promise<void> => {
  if (!(error instanceof Error)) return;
  const { mapStack } = await import('./stack.ts');
  await mapStack(error);
};

const isModule = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  (value as { readonly [Symbol.toStringTag]?: string })[Symbol.toStringTag] === 'Module';
