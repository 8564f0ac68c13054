import type { styleText as StyleText } from 'node:util';

// The ES module facade of node:util takes 2 ms to make; the built-in is there.
const { styleText } = process.getBuiltinModule('node:util');

/** Where a command writes: the result to standard output, what went wrong to standard error. */
export interface Terminal {
  /** Whether a person watches: lines may be rewritten and questions asked. */
  readonly interactive: boolean;
  readonly columns: number;
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
  readonly style: Style;
  /** A line that is rewritten in place, where a person watches; undefined takes it away. */
  readonly live: (line: string | undefined) => void;
}

/** Colours by meaning. Plain text where NO_COLOR is set or nobody watches. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
}

type Format = Parameters<typeof StyleText>[0];

const ERASE_LINE = '\r\u001b[2K';

/** The process's own streams. */
export const openTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  // A reader that went away (`| head`) must not end a deployment half watched.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const interactive = stdout.isTTY === true && process.env['TERM'] !== 'dumb' && !process.env['CI'];
  const painted = (format: Format) => (text: string) => styleText(format, text, { stream: stdout });
  let live = '';
  const write = (stream: NodeJS.WriteStream, line: string) => {
    if (live !== '') stdout.write(ERASE_LINE);
    stream.write(`${line}\n`);
    if (live !== '') stdout.write(live);
  };
  return {
    interactive,
    columns: stdout.columns ?? 100,
    out: (line) => write(stdout, line),
    error: (line) => write(stderr, line),
    style: {
      good: painted('green'),
      bad: painted('red'),
      warn: painted('yellow'),
      strong: painted('bold'),
      dim: painted('dim'),
    },
    live: (line) => {
      if (!interactive || (line ?? '') === live) return;
      stdout.write(line === undefined ? ERASE_LINE : `${ERASE_LINE}${line}`);
      live = line ?? '';
    },
  };
};
