import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '../checks.ts';
import { run, VENV } from '../processes.ts';
import { join } from 'node:path';

/** Options by their names: a list or an object is given as JSON, `true` is the option alone. */
type Options = Readonly<Record<string, unknown>>;

/** The AWS CLI at an endpoint: a command as one writes it, its options, what was printed read as JSON. */
export interface Cli {
  (command: string, options?: Options): Promise<unknown>;
  /** The same for commands that print text. */
  text(command: string, options?: Options): Promise<string>;
  /** The command fails with this code. */
  refused(code: string, command: string, options?: Options): Promise<void>;
}

/** One service's flow. */
export type Flow = readonly [name: string, run: (aws: Cli) => Promise<void>];

const given = ([name, value]: readonly [string, unknown]): readonly string[] => {
  if (value === true) return [`--${name}`];
  return [`--${name}`, typeof value === 'string' ? value : JSON.stringify(value)];
};

export const cliAt = (endpoint: string): Cli => {
  // SQS alone does not look at AWS_ENDPOINT_URL in this client, so all are told.
  const text = (command: string, options: Options = {}): Promise<string> =>
    run(join(VENV, 'aws'), [
      '--output',
      'json',
      '--endpoint-url',
      endpoint,
      ...command.split(' '),
      ...Object.entries(options).flatMap(given),
    ]);
  const read = async (command: string, options?: Options): Promise<unknown> => {
    const printed = await text(command, options);
    return printed.trim() === '' ? undefined : JSON.parse(printed);
  };
  const refused = async (code: string, command: string, options?: Options): Promise<void> => {
    const told = await text(command, options).catch((error: unknown) => String(error));
    expect(told.includes(`An error occurred (${code})`), `${command} is not ${code}: ${told}`);
  };
  return Object.assign(read, { text, refused });
};

/** What was answered is what is expected. */
export const same = (answer: unknown, expected: unknown): void =>
  expect(
    isDeepStrictEqual(answer, expected),
    `${JSON.stringify(answer)} instead of ${JSON.stringify(expected)}`,
  );

/** What is done behind an answer is there within a time. */
export const eventually = async <T>(
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
): Promise<T> => {
  for (const end = Date.now() + 30_000; ; ) {
    const seen = await look();
    if (holds(seen)) return seen;
    expect(Date.now() < end, `after 30 seconds there is still ${JSON.stringify(seen)}`);
    await sleep(200);
  }
};

/** A role that a service may take, and what it may do then. */
export const role = async (
  aws: Cli,
  name: string,
  service: string,
  actions: readonly string[],
): Promise<string> => {
  const [Version, Effect] = ['2012-10-17', 'Allow'];
  const Principal = { Service: service };
  const arn = await aws('iam create-role', {
    'role-name': name,
    'assume-role-policy-document': {
      Version,
      Statement: [{ Effect, Principal, Action: 'sts:AssumeRole' }],
    },
    query: 'Role.Arn',
  });
  await aws('iam put-role-policy', {
    'role-name': name,
    'policy-name': 'may',
    'policy-document': { Version, Statement: [{ Effect, Action: actions, Resource: '*' }] },
  });
  return String(arn);
};

export const dropRole = async (aws: Cli, name: string): Promise<void> => {
  await aws('iam delete-role-policy', { 'role-name': name, 'policy-name': 'may' });
  await aws('iam delete-role', { 'role-name': name });
};
