import type { Warning } from '../synth/index.ts';
import type { OutputFlags, Session } from './session.ts';
import { jsonLine } from './session.ts';

/** Says on standard error what is allowed and hardly meant. It stops nothing. */
export const showWarnings = (
  { terminal }: Session,
  flags: OutputFlags,
  warnings: readonly Warning[],
): void => {
  for (const { message, at } of warnings)
    if (flags.json === true)
      jsonLine(terminal, { kind: 'warning', message, ...(at === undefined ? {} : { at }) });
    else
      terminal.error(
        `${terminal.style.warn('warning')}  ${at === undefined ? '' : `${at}: `}${message}`,
      );
};
