import type { ChildProcess } from 'node:child_process';

const { spawn } = process.getBuiltinModule('node:child_process');

/** Ends the process groups of environments when the cloud itself has no time to: after `kill -9`, a crash, a closed terminal. */
export interface Reaper {
  watch(groupId: number): void;
  forget(groupId: number): void;
  stop(): void;
}

// Reads the groups from a pipe that only the cloud holds: its end is the cloud's end, however that came. A frozen
// process cannot notice by itself that its cloud has gone.
const SCRIPT = `
groups=' '
while read -r verb group; do
  case $verb in
    watch) groups="$groups$group " ;;
    forget) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -KILL -"$group" 2>/dev/null; done
`;

/** Started with the first group; costs one idle shell. Nothing on systems without a shell. */
export const createReaper = (): Reaper => {
  let shell: ChildProcess | undefined;
  const say = (line: string) => {
    if (process.platform === 'win32') return;
    if (shell === undefined) {
      shell = spawn('/bin/sh', ['-c', SCRIPT], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        env: {},
      });
      shell.on('error', () => {});
      shell.stdin?.on('error', () => {});
      // Neither the shell nor its pipe keeps the cloud's process alive.
      shell.unref();
      const pipe = shell.stdin as (NodeJS.WritableStream & { unref?(): void }) | null;
      pipe?.unref?.();
    }
    shell.stdin?.write(`${line}\n`);
  };
  return {
    watch: (groupId) => say(`watch ${groupId}`),
    forget: (groupId) => say(`forget ${groupId}`),
    stop: () => shell?.stdin?.end(),
  };
};
