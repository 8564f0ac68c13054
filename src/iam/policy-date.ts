/** https://www.w3.org/TR/NOTE-datetime, which the IAM guide names; a zone of two digits is accepted as well. */
const W3C_DATE =
  /^([+-]?\d{4})(?:-(\d{2})(?:-(\d{2})(?:[Tt](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?)?)?$/;

const EPOCH_SECONDS = /^-?\d+(\.\d+)?$/;

/** Java's long, in which AWS keeps them. */
const LARGEST_EPOCH = 9_223_372_036_854_775_807n;

/**
 * Reads a date of a condition: ISO 8601 as the W3C profiles it, or seconds since 1970. Four digits are a year. A time
 * without a zone is UTC.
 *
 * @returns milliseconds since 1970, or undefined when it is no date.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Date
 */
export function parsePolicyDate(text: string): number | undefined {
  const date = W3C_DATE.exec(text);
  if (date === null) return parseEpoch(text);
  const [, year, month = '1', day = '1', hour = '0', minute = '0', second = '0', fraction = '0'] =
    date;
  const [zoneSign, zoneHours = '0', zoneMinutes = '0'] = [date[9], date[10], date[11]];
  const fields = [month, day, hour, minute, second, zoneHours, zoneMinutes].map(Number);
  const [m = 0, d = 0, h = 0, min = 0, s = 0, zh = 0, zm = 0] = fields;
  if (m < 1 || m > 12 || d < 1 || d > 31 || h > 24 || min > 59 || s > 60 || zh > 23 || zm > 59)
    return undefined;
  const offsetMinutes = (zh * 60 + zm) * (zoneSign === '-' ? -1 : 1);
  const utc = Date.UTC(Number(year), m - 1, d, h, min, s) + Number(fraction) * 1000;
  return utc - offsetMinutes * 60_000;
}

function parseEpoch(text: string): number | undefined {
  if (!EPOCH_SECONDS.test(text)) return undefined;
  const whole = BigInt(text.split('.')[0] ?? '0');
  if (whole > LARGEST_EPOCH || whole < -LARGEST_EPOCH) return undefined;
  return Number(text) * 1000;
}
