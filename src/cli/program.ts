import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandSpec, Flags, OptionSpec } from './command-table.ts';
import { COMMANDS } from './command-table.ts';
import { exitCodeTable } from './exit-codes.ts';
import { addValue } from './read-command-line.ts';
import type { Session } from './session.ts';

const NOTES = `AWS_ENDPOINT_URL sends every call to one endpoint. SPARTA_DEBUG=1 shows stack traces.
NO_COLOR=1 turns colours off.`;

/** The commands of a service as commander has them: it words the help and every mistake. */
export const serviceProgram = (
  session: Session,
  onEnd: (exitCode: number) => void = () => undefined,
): Command => {
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
  for (const spec of COMMANDS) addCommand(program, spec, session, onEnd);
  return program;
};

const addCommand = (
  program: Command,
  spec: CommandSpec,
  session: Session,
  onEnd: (exitCode: number) => void,
) => {
  const command = program
    .command(spec.name)
    .description(spec.help)
    // Commander hands over the words, then the options, then itself.
    .action(async (...given: unknown[]) => {
      onEnd((await spec.run(session, flagsOf(spec, given))) ?? 0);
    });
  for (const { name, optional, help } of spec.words ?? [])
    command.argument(optional === true ? `[${name}]` : `<${name}>`, help);
  for (const option of spec.options) command.addOption(asOption(option));
};

const flagsOf = ({ words }: CommandSpec, given: readonly unknown[]): Flags => {
  const flags = given.at(-2) as Flags;
  if (words === undefined) return flags;
  return { ...flags, words: given.slice(0, -2).filter((word) => typeof word === 'string') };
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
