import { readFileSync } from 'node:fs';

/**
 * Resident memory of a process in bytes, now and at most so far; undefined where the system does not tell cheaply.
 * Differs: outside of Linux the memory limit is V8's heap limit alone.
 */
export const residentBytes = (
  pid: number,
): { readonly nowBytes: number; readonly peakBytes: number } | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    return { nowBytes: kilobytes('VmRSS') * 1024, peakBytes: kilobytes('VmHWM') * 1024 };
  } catch {
    return undefined;
  }
};
