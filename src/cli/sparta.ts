import type { ExitCode } from './exit-codes.ts';

const HELP = `Usage: sparta <command> [options]

Commands:
  cloud      serve an AWS on this machine (sparta cloud --help)
  version    print the version
  help       print this text

Commands of a service, which are its program's own (node app.ts --help):
  plan, provision, status, delete, build, explain, can, privileges [app.ts] [options]`;

/** Named here so that a cloud starts without the table of their options. */
const SERVICE_COMMANDS = new Set([
  'plan',
  'provision',
  'status',
  'delete',
  'build',
  'explain',
  'can',
  'privileges',
]);

/** The program `sparta`. Loads nothing before it is known to be needed: a cloud has to be up in no time. */
export const runSparta = async (argv: readonly string[]): Promise<ExitCode> => {
  const [command, ...rest] = argv;
  try {
    switch (command) {
      case 'cloud': {
        const { serveCloud } = await import('./serve-cloud.ts');
        return await serveCloud(rest);
      }
      case 'version':
      case '--version':
      case '-V': {
        const { version } = await import('./version.ts');
        process.stdout.write(`${version()}\n`);
        return 0;
      }
      case 'help':
      case '--help':
      case '-h':
        process.stdout.write(`${HELP}\n`);
        return 0;
      default:
        if (command !== undefined && SERVICE_COMMANDS.has(command)) {
          const { runProgram } = await import('./run-program.ts');
          return await runProgram(command, rest);
        }
        process.stderr.write(
          `${command === undefined ? 'sparta needs a command.' : `sparta has no command ${JSON.stringify(command)}.`}\n\n${HELP}\n`,
        );
        return 2;
    }
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return reportError(error);
  }
};
