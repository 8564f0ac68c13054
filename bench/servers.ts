import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, ROOT } from './measure.ts';
import { replay } from './raw-client.ts';

/** How often each work is done and counted. */
export const ROUNDS = 5;
/** Rounds before those that count: the just-in-time compilers of all have then done most of their work. */
export const WARM_UPS = 4;

/** A server in a process of its own. */
export interface Server {
  readonly name: string;
  readonly url: string;
  /** What its process has used so far, or holds; see floors/usage.mjs. */
  usage(what: 'cpuMicroseconds' | 'heldBytes'): Promise<number>;
  stop(): void;
}

export const floor = (file: string): string => join(ROOT, 'bench', 'floors', file);

const USAGE = pathToFileURL(floor('usage.mjs')).href;

/** Starts a process and waits for the address that it prints. */
export const startServer = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Server> =>
  new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, ['--import', USAGE, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    const usage = (what: string) =>
      new Promise<number>((told) => {
        child.once('message', (message) => told(message as number));
        child.send(what);
      });
    const stop = () => {
      child.removeAllListeners('exit');
      child.kill('SIGKILL');
    };
    let text = '';
    const read = (piece: Buffer) => {
      text += piece.toString();
      const [, url] = /ready (http:\S+:\d+)/.exec(text) ?? [];
      if (url !== undefined) resolve({ name, url, usage, stop });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`${name} exited with ${code}:\n${text}`)));
  });

/** What a server did with some requests. */
export interface Figure {
  /** Requests a second. */
  readonly rate: number;
  /** CPU of the server's process for one, in microseconds: other work on the machine moves it less than the rate. */
  readonly cpu: number;
}

/** Sends requests over some connections, one at a time on each. */
export const measureRequests = async (
  server: Server,
  requests: readonly Buffer[],
  connections: number,
  onBody?: (body: string) => void,
): Promise<Figure> => {
  const before = await server.usage('cpuMicroseconds');
  const ms = await replay(server.url, requests, connections, onBody);
  const after = await server.usage('cpuMicroseconds');
  return {
    rate: (requests.length / ms) * 1_000,
    cpu: (after - before) / requests.length,
  };
};

/** Figures by server and by what was measured, of as many rounds for each. */
export type Figures = ReadonlyMap<string, readonly Readonly<Record<string, Figure>>[]>;

/** Two tables, rates and CPU, each with ratios to the first server's of the same round. */
export const figureTables = (
  title: string,
  unit: string,
  figures: Figures,
  phases: readonly string[],
): string => {
  const [first = []] = [...figures.values()];
  const rows = (kind: keyof Figure, digits: number) =>
    Array.from(figures, ([name, own]) => {
      const cells = phases.map((phase) => {
        const values = own.map((round) => round[phase]?.[kind] ?? Number.NaN);
        const ratios = values.map((value, at) => value / (first[at]?.[phase]?.[kind] ?? 1));
        return `${median(values).toFixed(digits)} (${median(ratios).toFixed(2)})`;
      });
      return `| ${name} | ${cells.join(' | ')} |`;
    });
  const head = (what: string) => [
    `| ${what} | ${phases.join(' | ')} |`,
    `|---|${phases.map(() => '---:|').join('')}`,
  ];
  return [
    `### ${title}`,
    '',
    ...head(`${unit} a second`),
    ...rows('rate', 0),
    '',
    ...head(`CPU of the server, µs a ${unit.replace(/s$/, '')}`),
    ...rows('cpu', 1),
    '',
    'In brackets the ratio to the first, of the same round; both by the median.',
    '',
    '',
  ].join('\n');
};
