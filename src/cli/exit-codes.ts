/** Every exit code, and what it means to a script that reads it. */
export const EXIT_CODES = {
  OK: 0,
  DEFECT: 1,
  USAGE: 2,
  PROGRAM: 3,
  NOT_ALLOWED: 4,
  UNREACHABLE: 5,
  BUSY: 6,
  STUCK: 7,
  FAILED: 8,
  STORAGE: 9,
  DECLINED: 10,
  FOUND: 11,
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

/** A value of {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** What `--help` says of them. */
const EXIT_CODE_MEANINGS: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT_CODES.OK, 'done; also when there was nothing to do'],
  [EXIT_CODES.DEFECT, 'a defect of Sparta, or an answer that it does not understand'],
  [EXIT_CODES.USAGE, 'the command line is wrong'],
  [EXIT_CODES.PROGRAM, 'the program is wrong: a declaration, a module, the template'],
  [EXIT_CODES.NOT_ALLOWED, 'credentials, permissions or a quota do not allow it'],
  [EXIT_CODES.UNREACHABLE, 'the endpoint or region cannot be reached, or keeps failing'],
  [EXIT_CODES.BUSY, 'another operation runs on the stack, or was faster'],
  [EXIT_CODES.STUCK, 'the state of the stack needs something else first'],
  [EXIT_CODES.FAILED, 'CloudFormation could not finish; the first cause is named'],
  [EXIT_CODES.STORAGE, 'a file, a bucket or a port cannot be used'],
  [
    EXIT_CODES.DECLINED,
    'nothing was done: the question was answered with no, or data would be lost',
  ],
  [EXIT_CODES.FOUND, 'what --strict or --drift stop asks for is not so'],
  [EXIT_CODES.INTERRUPTED, 'Ctrl-C'],
  [EXIT_CODES.TERMINATED, 'SIGTERM'],
];

/** The table for the end of a help text. */
export const exitCodeTable = (): string =>
  [
    'Exit codes:',
    ...EXIT_CODE_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(4)}${meaning}`),
  ].join('\n');
