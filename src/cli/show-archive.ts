import type { Archive, TargetMachine } from '../bundle/index.ts';
import type { Terminal } from './terminal.ts';
import { count, duration, size } from './wording.ts';

/** Says what was packed, for which machine, and what may not be meant. */
export const showArchive = (
  terminal: Terminal,
  archive: Archive,
  facts: {
    readonly functions: number;
    readonly architectures: readonly string[];
    readonly runsOn: TargetMachine | undefined;
    readonly durationMs: number;
  },
): void => {
  const { out, style } = terminal;
  const natives = archive.natives.map(({ name, version }) => `${name} ${version}`).join(', ');
  out(
    `Packed ${count(facts.functions, 'function')} into ${size(archive.sizeBytes)}${
      archive.cached ? ', unchanged' : ''
    }  ${style.dim(duration(facts.durationMs))}`,
  );
  if (natives !== '')
    out(
      style.dim(
        `  with machine code for ${archive.machine.platform} ${archive.machine.architecture}: ${natives}`,
      ),
    );
  if (facts.runsOn !== undefined)
    out(
      style.dim(
        `  ${facts.architectures.join(' and ')} in the template; here it runs on this machine, ${facts.runsOn.platform} ${facts.runsOn.architecture}, and is packed for it`,
      ),
    );
  for (const warning of archive.warnings) out(style.warn(`  ${warningText(warning)}`));
};

/** A warning of the bundler with its place. */
export const warningText = (warning: Archive['warnings'][number]): string => {
  const { location } = warning;
  return `${location === undefined ? '' : `${location.file}:${location.line}:${location.column} `}${warning.message}`;
};
