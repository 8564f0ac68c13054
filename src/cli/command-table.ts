import type { ExitCode } from './exit-codes.ts';
import type {
  BuildFlags,
  DeleteFlags,
  DeployRoleFlags,
  DoctorFlags,
  OutputFlags,
  PlanFlags,
  PrivilegesFlags,
  ProvisionFlags,
  Session,
  WordFlags,
} from './session.ts';
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

/** A word that a command takes beside its options. */
export interface WordSpec {
  readonly name: string;
  readonly optional?: boolean;
  readonly help: string;
}

/** A command of a service. Its code is loaded when it runs. */
export interface CommandSpec {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionSpec[];
  /** In their order; what is optional stands last. @defaultValue none */
  readonly words?: readonly WordSpec[];
  /** Answers the exit code, 0 when it answers none. */
  readonly run: (session: Session, flags: Flags) => Promise<ExitCode | undefined>;
}

/** Options as given: present means given. */
export type Flags = TargetFlags &
  OutputFlags &
  PlanFlags &
  ProvisionFlags &
  DeleteFlags &
  DoctorFlags &
  BuildFlags &
  DeployRoleFlags &
  PrivilegesFlags &
  WordFlags;

const TARGET: readonly OptionSpec[] = [
  { name: 'local', help: 'on this machine: use the embedded cloud that runs, or start one' },
  { name: 'region', value: 'region', help: 'the region (default: AWS_REGION, or the profile)' },
  { name: 'profile', value: 'name', help: 'a profile of ~/.aws/config' },
  { name: 'as', value: 'role', help: 'as this role (name or ARN), with what it may' },
];
const JSON_LINES: OptionSpec = { name: 'json', help: 'one JSON object per line, for scripts' };
const CONFIRM: OptionSpec = {
  name: 'confirm',
  help: 'show what will happen, and ask before it does',
};
const BUCKET: OptionSpec = {
  name: 'bucket',
  value: 'name',
  help: 'a bucket of yours for the archive (default: one that Sparta makes)',
};
const VALUES: readonly OptionSpec[] = [
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
];

/** Every command of a service. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'plan',
    help: 'show what provision would do, and do nothing: resources, permissions, code',
    options: [
      ...TARGET,
      BUCKET,
      ...VALUES,
      { name: 'json', help: 'one JSON object, for scripts (docs/plan.md)' },
      { name: 'markdown', help: 'a comment for a pull request' },
      {
        name: 'strict',
        help: 'exit with 11 when there is a change, 0 when there is none: a gate for CI',
      },
    ],
    run: async (session, flags) => {
      const { runPlan } = await import('./commands/plan.ts');
      return await runPlan(session, flags);
    },
  },
  {
    name: 'provision',
    help: 'create or update the stack, and wait until it is done',
    options: [
      ...TARGET,
      BUCKET,
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
        name: 'drift',
        value: 'policy',
        help: 'changes made by hand: ignore, warn or stop (default: warn)',
      },
      {
        name: 'keep-export',
        value: 'export',
        repeats: 'list',
        help: 'keep this export, which the program no longer has, while other stacks import it; repeat it for more',
      },
      {
        name: 'inplace',
        help: 'bring code and settings of functions straight to Lambda; any other change is refused',
      },
      {
        name: 'express',
        help: 'CloudFormation is through when the configuration is applied, not when all is ready',
      },
      {
        name: 'allow-loss',
        value: 'resource',
        repeats: 'list',
        help: 'go on though data of this resource is lost (logical id); repeat it for more',
      },
      {
        name: 'rename',
        value: 'old=new',
        repeats: 'assignments',
        help: 'a declaration that has another name now: keep its resources; repeat it for more',
      },
      ...VALUES,
      JSON_LINES,
    ],
    run: async (session, flags) => {
      if (flags.noop === true) {
        const { runBuild } = await import('./commands/build.ts');
        await runBuild(session, flags, { onThisMachine: flags.local === true });
        return undefined;
      }
      const { runProvision } = await import('./commands/provision.ts');
      await runProvision(session, flags);
      return undefined;
    },
  },
  {
    name: 'status',
    help: 'show the stack, its outputs, its resources and its last change',
    options: [...TARGET, JSON_LINES],
    run: async (session, flags) => {
      const { runStatus } = await import('./commands/status.ts');
      await runStatus(session, flags);
      return undefined;
    },
  },
  {
    name: 'delete',
    help: 'delete the stack, and wait until it is gone',
    options: [
      ...TARGET,
      CONFIRM,
      {
        name: 'purge',
        value: 'resource',
        repeats: 'list',
        help: 'delete what this resource holds, and it too, though it would be kept (logical id); repeat it for more',
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
      return undefined;
    },
  },
  {
    name: 'doctor',
    help: 'say what is the matter with the stack, and do what leads out of it',
    options: [
      ...TARGET,
      {
        name: 'do',
        value: 'way',
        help: 'one of the ways that it names (default: asks in a terminal)',
      },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runDoctor } = await import('./commands/doctor.ts');
      return await runDoctor(session, flags);
    },
  },
  {
    name: 'build',
    help: 'write the template and the archive, for any tool to deploy',
    options: [
      { name: 'out', value: 'dir', help: 'where to (default: .sparta/SERVICE)' },
      {
        name: 'deployed',
        value: 'file',
        help: 'the template that is deployed (get-template), so that nested stacks stay as they are',
      },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runBuild } = await import('./commands/build.ts');
      await runBuild(session, flags, { onThisMachine: false });
      return undefined;
    },
  },
  {
    name: 'deploy-role',
    help: 'print the smallest policy that deploys this service, or a template with a role that has it',
    options: [
      { name: 'template', help: 'print a CloudFormation template with the role' },
      {
        name: 'github',
        value: 'owner/repo',
        help: 'with --template: workflows of this repository take the role on',
      },
      { name: 'branch', value: 'name', help: 'with --github: of this branch (default: main)' },
      {
        name: 'environment',
        value: 'name',
        help: "with --github: of this deployment environment of GitHub's, instead of a branch",
      },
      {
        name: 'trust',
        value: 'arn',
        help: 'with --template: this account, user or role takes the role on',
      },
      { name: 'bucket', value: 'name', help: 'the archive goes to this bucket of yours' },
      { name: 'inplace', help: 'for provision --inplace too' },
      { name: 'account', value: 'id', help: 'in ARNs of the policy (default: any)' },
      { name: 'region', value: 'region', help: 'in ARNs of the policy (default: any)' },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runDeployRole } = await import('./commands/deploy-role.ts');
      runDeployRole(session, flags);
      return undefined;
    },
  },
  {
    name: 'explain',
    help: 'say why the last call was denied, and what would allow it; or why any call was or was not',
    words: [{ name: 'call', optional: true, help: 'number of a call in the journal' }],
    options: [...TARGET, JSON_LINES],
    run: async (session, flags) => {
      const { runExplain } = await import('./commands/explain.ts');
      return await runExplain(session, flags);
    },
  },
  {
    name: 'can',
    help: 'say whether a function or role may do something, and why',
    words: [
      { name: 'role', help: 'a function of the service, or a role by its name or ARN' },
      { name: 'action', help: 's3:GetObject' },
      { name: 'resource', help: 'an ARN' },
    ],
    options: [...TARGET, JSON_LINES],
    run: async (session, flags) => {
      const { runCan } = await import('./commands/can.ts');
      return await runCan(session, flags);
    },
  },
  {
    name: 'privileges',
    help: 'show what each permission was used for: used, unused, or wider than its use',
    options: [
      ...TARGET,
      {
        name: 'strict',
        help: 'exit with 11 when a permission is unused or too wide: a gate for CI',
      },
      {
        name: 'mutate',
        value: 'command',
        help: 'take each permission away in turn and run this command: one that fails nothing is superfluous or untested',
      },
      JSON_LINES,
    ],
    run: async (session, flags) => {
      const { runPrivileges } = await import('./commands/privileges.ts');
      return await runPrivileges(session, flags);
    },
  },
  {
    name: 'version',
    help: 'print the versions of Sparta and of Node',
    options: [],
    run: async (session) => {
      const { runVersion } = await import('./commands/version.ts');
      runVersion(session);
      return undefined;
    },
  },
];
