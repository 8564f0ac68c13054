import type { DeclaredAt } from './declared-at.ts';

/** Frames of a stack that are the user's: `file:` URLs or paths outside of this package's own code. */
const OWN = new RegExp(`^${escape(new URL('..', import.meta.url).pathname)}(?!.*\\.test\\.ts)`);

function escape(text: string): string {
  return text.replace(/[.*+?^$(){}|[\]\\]/g, '\\$&');
}

/** What evaluates modules in place of Node: whatever called it is no part of the module that was running. */
const RUNNER = /\/node_modules\/(vitest|vite|vite-node|@vitest\/[^/]+|jest-[^/]+)\//;

const MOST_FRAMES = 100;

interface Frame {
  readonly file: string;
  readonly line: number;
}

const readFrames = (stack: string): readonly Frame[] => {
  const frames = stack.split('\n').flatMap((text) => {
    const match = /(?:file:\/\/)?(\/[^()]+?|[A-Za-z]:[\\/][^()]+?):(\d+):\d+\)?$/.exec(text);
    if (match?.[1] === undefined || text.includes('node:')) return [];
    const file = text.includes('file://') ? decodeURIComponent(match[1]) : match[1];
    return OWN.test(file) ? [] : [{ file, line: Number(match[2]) }];
  });
  const runner = frames.findIndex(({ file }) => RUNNER.test(file.replaceAll('\\', '/')));
  return runner < 0 ? frames : frames.slice(0, runner);
};

/** A test runner evaluates modules by frames of its own, which lie in a package. */
const isOfProgram = ({ file }: Frame) => !/[\\/]node_modules[\\/]/.test(file);

/**
 * Where the call of a declaring function stands, read off the stack. The innermost frame is the declaration, the
 * outermost of the program the module whose top level was running.
 */
export const captureFromStack = (): DeclaredAt | undefined => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = MOST_FRAMES;
  const { stack = '' } = new Error('where');
  Error.stackTraceLimit = stackTraceLimit;
  const frames = readFrames(stack);
  const [innermost] = frames;
  const outermost = frames.findLast(isOfProgram) ?? frames.at(-1);
  if (innermost === undefined || outermost === undefined) return undefined;
  return { ...innermost, module: outermost.file };
};
