import type { AssemblyErrorCode } from '../assembly/assembly-error.ts';
import { AssemblyError } from '../assembly/assembly-error.ts';
import type { BundleErrorCode } from '../bundle/index.ts';
import { BUNDLE_ERROR_CODES, BundleError } from '../bundle/index.ts';
import { DeployRoleError } from '../deploy-role/deploy-role-error.ts';
import type { DeployErrorCode } from '../provision/index.ts';
import { DeployError } from '../provision/index.ts';
import type { PrivilegesErrorCode } from '../privileges/privileges-error.ts';
import { PrivilegesError } from '../privileges/privileges-error.ts';
import { FrameworkError } from '../spec/errors.ts';
import { CLI_ERROR_CODES, CliError } from './cli-error.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** An error as a person or a script reads it. */
export interface ErrorReport {
  readonly exitCode: ExitCode;
  /** `STACK_BUSY` */
  readonly code: string;
  readonly message: string;
  /** What to do, one line per step. */
  readonly hint?: string;
  /** `app.ts:12:5` and the text of that line. */
  readonly location?: string;
  readonly sourceLine?: string;
}

const DEPLOY_EXITS: Readonly<Record<DeployErrorCode, ExitCode>> = {
  NO_CREDENTIALS: EXIT_CODES.NOT_ALLOWED,
  CREDENTIALS_EXPIRED: EXIT_CODES.NOT_ALLOWED,
  CREDENTIALS_INVALID: EXIT_CODES.NOT_ALLOWED,
  PROFILE_NOT_FOUND: EXIT_CODES.NOT_ALLOWED,
  CLOCK_SKEWED: EXIT_CODES.NOT_ALLOWED,
  ACCESS_DENIED: EXIT_CODES.NOT_ALLOWED,
  QUOTA_EXCEEDED: EXIT_CODES.NOT_ALLOWED,
  REGION_MISSING: EXIT_CODES.UNREACHABLE,
  ENDPOINT_INVALID: EXIT_CODES.UNREACHABLE,
  ENDPOINT_UNREACHABLE: EXIT_CODES.UNREACHABLE,
  THROTTLED: EXIT_CODES.UNREACHABLE,
  SERVICE_FAILED: EXIT_CODES.UNREACHABLE,
  BUCKET_NAME_INVALID: EXIT_CODES.USAGE,
  PARAMETER_UNKNOWN: EXIT_CODES.USAGE,
  PARAMETER_MISSING: EXIT_CODES.USAGE,
  RETAIN_REFUSED: EXIT_CODES.USAGE,
  PURGE_REFUSED: EXIT_CODES.USAGE,
  RESOURCE_NOT_FOUND: EXIT_CODES.USAGE,
  ALLOWANCE_UNKNOWN: EXIT_CODES.USAGE,
  RENAME_REFUSED: EXIT_CODES.USAGE,
  IN_PLACE_REFUSED: EXIT_CODES.USAGE,
  IN_PLACE_UNFINISHED: EXIT_CODES.FAILED,
  BUCKET_NOT_FOUND: EXIT_CODES.STORAGE,
  BUCKET_FORBIDDEN: EXIT_CODES.STORAGE,
  BUCKET_WRONG_REGION: EXIT_CODES.STORAGE,
  BUCKET_NOT_READY: EXIT_CODES.STORAGE,
  TEMPLATE_TOO_LARGE: EXIT_CODES.PROGRAM,
  TEMPLATE_REFUSED: EXIT_CODES.PROGRAM,
  CHANGE_SET_FAILED: EXIT_CODES.PROGRAM,
  STACK_BUSY: EXIT_CODES.BUSY,
  STACK_OVERTAKEN: EXIT_CODES.BUSY,
  STACK_STUCK: EXIT_CODES.STUCK,
  STACK_PROTECTED: EXIT_CODES.STUCK,
  EXPORT_IN_USE: EXIT_CODES.STUCK,
  EXPORT_NOT_FOUND: EXIT_CODES.USAGE,
  WAY_CLOSED: EXIT_CODES.USAGE,
  DRIFTED: EXIT_CODES.FOUND,
  DRIFT_UNKNOWN: EXIT_CODES.UNREACHABLE,
  STACK_NOT_FOUND: EXIT_CODES.FAILED,
  DEPLOYMENT_FAILED: EXIT_CODES.FAILED,
  DELETE_FAILED: EXIT_CODES.FAILED,
  DATA_LOSS: EXIT_CODES.DECLINED,
  DECLINED: EXIT_CODES.DECLINED,
  INTERRUPTED: EXIT_CODES.INTERRUPTED,
  UNEXPECTED_ANSWER: EXIT_CODES.DEFECT,
};

const BUNDLE_EXITS: Readonly<Record<(typeof BUNDLE_ERROR_CODES)[BundleErrorCode], ExitCode>> = {
  user: EXIT_CODES.PROGRAM,
  machine: EXIT_CODES.STORAGE,
  bug: EXIT_CODES.DEFECT,
};

const PRIVILEGES_EXITS: Readonly<Record<PrivilegesErrorCode, ExitCode>> = {
  NO_JOURNAL: EXIT_CODES.UNREACHABLE,
  NOT_PROVISIONED: EXIT_CODES.STUCK,
  UNKNOWN: EXIT_CODES.USAGE,
  NOT_ANSWERED: EXIT_CODES.FAILED,
};

const ASSEMBLY_EXITS: Readonly<Record<AssemblyErrorCode, ExitCode>> = {
  NO_PROGRAM: EXIT_CODES.PROGRAM,
  DEPLOYED_UNREADABLE: EXIT_CODES.STORAGE,
};

/** Reads any thrown value. What carries no code of ours is a defect, and says so. */
export const readError = (thrown: unknown): ErrorReport => {
  if (thrown instanceof DeployError)
    return { exitCode: DEPLOY_EXITS[thrown.code], ...said(thrown) };
  if (thrown instanceof AssemblyError)
    return { exitCode: ASSEMBLY_EXITS[thrown.code], ...said(thrown) };
  if (thrown instanceof BundleError) {
    const { location } = thrown;
    return {
      exitCode: BUNDLE_EXITS[BUNDLE_ERROR_CODES[thrown.code]],
      ...said(thrown),
      ...(location === undefined
        ? {}
        : {
            location: `${location.file}:${location.line}:${location.column}`,
            sourceLine: location.lineText,
          }),
    };
  }
  if (thrown instanceof PrivilegesError)
    return { exitCode: PRIVILEGES_EXITS[thrown.code], ...said(thrown) };
  if (thrown instanceof DeployRoleError) return { exitCode: EXIT_CODES.USAGE, ...said(thrown) };
  if (thrown instanceof CliError)
    return { exitCode: CLI_ERROR_CODES[thrown.code], ...said(thrown) };
  if (thrown instanceof FrameworkError)
    return { exitCode: EXIT_CODES.PROGRAM, code: thrown.code, message: thrown.message };
  return {
    exitCode: EXIT_CODES.DEFECT,
    code: 'DEFECT',
    message: `Sparta failed in a way that it should not: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    hint: 'Run it again with SPARTA_DEBUG=1 for the details, and please report them.',
  };
};

const said = (error: {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}) => ({
  code: error.code,
  message: error.message,
  ...(error.hint === undefined ? {} : { hint: error.hint }),
});

/** The report of an error, as lines for standard error. */
const errorLines = (
  report: ErrorReport,
  style: { readonly bad: (text: string) => string; readonly dim: (text: string) => string },
): readonly string[] => {
  const place =
    report.location !== undefined && !report.message.includes(report.location)
      ? [style.dim(`  at ${report.location}`)]
      : [];
  const source =
    report.sourceLine === undefined ||
    report.sourceLine.trim() === '' ||
    report.message.includes(report.sourceLine)
      ? []
      : [style.dim(`  ${report.sourceLine.trim()}`)];
  return [
    ...report.message.split('\n').map((line, index) => (index === 0 ? style.bad(line) : line)),
    ...place,
    ...source,
    ...(report.hint === undefined ? [] : report.hint.split('\n')),
  ];
};

/** The stack trace and its causes, for SPARTA_DEBUG. */
const debugLines = (thrown: unknown): readonly string[] => {
  const lines: string[] = [];
  for (let error: unknown = thrown; error instanceof Error; error = error.cause)
    lines.push(`${lines.length === 0 ? '' : 'caused by '}${error.stack ?? error.message}`);
  return lines.length === 0 ? [String(thrown)] : lines;
};

/** Says on standard error what went wrong, and answers with the exit code. */
export const reportError = (
  thrown: unknown,
  style: { readonly bad: (text: string) => string; readonly dim: (text: string) => string } = PLAIN,
): ExitCode => {
  const report = readError(thrown);
  const lines = [
    ...errorLines(report, style),
    ...(process.env['SPARTA_DEBUG'] ? debugLines(thrown) : []),
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
  return report.exitCode;
};

const PLAIN = { bad: (text: string) => text, dim: (text: string) => text };
