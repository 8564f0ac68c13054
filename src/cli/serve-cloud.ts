import { parseArgs } from 'node:util';
import type { Cloud, ServiceControlPolicy } from '../cloud/index.ts';
import { CliError } from './cli-error.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT_CODES, exitCodeTable } from './exit-codes.ts';

const HELP = `Usage: sparta cloud [options]

Serves an AWS on this machine, on one endpoint, until it is stopped.
Prints "ready URL" on standard output once it answers, and then what is denied and the grant it lacks. Programs find it with --local;
everything else with AWS_ENDPOINT_URL=URL and the keys test and test.

Options:
  --port N       port on 127.0.0.1; 0 takes a free one (default: 4566)
  --shared       be the one that --local finds: give way to one that runs already, and
                 take a free port when that one is taken
  --state DIR    keep everything in DIR, so that it is there again after a restart
                 (default: it is forgotten when the cloud stops)
  --service-control-policy FILE
                 a service control policy (JSON) of the organization that the account is in: it
                 bounds every user, every role and the root user; repeat it for more
  --inert        let resource types that have no behaviour here be records, marked as inert,
                 instead of failing the stack
  -h, --help     this text

${exitCodeTable()}`;

interface CloudArguments {
  readonly port: number;
  readonly shared: boolean;
  readonly stateDir: string | undefined;
  readonly inert: boolean;
  readonly serviceControlPolicies: readonly ServiceControlPolicy[];
}

const MAX_PORT = 65_535;
const DEFAULT_PORT = 4566;

/** `sparta cloud`: serves until a signal ends it. */
export const serveCloud = async (argv: readonly string[]): Promise<ExitCode> => {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${HELP}\n`);
    return EXIT_CODES.OK;
  }
  const options = readArguments(argv);
  const stopped = untilSignal();
  const { startCloud } = await import('../cloud/index.ts');
  const start = (port: number) =>
    startCloud({
      port,
      inert: options.inert,
      serviceControlPolicies: options.serviceControlPolicies,
      ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
    });
  const running = await start(options.port).catch((error: unknown) => {
    if (options.shared && systemCode(error) === 'EADDRINUSE') return start(0);
    throw cannotStart(error, options);
  });
  process.stdout.write(`ready ${running.url}\n`);
  const { registerCloud, spartaHome, unregisterCloud } = await import('./cloud-record.ts');
  const home = spartaHome();
  try {
    const first = await registerCloud(home, {
      pid: process.pid,
      url: running.url,
      ...(options.stateDir === undefined ? {} : { stateDir: options.stateDir }),
    });
    if (!first && options.shared) {
      await running.stop();
      return EXIT_CODES.OK;
    }
  } catch (error) {
    process.stderr.write(
      `sparta: --local will not find this cloud, since ${home} cannot be written: ${messageOf(error)}\n`,
    );
  }
  sayDenials(running.cloud);
  await stopped;
  unregisterCloud(home, process.pid);
  await running.stop();
  return EXIT_CODES.OK;
};

/** Nobody may be reading: a pipe that is full would hold the cloud up. */
const MOST_DENIALS = 100;

/** Each denial once for a caller and an action, in the words of the journal. */
const sayDenials = ({ journal }: Cloud): void => {
  const said = new Set<string>();
  process.stdout.on('error', () => undefined);
  journal.listen(({ id, outcome, principal, needs, message = '' }) => {
    if (outcome !== 'denied' || said.size > MOST_DENIALS) return;
    const key = `${principal} ${needs?.at(-1)?.action ?? message}`;
    if (said.has(key)) return;
    said.add(key);
    const line =
      said.size > MOST_DENIALS
        ? 'More denials are in the journal: /_sparta/journal?outcome=denied'
        : `denied ${id}: ${message}`;
    process.stdout.write(`${line}\n`);
  });
};

const readArguments = (argv: readonly string[]): CloudArguments => {
  let values: {
    port?: string;
    state?: string;
    shared?: boolean;
    inert?: boolean;
    'service-control-policy'?: string[];
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        state: { type: 'string' },
        shared: { type: 'boolean' },
        inert: { type: 'boolean' },
        'service-control-policy': { type: 'string', multiple: true },
      },
    }));
  } catch (error) {
    throw new CliError('USAGE', `${messageOf(error).replace(/\.?$/, '.')}`, {
      hint: '"sparta cloud --help" lists the options.',
    });
  }
  const port = values.port === undefined ? DEFAULT_PORT : Number(values.port);
  if (!/^\d+$/.test(values.port ?? '0') || port > MAX_PORT)
    throw new CliError(
      'USAGE',
      `--port is ${JSON.stringify(values.port)}; it has to be a number from 0 to ${MAX_PORT}.`,
      { hint: '0 takes a free port.' },
    );
  if (values.state === '')
    throw new CliError('USAGE', '--state is empty; it has to be a folder.', {
      hint: 'Leave it out to keep nothing.',
    });
  return {
    port,
    shared: values.shared ?? false,
    inert: values.inert ?? false,
    stateDir: absolute(values.state),
    serviceControlPolicies: (values['service-control-policy'] ?? []).map(readPolicyFile),
  };
};

/** What a policy says is checked by the cloud, before it starts. */
const readPolicyFile = (file: string): ServiceControlPolicy => {
  try {
    return { name: file, document: process.getBuiltinModule('node:fs').readFileSync(file, 'utf8') };
  } catch (cause) {
    throw new CliError(
      'USAGE',
      `--service-control-policy is ${JSON.stringify(file)}, which cannot be read: ${messageOf(cause)}.`,
      { hint: 'Pass a JSON file that holds one policy.', cause },
    );
  }
};

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : process.getBuiltinModule('node:path').resolve(path);

/** Ends with the first SIGTERM or SIGINT; the second ends the process at once. */
const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let asked = false;
    const take = (name: NodeJS.Signals) => {
      if (asked) process.exit(name === 'SIGTERM' ? EXIT_CODES.TERMINATED : EXIT_CODES.INTERRUPTED);
      asked = true;
      resolve();
    };
    process.on('SIGTERM', take);
    process.on('SIGINT', take);
  });

const systemCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const STATE_FAULTS = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EEXIST',
  'ENOSPC',
  'ERR_SQLITE_ERROR',
]);

const cannotStart = (error: unknown, { port, stateDir }: CloudArguments): unknown => {
  const code = systemCode(error);
  // A document that is no policy: the cloud's own sentence names the file and the place in it.
  if (error instanceof Error && error.name === 'PolicyError')
    return new CliError('USAGE', error.message, {
      hint: 'https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html says what such a policy may hold.',
      cause: error,
    });
  if (code === 'EADDRINUSE')
    return new CliError('PORT_TAKEN', `Port ${port} is taken by another program.`, {
      hint: 'Pass another one with --port, or 0 for any that is free.',
      cause: error,
    });
  if (code === 'EACCES' && stateDir === undefined)
    return new CliError('PORT_TAKEN', `Port ${port} may not be used by this user.`, {
      hint: 'Pass one above 1023 with --port.',
      cause: error,
    });
  if (stateDir !== undefined && STATE_FAULTS.has(code))
    return new CliError(
      'STATE_UNUSABLE',
      `The state folder ${stateDir} cannot be used: ${messageOf(error)}.`,
      {
        hint: 'Pass a folder that this user can write, with --state, and that no other cloud uses.',
        cause: error,
      },
    );
  return error;
};
