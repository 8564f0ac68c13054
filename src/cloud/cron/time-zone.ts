/** Wall time, in milliseconds since 1970-01-01 on the wall's own clock. */
export type WallMs = number;

/** What the clocks of a place show. */
export interface TimeZone {
  readonly name: string;
  /** What they show at a moment. */
  wallAt(ms: number): WallMs;
  /**
   * When they show it: undefined for a time that is skipped in spring, the first of the two for one that comes twice in
   * autumn.
   */
  momentOf(wall: WallMs): number | undefined;
}

export const UTC: TimeZone = { name: 'UTC', wallAt: (ms) => ms, momentOf: (wall) => wall };

const DAY_MS = 86_400_000;

const known = new Map<string, TimeZone>([['UTC', UTC]]);

/**
 * A time zone of the IANA database, such as `Europe/Berlin`; undefined when there is none of that name.
 * The offsets come from the runtime's own data.
 */
export const openTimeZone = (name: string): TimeZone | undefined => {
  const opened = known.get(name) ?? open(name);
  if (opened !== undefined) known.set(name, opened);
  return opened;
};

const open = (name: string): TimeZone | undefined => {
  // `+01:00` is a zone to the runtime and none in the database.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  const wallAt = (ms: number): WallMs => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1000) + 1000) % 1000);
  };
  return {
    name,
    wallAt,
    momentOf: (wall) => {
      // The offset changes at most once within two days, so it is one of these; the larger one comes first.
      const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => wallAt(ms) - ms);
      return offsets
        .map((offset) => wall - offset)
        .sort((a, b) => a - b)
        .find((ms) => wallAt(ms) === wall);
    },
  };
};
