import type { ServiceDeclaration } from '../spec/service.ts';
import type { TargetFlags } from './target-choice.ts';
import type { Terminal } from './terminal.ts';

/** What every command of one run shares. */
export interface Session {
  readonly service: ServiceDeclaration;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the user runs this program: `node app.ts`. */
  readonly program: string;
}

/** Flags of commands that print for people or for scripts. */
export interface OutputFlags {
  /** One JSON object per line on standard output, and nothing else there. */
  readonly json?: boolean;
}

/** Flags of `plan`, and of all that begins with one. */
export interface PlanFlags extends TargetFlags, OutputFlags {
  readonly bucket?: string;
  readonly parameter?: Readonly<Record<string, string>>;
  readonly tag?: Readonly<Record<string, string>>;
  readonly markdown?: boolean;
  readonly strict?: boolean;
}

/** Flags of `provision`. */
export interface ProvisionFlags extends PlanFlags {
  readonly noop?: boolean;
  readonly confirm?: boolean;
  readonly recover?: boolean;
  readonly drift?: string;
  readonly keepExport?: readonly string[];
  readonly allowLoss?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
  readonly inplace?: boolean;
  readonly express?: boolean;
}

/** Flags of `delete`. */
export interface DeleteFlags extends TargetFlags, OutputFlags {
  readonly confirm?: boolean;
  readonly purge?: readonly string[];
  readonly retain?: readonly string[];
}

/** Flags of `doctor`. */
export interface DoctorFlags extends TargetFlags, OutputFlags {
  readonly do?: string;
}

/** Flags of `build`. */
export interface BuildFlags extends OutputFlags {
  readonly out?: string;
  readonly deployed?: string;
}

/** Flags of `deploy-role`. */
export interface DeployRoleFlags extends OutputFlags {
  readonly template?: boolean;
  readonly github?: string;
  readonly branch?: string;
  readonly environment?: string;
  readonly trust?: string;
  readonly bucket?: string;
  readonly inplace?: boolean;
  readonly account?: string;
  readonly region?: string;
}

/** Flags of `privileges`. */
export interface PrivilegesFlags extends TargetFlags, OutputFlags {
  readonly strict?: boolean;
  readonly mutate?: string;
}

/** The words of a command that takes any, by their place. */
export interface WordFlags {
  readonly words?: readonly string[];
}

/** Writes one event for a script. Dates become ISO strings; what is not data is left out. */
export const jsonLine = (terminal: Terminal, event: object): void =>
  terminal.out(JSON.stringify(event));

/** `--local` found no cloud. */
export const sayStarting = ({ terminal }: Session, { json }: OutputFlags): void => {
  if (json !== true) terminal.out('Starting the embedded cloud');
};
