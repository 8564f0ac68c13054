import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Reaper } from './reaper.ts';
import { createFrameReader, createLineReader } from './telemetry-frames.ts';

const { spawn } = process.getBuiltinModule('node:child_process');

/** The process of an environment, with all that it starts. */
export interface RuntimeProcess {
  readonly pid: number | undefined;
  /** Records read from descriptor 3 so far. */
  readonly records: number;
  /** Our own runtime's connection to the Runtime API, descriptor 4 of the process. */
  readonly connection: Socket;
  /** To the whole group. @returns whether there was anybody to hear it */
  signal(name: NodeJS.Signals): boolean;
}

export interface RuntimeProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly reaper: Reaper;
  /** A line of standard output or error. */
  readonly onLine: (line: string) => void;
  /** A record of the log, see `telemetry-frames.ts`. */
  readonly onRecord: (text: string) => void;
  /** The program could not be started. */
  readonly onUnstartable: (error: Error) => void;
  /** It has ended, and what it wrote has been read. @param how - As Lambda words it. */
  readonly onExit: (how: string) => void;
}

/** As Go names them, which Lambda's own messages do. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'killed',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGBUS: 'bus error',
};

const wording = (code: number | null, signal: NodeJS.Signals | null): string => {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${code}`;
};

/** Starts a runtime in a process group of its own. */
export const startRuntimeProcess = (options: RuntimeProcessOptions): RuntimeProcess => {
  const { reaper } = options;
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    // A group of its own: it can be frozen and ended with everything that it has started.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const { pid } = child;
  if (pid !== undefined) reaper.watch(pid);
  const frames = readOutput(child, options);
  let ended = false;
  child.once('error', (error) => {
    ended = true;
    options.onUnstartable(error);
  });
  child.once('exit', (code, signal) => {
    ended = true;
    if (pid !== undefined) {
      // What it has started dies with it, as it would with its sandbox.
      killGroup(pid);
      reaper.forget(pid);
    }
    // What it wrote last is still in its pipes.
    setImmediate(() => setImmediate(() => options.onExit(wording(code, signal))));
  });
  return {
    pid,
    connection: child.stdio[4] as Socket,
    get records() {
      return frames.count;
    },
    signal: (name) => {
      if (pid === undefined || ended) return false;
      try {
        return process.kill(process.platform === 'win32' ? pid : -pid, name);
      } catch {
        return child.kill(name);
      }
    },
  };
};

const killGroup = (pid: number) => {
  if (process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
};

const readOutput = (child: ChildProcess, { onLine, onRecord }: RuntimeProcessOptions) => {
  for (const stream of [child.stdout, child.stderr]) {
    const lines = createLineReader(onLine);
    stream?.on('data', (chunk: Buffer) => lines.push(chunk));
    stream?.once('end', () => lines.end());
    stream?.on('error', () => {});
  }
  const frames = createFrameReader(onRecord);
  const records = child.stdio[3] as Readable | null | undefined;
  records?.on('data', (chunk: Buffer) => frames.push(chunk));
  records?.on('error', () => {});
  return frames;
};
