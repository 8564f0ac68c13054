import type { EventReader } from '../spec/event-reader.ts';
import type { EventSource } from '../spec/event-source.ts';
import type { HandlerContext, Logger } from '../spec/handler-context.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
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
  readonly selected: () => Pick<Selected, 'clients' | 'run'> & {
    readonly declaration: Pick<FunctionDeclaration, 'on'>;
  };
  readonly log?: LogSettings;
  /** @defaultValue over the network */
  readonly put?: (url: string, body: string) => Promise<void>;
}

const putOverNetwork = async (url: string, body: string): Promise<void> => {
  const { putAnswer } = await import('./put-answer.ts');
  await putAnswer(url, body);
};

const physicalName = (logicalId: string): string | undefined => process.env[`SPARTA_${logicalId}`];

const readerOf = (sources: readonly EventSource[], event: unknown): EventReader | undefined =>
  sources.find(({ reader }) => reader?.matches(event, physicalName))?.reader;

/** Makes what Lambda's runtime calls. An event of none of the function's sources goes as it is. */
export const createHandler =
  (
    /** @defaultValue the function that `SPARTA_FUNCTION` names */
    served: Served = { selected },
  ) =>
  async (event: unknown, context: LambdaContext): Promise<unknown> => {
    const { run, clients, declaration } = served.selected();
    const log = createLogger(context.awsRequestId, served.log);
    try {
      return await describe(event, context, log, async (base) => {
        const all = { ...base, ...clients };
        const runOn = async (given: unknown): Promise<unknown> => {
          const first = await (await run)(given, all);
          // A lazy handler that bundling disguised: it answered with its module.
          const inner = isModule(first) ? handlerOf(first) : undefined;
          return inner === undefined ? first : inner(given, all);
        };
        const reader = readerOf(declaration.on, event);
        return reader === undefined
          ? runOn(event)
          : reader.handle(event as never, {
              run: runOn,
              log,
              remainingTimeMs: base.remainingTimeMs,
              put: served.put ?? putOverNetwork,
            });
      });
    } catch (error) {
      if (served.log?.mapsStacks !== false) await mapped(error);
      throw error;
    } finally {
      await flushLog();
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
