import type { Target } from '../provision/index.ts';
import { openTarget } from '../provision/index.ts';
import { CliError } from './cli-error.ts';
import { quoted } from './invocation.ts';

/** The options that say where, common to every command that goes there. */
export interface TargetFlags {
  readonly local?: boolean;
  readonly region?: string;
  readonly profile?: string;
  /** A role to do it as: its name or ARN. */
  readonly as?: string;
}

/** A target, and what people call it. */
export interface ChosenTarget {
  readonly target: Target;
  /** `the embedded cloud at http://127.0.0.1:4566`, `AWS` */
  readonly name: string;
}

const LOCAL_REGION = 'us-east-1';
const LOCAL_KEY = 'test';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Opens the target that the flags and the environment name; `--local` finds the machine's embedded cloud or starts it.
 *
 * @throws {USAGE} when `--local` and `AWS_ENDPOINT_URL` contradict each other
 */
export const chooseTarget = async (
  flags: TargetFlags,
  context: {
    readonly env: Env;
    readonly signal: AbortSignal;
    readonly onStarting: () => void;
  },
): Promise<ChosenTarget> => {
  const { env } = context;
  const given = {
    ...(flags.region === undefined ? {} : { region: flags.region }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.as === undefined ? {} : { role: flags.as }),
    env,
  };
  if (flags.local !== true) {
    const target = openTarget(given);
    return { target, name: target.endpoint ?? 'AWS' };
  }
  const endpoint = await localEndpoint(context);
  const region = flags.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || LOCAL_REGION);
  const ownKeys = flags.profile !== undefined || Boolean(env['AWS_ACCESS_KEY_ID']);
  const target = openTarget({
    ...given,
    endpoint,
    region,
    ...(ownKeys ? {} : { credentials: { accessKeyId: LOCAL_KEY, secretAccessKey: LOCAL_KEY } }),
  });
  return { target, name: `the embedded cloud at ${endpoint}` };
};

/** An endpoint that is set wins over one that is found: two clouds on one machine are told apart by it. */
const localEndpoint = async ({
  env,
  signal,
  onStarting,
}: Parameters<typeof chooseTarget>[1]): Promise<string> => {
  const set = env['AWS_ENDPOINT_URL'];
  if (set) {
    if (isLoopback(set)) return set.replace(/\/+$/, '');
    throw new CliError(
      'USAGE',
      `--local says this machine, and AWS_ENDPOINT_URL says ${JSON.stringify(set)}.`,
      { hint: 'Leave --local out to deploy to that endpoint, or unset AWS_ENDPOINT_URL.' },
    );
  }
  const { localCloud } = await import('./local-cloud.ts');
  const { spartaHome } = await import('./cloud-record.ts');
  return await localCloud({ home: spartaHome(env), signal, onStarting });
};

/** Whether functions will run on this machine, so that native code has to fit it. */
export const runsHere = (flags: TargetFlags, env: Env): boolean =>
  flags.local === true || isLoopback(env['AWS_ENDPOINT_URL'] ?? '');

const isLoopback = (endpoint: string): boolean => {
  if (!URL.canParse(endpoint)) return false;
  const { hostname } = new URL(endpoint);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
};

/** The flags as they have to be repeated in the next command. */
export const repeatedFlags = (flags: TargetFlags & { readonly bucket?: string }): string =>
  [
    flags.local === true ? ' --local' : '',
    flags.region === undefined ? '' : ` --region ${quoted(flags.region)}`,
    flags.profile === undefined ? '' : ` --profile ${quoted(flags.profile)}`,
    flags.as === undefined ? '' : ` --as ${quoted(flags.as)}`,
  ].join('');
