import { validation } from './errors.ts';
import type { AlarmState } from './state.ts';

/** What a composite alarm's rule says of the alarms that it names. */
export interface AlarmRule {
  /** Names, in the order of the rule, each once. */
  readonly alarms: readonly string[];
  holds(stateOf: (alarmName: string) => AlarmState | undefined): boolean;
}

type Test = (stateOf: (alarmName: string) => AlarmState | undefined) => boolean;

const STATES: readonly string[] = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];

/** A word, a name in quotation marks, a parenthesis or a comma. */
const TOKEN = /\s*(?:([(),])|"((?:[^"\\]|\\.)*)"|([^\s(),"]+))/gy;

interface Token {
  readonly kind: 'mark' | 'quoted' | 'word';
  readonly text: string;
}

const tokenise = (rule: string): readonly Token[] => {
  const text = rule.trimEnd();
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [whole, mark, quoted, word] = TOKEN.exec(text) ?? [];
    if (whole === undefined) throw unreadable(rule, `'${text.slice(at, at + 20)}' is none of it`);
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (quoted !== undefined)
      tokens.push({ kind: 'quoted', text: quoted.replace(/\\(.)/g, '$1') });
    else tokens.push({ kind: 'word', text: word ?? '' });
  }
  return tokens;
};

/** The words are our own; AWS's are not seen. */
const unreadable = (rule: string, why: string) =>
  validation(`The AlarmRule '${rule}' cannot be read: ${why}.`);

/** An alarm may be named by its ARN. */
export const nameOf = (given: string): string => given.split(':alarm:')[1] ?? given;

/**
 * Reads a rule such as `ALARM("a") AND NOT (OK(b) OR AT_LEAST(2, ALARM, (c, d, e)))`; AND binds closer than OR.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 * @throws {ValidationError} for what is no rule
 */
export const compileRule = (rule: string): AlarmRule => {
  const tokens = tokenise(rule);
  const alarms = new Set<string>();
  let at = 0;
  const isWord = (word: string) =>
    tokens[at]?.kind === 'word' && tokens[at]?.text.toUpperCase() === word;
  const found = () => (tokens[at] === undefined ? 'the end' : `'${tokens[at]?.text}'`);
  const mark = (wanted: string) => {
    if (tokens[at]?.kind !== 'mark' || tokens[at]?.text !== wanted)
      throw unreadable(rule, `'${wanted}' is expected, there is ${found()}`);
    at += 1;
  };
  const primary = (): Test => {
    if (tokens[at]?.text === '(' && tokens[at]?.kind === 'mark') {
      mark('(');
      const inner = either();
      mark(')');
      return inner;
    }
    if (isWord('NOT')) {
      at += 1;
      const inner = primary();
      return (stateOf) => !inner(stateOf);
    }
    for (const constant of [true, false])
      if (isWord(String(constant).toUpperCase())) {
        at += 1;
        return () => constant;
      }
    if (isWord('AT_LEAST')) return atLeast();
    const wanted = stateWord('ALARM(…), OK(…), INSUFFICIENT_DATA(…), AT_LEAST(…), TRUE or FALSE');
    mark('(');
    const name = alarmName();
    mark(')');
    return (stateOf) => stateOf(name) === wanted;
  };
  const stateWord = (expected: string): string => {
    const wanted = tokens[at]?.text.toUpperCase() ?? '';
    if (tokens[at]?.kind !== 'word' || !STATES.includes(wanted))
      throw unreadable(rule, `${expected} is expected, there is ${found()}`);
    at += 1;
    return wanted;
  };
  const alarmName = (): string => {
    const given = tokens[at];
    if (given === undefined || given.kind === 'mark')
      throw unreadable(rule, `the name of an alarm is expected, there is ${found()}`);
    at += 1;
    const name = nameOf(given.text);
    alarms.add(name);
    return name;
  };
  /** `AT_LEAST(2, NOT OK, (a, b, c))`, `AT_LEAST(50%, …)` */
  const atLeast = (): Test => {
    at += 1;
    mark('(');
    const [, amount, percent] = /^(\d+)(%?)$/.exec(tokens[at]?.text ?? '') ?? [];
    if (amount === undefined)
      throw unreadable(rule, `a number or a percentage is expected, there is ${found()}`);
    at += 1;
    mark(',');
    const negated = isWord('NOT');
    if (negated) at += 1;
    const wanted = stateWord('ALARM, OK or INSUFFICIENT_DATA');
    mark(',');
    mark('(');
    const names = [alarmName()];
    while (tokens[at]?.kind === 'mark' && tokens[at]?.text === ',') {
      at += 1;
      names.push(alarmName());
    }
    mark(')');
    mark(')');
    const least = percent === '%' ? (names.length * Number(amount)) / 100 : Number(amount);
    return (stateOf) =>
      names.filter((name) => (stateOf(name) === wanted) !== negated).length >= least;
  };
  const chain = (
    word: string,
    next: () => Test,
    join: (results: readonly boolean[]) => boolean,
  ) => {
    const parts = [next()];
    while (isWord(word)) {
      at += 1;
      parts.push(next());
    }
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return ((stateOf) => join(parts.map((part) => part(stateOf)))) satisfies Test;
  };
  const both = (): Test => chain('AND', primary, (results) => results.every(Boolean));
  const either = (): Test => chain('OR', both, (results) => results.some(Boolean));
  const test = either();
  if (at < tokens.length) throw unreadable(rule, `the end is expected, there is ${found()}`);
  return { alarms: [...alarms], holds: test };
};
