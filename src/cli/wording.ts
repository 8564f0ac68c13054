/** `4 ms`, `0.34 s`, `12 s`, `3 min 5 s` */
export const duration = (ms: number): string => {
  if (ms < 99.5) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

/** `812 B`, `8.2 KB`, `1.4 MB` */
export const size = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
};

/** `1 function`, `3 functions` */
export const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** A value on one line, at most `limit` characters of it. */
export const short = (value: string, limit: number): string => {
  const flat = value.replace(/\s+/g, ' ').trim();
  return flat.length <= limit ? flat : `${flat.slice(0, Math.max(1, limit - 1))}…`;
};

/** `2 minutes ago`, for a date in the past. */
export const ago = (then: Date, now: Date): string => {
  const seconds = Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
  if (seconds < 60) return `${count(seconds, 'second')} ago`;
  if (seconds < 3_600) return `${count(Math.round(seconds / 60), 'minute')} ago`;
  if (seconds < 86_400) return `${count(Math.round(seconds / 3_600), 'hour')} ago`;
  return `${count(Math.round(seconds / 86_400), 'day')} ago`;
};
