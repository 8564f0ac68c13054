import type { CommandSpec, Flags } from './command-table.ts';
import { COMMANDS } from './command-table.ts';

/** A command line that can be run as it stands. */
export interface ReadCommandLine {
  readonly command: CommandSpec;
  readonly flags: Flags;
}

/**
 * Reads a command line that has nothing wrong with it. Help and every mistake answer undefined: they are worded by
 * commander, which takes longer to load than all the rest of an unchanged build.
 */
export const readCommandLine = (argv: readonly string[]): ReadCommandLine | undefined => {
  const command = COMMANDS.find(({ name }) => name === argv[0]);
  if (command === undefined) return undefined;
  const flags: Record<string, unknown> = {};
  const words = argv.slice(1);
  const given: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-') && given.length < (command.words ?? []).length) {
      given.push(word);
      continue;
    }
    const match = /^--(?<name>[a-z][a-z-]*)(?:=(?<value>[\s\S]*))?$/.exec(word)?.groups;
    const option = command.options.find(({ name }) => name === match?.['name']);
    if (option === undefined || match === undefined) return undefined;
    const flag = camelCase(option.name);
    if (option.value === undefined) {
      if (match['value'] !== undefined) return undefined;
      flags[flag] = true;
      continue;
    }
    const value = match['value'] ?? words[(at += 1)];
    if (value === undefined || (match['value'] === undefined && value.startsWith('-')))
      return undefined;
    const read = addValue(option.repeats, flags[flag], value);
    if (read === undefined) return undefined;
    flags[flag] = read;
  }
  const wanted = (command.words ?? []).filter(({ optional }) => optional !== true).length;
  if (given.length < wanted) return undefined;
  if (command.words !== undefined) flags['words'] = given;
  return { command, flags };
};

/** `keep-export` → `keepExport`, as commander has it. */
const camelCase = (name: string): string =>
  name.replace(/-(?<letter>[a-z])/g, (_, letter: string) => letter.toUpperCase());

/** What an option is after one more value; undefined when the value is not of its form. */
export const addValue = (
  repeats: 'list' | 'assignments' | undefined,
  before: unknown,
  value: string,
): string | readonly string[] | Readonly<Record<string, string>> | undefined => {
  if (repeats === undefined) return value;
  if (repeats === 'list') return [...((before as readonly string[] | undefined) ?? []), value];
  const at = value.indexOf('=');
  if (at < 1) return undefined;
  return {
    ...(before as Readonly<Record<string, string>> | undefined),
    [value.slice(0, at)]: value.slice(at + 1),
  };
};
