import type { BuildFlags, DeleteFlags, OutputFlags, ProvisionFlags, Session } from './session.ts';
import type { TargetFlags } from './target-choice.ts';

/** An option of a command, as data: the reader of the command line and the help are both made from it. */
export interface OptionSpec {
  /** `--parameter` without the dashes. */
  readonly name: string;
  /** Placeholder of its value; a flag has none. */
  readonly value?: string;
  /** How values of a repeated option add up. @defaultValue the last one counts */
  readonly repeats?: 'list' | 'assignments';
  readonly help: string;
}

/** A command of a service. Its code is loaded when it runs. */
export interface CommandSpec {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionSpec[];
  readonly run: (session: Session, flags: Flags) => Promise<void>;
}

/** Options as given: present means given. */
export type Flags = TargetFlags & OutputFlags & ProvisionFlags & DeleteFlags & BuildFlags;

const TARGET: readonly OptionSpec[] = [
  { name: 'local', help: 'on this machine: use the embedded cloud that runs, or start one' },
  { name: 'region', value: 'region', help: 'the region (default: AWS_REGION, or the profile)' },
  { name: 'profile', value: 'name', help: 'a profile of ~/.aws/config' },
];
const JSON_LINES: OptionSpec = { name: 'json', help: 'one JSON object per line, for scripts' };
const CONFIRM: OptionSpec = {
  name: 'confirm',
  help: 'show what will happen, and ask before it does',
};

/** Every command of a service. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'provision',
    help: 'create or update the stack, and wait until it is done',
    options: [
      ...TARGET,
      {
        name: 'bucket',
        value: 'name',
        help: 'a bucket of yours for the archive (default: one that Sparta makes)',
      },
      {
        name: 'noop',
        help: 'touch nothing: write the template and the archive, and say where',
      },
      CONFIRM,
      {
        name: 'recover',
        help: 'do first what a stuck stack needs: delete a failed creation, finish a rollback',
      },
      {
        name: 'parameter',
        value: 'name=value',
        repeats: 'assignments',
        help: 'a parameter of the template; repeat it for more',
      },
      {
        name: 'tag',
        value: 'key=value',
        repeats: 'assignments',
        help: 'a tag of the stack; repeat it for more',
      },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      if (flags.noop === true) {
        const { runBuild } = await import('./commands/build.ts');
        return await runBuild(session, flags, { onThisMachine: flags.local === true });
      }
      const { runProvision } = await import('./commands/provision.ts');
      return await runProvision(session, flags);
    },
  },
  {
    name: 'status',
    help: 'show the stack, its outputs, its resources and its last change',
    options: [...TARGET, JSON_LINES],
    run: async (session, flags) => {
      const { runStatus } = await import('./commands/status.ts');
      await runStatus(session, flags);
    },
  },
  {
    name: 'delete',
    help: 'delete the stack, and wait until it is gone',
    options: [
      ...TARGET,
      CONFIRM,
      {
        name: 'empty',
        value: 'bucket',
        repeats: 'list',
        help: 'first delete every object of this bucket (logical id); repeat it for more',
      },
      {
        name: 'retain',
        value: 'resource',
        repeats: 'list',
        help: 'after a failed deletion, leave this resource standing (logical id); repeat it for more',
      },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runDelete } = await import('./commands/delete.ts');
      await runDelete(session, flags);
    },
  },
  {
    name: 'build',
    help: 'write the template and the archive, for any tool to deploy',
    options: [
      { name: 'out', value: 'dir', help: 'where to (default: .sparta/SERVICE)' },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runBuild } = await import('./commands/build.ts');
      await runBuild(session, flags, { onThisMachine: false });
    },
  },
  {
    name: 'version',
    help: 'print the versions of Sparta and of Node',
    options: [],
    run: async (session) => {
      const { runVersion } = await import('./commands/version.ts');
      runVersion(session);
    },
  },
];
