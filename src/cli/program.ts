import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandSpec, Flags, OptionSpec } from './command-table.ts';
import { COMMANDS } from './command-table.ts';
import { exitCodeTable } from './exit-codes.ts';
import { addValue } from './read-command-line.ts';
import type { Session } from './session.ts';

const NOTES = `AWS_ENDPOINT_URL sends every call to one endpoint. SPARTA_DEBUG=1 shows stack traces.
NO_COLOR=1 turns colours off.`;

/** The commands of a service as commander has them: it words the help and every mistake. */
export const serviceProgram = (session: Session): Command => {
  const { service, terminal } = session;
  const program = new Command(session.program)
    .usage('<command> [options]')
    .description(service.description ?? `The service ${service.name}`)
    .helpCommand('help [command]', 'print the help of a command')
    .helpOption('-h, --help', 'print this text')
    .addHelpText('after', () => `\n${exitCodeTable()}\n\n${NOTES}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
    })
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for the options.');
  for (const spec of COMMANDS) addCommand(program, spec, session);
  return program;
};

const addCommand = (program: Command, spec: CommandSpec, session: Session) => {
  const command = program
    .command(spec.name)
    .description(spec.help)
    .action((flags: Flags) => spec.run(session, flags));
  for (const option of spec.options) command.addOption(asOption(option));
};

const asOption = (spec: OptionSpec): Option => {
  const option = new Option(
    `--${spec.name}${spec.value === undefined ? '' : ` <${spec.value}>`}`,
    spec.help,
  );
  if (spec.repeats === undefined) return option;
  return option.argParser((value: string, before: unknown) => {
    const read = addValue(spec.repeats, before, value);
    if (read === undefined) throw new InvalidArgumentError('It has to be NAME=VALUE.');
    return read;
  });
};
