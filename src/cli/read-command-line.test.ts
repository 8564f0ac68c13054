import { describe, expect, it } from 'vitest';
import { COMMANDS } from './command-table.ts';
import { serviceProgram } from './program.ts';
import { readCommandLine } from './read-command-line.ts';
import type { Session } from './session.ts';

/** What commander makes of the same words: the two readers must never differ. */
const byCommander = async (words: readonly string[]) => {
  const session = {
    service: { name: 'S' },
    program: 'node app.ts',
    terminal: { out: () => undefined, error: () => undefined },
  } as unknown as Session;
  const program = serviceProgram(session);
  const seen: { name: string; flags: unknown }[] = [];
  for (const command of program.commands)
    command.action((...given: unknown[]) => {
      const takesWords = COMMANDS.find(({ name }) => name === command.name())?.words !== undefined;
      const words = given.slice(0, -2).filter((word) => typeof word === 'string');
      const flags = given.at(-2) as object;
      seen.push({ name: command.name(), flags: takesWords ? { ...flags, words } : flags });
    });
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch {
    return undefined;
  }
  return seen[0];
};

describe('the quick reader', () => {
  it.each([
    ['provision'],
    ['provision --local'],
    ['provision --region eu-west-1 --profile=p --json'],
    ['provision --parameter A=1 --parameter B=x=y --tag k='],
    ['provision --parameter A=1 --parameter A=2'],
    ['provision --region a --region b'],
    ['delete --purge Photos --purge=Logs --retain X --confirm'],
    ['provision --keep-export a --keep-export=b --drift stop'],
    ['doctor --do continue-rollback'],
    ['build --out dir'],
    ['status --region='],
    ['version'],
    ['explain'],
    ['explain 12 --json'],
    ['can Keep s3:GetObject arn:aws:s3:::b/k --local'],
    ['can --local Keep s3:GetObject *'],
    ['privileges --strict --mutate x'],
  ])('reads "%s" as commander does', async (line) => {
    const words = line.split(' ');
    const read = readCommandLine(words);
    expect(read).toBeDefined();
    expect({ name: read?.command.name, flags: read?.flags }).toEqual(await byCommander(words));
  });

  it.each([
    [''],
    ['help'],
    ['--help'],
    ['provision --help'],
    ['provision -h'],
    ['provison'],
    ['provision --regoin x'],
    ['provision --region'],
    ['provision --region --json'],
    ['provision --local=yes'],
    ['provision --parameter A'],
    ['provision --parameter =1'],
    ['provision extra'],
    ['status --bucket x'],
    ['can Keep s3:GetObject'],
    ['explain 1 2'],
  ])('leaves "%s" to commander', (line) => {
    expect(readCommandLine(line.split(' '))).toBeUndefined();
  });

  it('knows every option of every command', () => {
    for (const command of COMMANDS)
      for (const { name, value } of command.options) {
        const given = value === undefined ? [`--${name}`] : [`--${name}`, 'a=b'];
        const words = (command.words ?? []).map((word) => word.name);
        expect(readCommandLine([command.name, ...words, ...given])?.command.name).toBe(
          command.name,
        );
      }
  });
});
