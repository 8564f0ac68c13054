import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePattern, matches, PatternError } from './index.ts';

const RECORDED = new URL('../../../test/recordings/event-patterns/', import.meta.url);

/** JSON5 as the recordings use it: comments and commas at the end. */
const readJson5 = (text: string): { readonly Event: unknown; readonly EventPattern: unknown } =>
  JSON.parse(
    text.replace(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|,(?=\s*[}\]])/g,
      (_, string?: string) => string ?? '',
    ),
  ) as { readonly Event: unknown; readonly EventPattern: unknown };

/** The pattern as Python's json.dumps printed it when it was recorded. */
const pythonJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${pythonJson(one)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
};

const errors = JSON.parse(readFileSync(new URL('errors.json', RECORDED), 'utf8')) as Record<
  string,
  Record<string, { exception_message: { Error: { MessageRaw: string } } }>
>;

describe('event patterns recorded on AWS', () => {
  const names = readdirSync(RECORDED).filter((name) => name.endsWith('.json5'));
  expect(names.length).toBeGreaterThanOrEqual(40);
  for (const file of names)
    it(file, () => {
      const name = file.replace('.json5', '');
      const { Event, EventPattern } = readJson5(readFileSync(new URL(file, RECORDED), 'utf8'));
      const source = pythonJson(EventPattern);
      if (!name.endsWith('_EXC')) {
        expect(matches(compilePattern(source), Event)).toBe(!name.endsWith('_NEG'));
        return;
      }
      const said = errors[name]?.[name]?.exception_message.Error.MessageRaw;
      expect(() => compilePattern(source)).toThrow(PatternError);
      try {
        compilePattern(source);
      } catch (error) {
        expect(`Event pattern is not valid. Reason: ${(error as Error).message}`).toBe(said);
      }
    });
});

const fits = (pattern: object, event: unknown) =>
  matches(compilePattern(JSON.stringify(pattern)), event);

describe('what a pattern means', () => {
  it('fields of one list match within one item of it', () => {
    const event = {
      list: [
        { a: 1, b: 'x' },
        { a: 2, b: 'y' },
      ],
      tags: [['p', 'q'], ['r']],
    };
    expect(fits({ list: { a: [1], b: ['x'] } }, event)).toBe(true);
    expect(fits({ list: { a: [1], b: ['y'] } }, event)).toBe(false);
    expect(fits({ tags: ['r'] }, event)).toBe(true);
  });

  it('a number is a number, whatever it looks like; a text is none', () => {
    expect(fits({ n: [301.8] }, JSON.parse('{"n":3.018e2}'))).toBe(true);
    expect(fits({ n: [5] }, { n: '5' })).toBe(false);
    expect(fits({ n: [{ numeric: ['>', 0, '<=', 5] }] }, { n: 5 })).toBe(true);
    expect(fits({ n: [{ numeric: ['<', 5] }] }, { n: 5 })).toBe(false);
    expect(fits({ n: [{ numeric: ['=', 5] }] }, { n: '5' })).toBe(false);
  });

  it('texts: beginning, end, case, wildcards', () => {
    expect(fits({ s: [{ prefix: { 'equals-ignore-case': 'HE' } }] }, { s: 'hello' })).toBe(true);
    expect(fits({ s: [{ suffix: { 'equals-ignore-case': '.PNG' } }] }, { s: 'a.png' })).toBe(true);
    expect(fits({ s: [{ wildcard: 'dir/*/a*.png' }] }, { s: 'dir/x/y/ab.png' })).toBe(true);
    expect(fits({ s: [{ wildcard: 'a\\*b' }] }, { s: 'a*b' })).toBe(true);
    expect(fits({ s: [{ wildcard: 'a\\*b' }] }, { s: 'axb' })).toBe(false);
    expect(fits({ s: [{ wildcard: '(a.b)*' }] }, { s: '(axb)' })).toBe(false);
  });

  it('addresses in a block, of either version', () => {
    expect(fits({ ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.0.255' })).toBe(true);
    expect(fits({ ip: [{ cidr: '10.0.0.0/24' }] }, { ip: '10.0.1.0' })).toBe(false);
    expect(fits({ ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:db8::1' })).toBe(true);
    expect(fits({ ip: [{ cidr: '10.0.0.0/24' }] }, { ip: 'ten' })).toBe(false);
  });

  it('what is absent, and what is anything but', () => {
    expect(fits({ a: [{ exists: false }] }, { b: 1 })).toBe(true);
    expect(fits({ a: [{ exists: true }] }, { a: null })).toBe(true);
    expect(fits({ a: [{ exists: false }] }, { a: { b: 1 } })).toBe(true);
    expect(fits({ a: [{ 'anything-but': ['x'] }] }, {})).toBe(false);
    expect(fits({ a: [{ 'anything-but': [1, 2] }] }, { a: 3 })).toBe(true);
    expect(fits({ a: [{ 'anything-but': { wildcard: '*x*' } }] }, { a: 'axb' })).toBe(false);
    expect(fits({ a: [{ 'anything-but': ['x'] }] }, { a: ['x', 'y'] })).toBe(true);
  });

  it('one of several ways', () => {
    const pattern = {
      source: ['s'],
      $or: [{ a: [1] }, { b: [2], c: [{ exists: true }] }],
    };
    expect(fits(pattern, { source: 's', a: 1 })).toBe(true);
    expect(fits(pattern, { source: 's', b: 2 })).toBe(false);
    expect(fits(pattern, { source: 's', b: 2, c: 0 })).toBe(true);
    expect(fits(pattern, { source: 't', a: 1 })).toBe(false);
  });
});

describe('what is no pattern', () => {
  it.each([
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"a": []}', 'Empty arrays are not allowed'],
    ['{"a": {"b": {}}}', 'Empty objects are not allowed'],
    ['{"a": [[1]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a": [{}]}', 'Match expression name not found'],
    ['{"a": [{"prefix": "x", "suffix": "y"}]}', 'Only one key allowed in match expression'],
    ['{"a": [{"numeric": 5}]}', 'Value of numeric must be an array.'],
    ['{"a": [{"numeric": ["=", 5, 6]}]}', 'Too many elements in numeric expression'],
    ['{"a": [{"numeric": [">", 6, "<", 5]}]}', 'Bottom must be less than top'],
    ['{"a": [{"numeric": ["<>", 6]}]}', 'Unrecognized numeric range operator: <>'],
    ['{"a": [{"exists": "yes"}]}', 'exists match pattern must be either true or false.'],
    [
      '{"a": [{"anything-but": ["x", 1]}]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    ['{"a": [{"anything-but": {"numeric": 1}}]}', 'Unsupported anything-but pattern: numeric'],
    ['{"a": [{"wildcard": "a**b"}]}', 'Consecutive wildcard characters at pos 2'],
    ['{"a": [{"wildcard": "a\\\\b"}]}', 'Invalid escape character at pos 2'],
    ['{"$or": [{"a": [1]}]}', 'There must have at least 2 Objects in $or relationship.'],
    ['{"$or": {"a": [1]}}', 'It must be an Array followed with $or.'],
    ['{"a": [1]', 'Unexpected end-of-input'],
  ])('%s', (source, reason) => {
    let refused: unknown;
    try {
      compilePattern(source);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(PatternError);
    expect((refused as PatternError).reason).toBe(reason);
  });

  it('tells the place behind a string that nobody read as behind its first mark', () => {
    expect(() => compilePattern('{"source":"aws.ec2"}')).toThrow('line: 1, column: 12]');
  });
});
