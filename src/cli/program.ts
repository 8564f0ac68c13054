import { Command, InvalidArgumentError, Option } from 'commander';
import { exitCodeTable } from './exit-codes.ts';
import type { BuildFlags, DeleteFlags, OutputFlags, ProvisionFlags, Session } from './session.ts';
import type { TargetFlags } from './target-choice.ts';

const REPEATED_NAMES = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

const assignment = (
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It has to be NAME=VALUE.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
};

const withTarget = (command: Command): Command =>
  command
    .option('--local', 'on this machine: use the embedded cloud that runs, or start one')
    .option('--region <region>', 'the region (default: AWS_REGION, or the profile)')
    .option('--profile <name>', 'a profile of ~/.aws/config');

const withJson = (command: Command): Command =>
  command.option('--json', 'one JSON object per line, for scripts');

const confirmOption = () =>
  new Option('--confirm', 'show what will happen, and ask before it does');

/** The commands of a service. Each is loaded when it runs. */
export const serviceProgram = (session: Session): Command => {
  const { service, terminal } = session;
  const program = new Command(session.program)
    .usage('<command> [options]')
    .description(service.description ?? `The service ${service.name}`)
    .helpCommand('help [command]', 'print the help of a command')
    .helpOption('-h, --help', 'print this text')
    .addHelpText(
      'after',
      () =>
        `\n${exitCodeTable()}\n\nAWS_ENDPOINT_URL sends every call to one endpoint. SPARTA_DEBUG=1 shows stack traces. NO_COLOR=1 turns colours off.`,
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for the options.');

  withJson(withTarget(program.command('provision')))
    .description('create or update the stack, and wait until it is done')
    .option('--bucket <name>', 'a bucket of yours for the archive (default: one that Sparta makes)')
    .option('--noop', 'touch nothing: write the template and the archive, and say where')
    .addOption(confirmOption())
    .option(
      '--recover',
      'do first what a stuck stack needs: delete a failed creation, finish a rollback',
    )
    .option(
      '--parameter <name=value>',
      'a parameter of the template; repeat it for more',
      assignment,
    )
    .option('--tag <key=value>', 'a tag of the stack; repeat it for more', assignment)
    .action(async (flags: ProvisionFlags) => {
      if (flags.noop === true) {
        const { runBuild } = await import('./commands/build.ts');
        return await runBuild(session, flags, { onThisMachine: flags.local === true });
      }
      const { runProvision } = await import('./commands/provision.ts');
      return await runProvision(session, flags);
    });

  withJson(withTarget(program.command('status')))
    .description('show the stack, its outputs, its resources and its last change')
    .action(async (flags: TargetFlags & OutputFlags) => {
      const { runStatus } = await import('./commands/status.ts');
      await runStatus(session, flags);
    });

  withJson(withTarget(program.command('delete')))
    .description('delete the stack, and wait until it is gone')
    .addOption(confirmOption())
    .option(
      '--empty <bucket>',
      'first delete every object of this bucket (logical id); repeat it for more',
      REPEATED_NAMES,
    )
    .option(
      '--retain <resource>',
      'after a failed deletion, leave this resource standing (logical id); repeat it for more',
      REPEATED_NAMES,
    )
    .action(async (flags: DeleteFlags) => {
      const { runDelete } = await import('./commands/delete.ts');
      await runDelete(session, flags);
    });

  withJson(program.command('build'))
    .description('write the template and the archive, for any tool to deploy')
    .option('--out <dir>', `where to (default: .sparta/${service.name})`)
    .action(async (flags: BuildFlags) => {
      const { runBuild } = await import('./commands/build.ts');
      await runBuild(session, flags, { onThisMachine: false });
    });

  program
    .command('version')
    .description('print the versions of Sparta and of Node')
    .action(async () => {
      const { runVersion } = await import('./commands/version.ts');
      runVersion(session);
    });

  return program;
};
