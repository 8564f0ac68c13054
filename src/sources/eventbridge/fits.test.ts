import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePattern, matches } from '../../cloud/patterns/index.ts';
import { bucket } from '../../index.ts';
import { fits } from './fits.ts';

const RECORDED = new URL('../../../test/recordings/event-patterns/', import.meta.url);

/** JSON5 as the recordings use it: comments and commas at the end. */
const readJson5 = (text: string): { readonly Event: unknown; readonly EventPattern: unknown } =>
  JSON.parse(
    text.replace(
      /("(?:[^"\\]|\\.)*")|\/\/[^\n]*|,(?=\s*[}\]])/g,
      (_, string?: string) => string ?? '',
    ),
  ) as { readonly Event: unknown; readonly EventPattern: unknown };

/** Names with points in them: EventBridge takes `{ "a.b": … }` for `{ "a": { "b": … } }`. No source of a function is told by that. */
const DOTTED = /^dot_joining/;

describe('an event fits as AWS has it', () => {
  const names = readdirSync(RECORDED).filter(
    (name) => name.endsWith('.json5') && !name.includes('_EXC') && !DOTTED.test(name),
  );
  expect(names.length).toBeGreaterThanOrEqual(25);
  it.each(names)('%s', (name) => {
    const { Event, EventPattern } = readJson5(readFileSync(new URL(name, RECORDED), 'utf8'));
    expect(fits(EventPattern, Event)).toBe(!name.includes('_NEG'));
  });
});

describe('it fits as the cloud has it', () => {
  const EVENTS = [
    { a: 'abc', n: 5, list: ['x', 'y'], inner: { deep: null }, yes: true },
    { a: 'ABC', n: -1, list: [], inner: { deep: 'z' }, yes: false },
    { a: ['abc', 'b'], n: 0, objects: [{ k: 1 }, { k: 2 }] },
    {},
  ];
  const PATTERNS = [
    { a: ['abc'] },
    { a: [{ prefix: 'a' }] },
    { a: [{ prefix: { 'equals-ignore-case': 'AB' } }] },
    { a: [{ suffix: 'c' }] },
    { a: [{ suffix: { 'equals-ignore-case': 'bC' } }] },
    { a: [{ 'equals-ignore-case': 'aBc' }] },
    { a: [{ wildcard: 'a*c' }] },
    { a: [{ wildcard: '*.c' }] },
    { a: [{ 'anything-but': 'abc' }] },
    { a: [{ 'anything-but': ['abc', 'ABC'] }] },
    { a: [{ 'anything-but': { prefix: 'a' } }] },
    { a: [{ 'anything-but': { suffix: ['c', 'C'] } }] },
    { a: [{ 'anything-but': { wildcard: '*b*' } }] },
    { a: [{ 'anything-but': { 'equals-ignore-case': 'abc' } }] },
    { a: [{ exists: false }] },
    { a: [{ exists: true }, 'other'] },
    { n: [{ numeric: ['>', 0] }] },
    { n: [{ numeric: ['>=', 0, '<', 5] }] },
    { n: [{ numeric: ['=', 5] }] },
    { n: [{ 'anything-but': 5 }] },
    { list: ['y'] },
    { list: [{ exists: false }] },
    { inner: { deep: [null] } },
    { inner: { deep: [{ exists: false }] } },
    { yes: [true] },
    { objects: { k: [2] } },
    { $or: [{ a: ['ABC'] }, { n: [0] }] },
    { yes: [false], $or: [{ n: [{ numeric: ['<', 0] }] }, { list: ['x'] }] },
  ];
  it.each(PATTERNS.map((pattern) => [pattern]))('%j', (pattern) => {
    const compiled = compilePattern(JSON.stringify(pattern));
    for (const event of EVENTS)
      expect([event, fits(pattern, event)]).toEqual([event, matches(compiled, event)]);
  });
});

it('takes for granted what CloudFormation fills in', () => {
  const pattern = { bucket: [bucket('Photos').bucketName], kind: ['put'] };
  expect(fits(pattern, { bucket: 'album-photos-a1', kind: 'put' })).toBe(true);
  expect(fits(pattern, { bucket: 'album-photos-a1', kind: 'get' })).toBe(false);
});
