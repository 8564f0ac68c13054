interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
  /** What else may stand there, as a whole. */
  readonly also?: RegExp;
  readonly words: string;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
const FIELDS: readonly Field[] = [
  { name: 'minutes', least: 0, most: 59, words: '0 to 59' },
  { name: 'hours', least: 0, most: 23, words: '0 to 23' },
  {
    name: 'day of the month',
    least: 1,
    most: 31,
    also: /^(\?|L|([1-9]|[12]\d|3[01])W)$/i,
    words: '1 to 31, L for the last, 15W for the weekday closest to the 15th, or ?',
  },
  { name: 'month', least: 1, most: 12, names: MONTHS, words: '1 to 12, or JAN to DEC' },
  {
    name: 'day of the week',
    least: 1,
    most: 7,
    names: DAYS,
    also: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/i,
    words:
      '1 (Sunday) to 7, SUN to SAT, 6L for the last Friday of the month, 6#3 for its third, or ?',
  },
  { name: 'year', least: 1970, most: 2199, words: '1970 to 2199' },
];

const numberOf = (text: string, names: readonly string[] = []): number => {
  const named = names.indexOf(text.toUpperCase());
  return named >= 0 ? named + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
};

/** `*`, `1`, `1-5`, `1/2`, a star with a step, `1-5/2`, `JAN`. */
const isPart = (part: string, { least, most, names }: Field): boolean => {
  const [, range = '', , step] = /^([^/]*)(\/(.*))?$/.exec(part) ?? [];
  if (step !== undefined && !/^0*[1-9]\d*$/.test(step)) return false;
  if (range === '*') return true;
  const ends = range.split('-').map((end) => numberOf(end, names));
  const [from = Number.NaN, to = from] = ends;
  return ends.length <= 2 && from >= least && to <= most && from <= to;
};

const isField = (text: string, field: Field): boolean =>
  field.also?.test(text) === true || text.split(',').every((part) => isPart(part, field));

/** Five fields, as other crons have them, in AWS's words. Their week begins with Sunday as 0; where both days are said, AWS has no word for either. */
const inSixFields = ([minutes, hours, date, month, day = '*']: readonly string[]): string => {
  const named = day.replace(/(?<![/\d])[0-7](?!\d)/g, (digit) => DAYS[Number(digit) % 7] ?? digit);
  if (day === '*') return ` Say '${minutes} ${hours} ${date} ${month} ? *'.`;
  return date === '*' ? ` Say '${minutes} ${hours} ? ${month} ${named} *'.` : '';
};

/** What AWS would refuse of a cron expression, in a sentence; undefined where it is right. */
export const wrongInCron = (text: string): string | undefined => {
  const fields = text.trim().split(/\s+/);
  const names = FIELDS.map(({ name }) => name).join(', ');
  if (fields.length === 5)
    return `it has five fields; AWS has six: ${names}.${inSixFields(fields)}`;
  if (fields.length !== FIELDS.length)
    return `it has ${text.trim() === '' ? 'no fields' : fields.length === 1 ? 'one field' : `${fields.length} fields`}; AWS has six: ${names}. Every night at three is '0 3 * * ? *'.`;
  for (const [index, field] of FIELDS.entries()) {
    const given = fields[index] ?? '';
    if (!isField(given, field))
      return `its ${field.name} is '${given}'; AWS takes ${field.words}, ranges (1-5), steps (0/15), lists (1,3) and *.`;
  }
  const [, , date = '', , day = ''] = fields;
  if (date === '?' && day === '?')
    return `day of the month and day of the week are both ?; AWS wants one of them. Every day is * for the one and ? for the other.`;
  if (date !== '?' && day !== '?')
    return `day of the month ('${date}') and day of the week ('${day}') are both said; AWS takes one of them. Put ? in place of the other.`;
  return undefined;
};
