import { expect, it } from 'vitest';
import { memoize } from './memoize.ts';

const counted = () => {
  const calls: string[] = [];
  const lengthOf = memoize((text) => {
    calls.push(text.slice(0, 10));
    return text.length;
  }, 2);
  return { calls, lengthOf };
};

it('works a text out once', () => {
  const { calls, lengthOf } = counted();
  expect([lengthOf('one'), lengthOf('three'), lengthOf('one')]).toEqual([3, 5, 3]);
  expect(calls).toEqual(['one', 'three']);
});

it('holds no more than it may, and no long text', () => {
  const { calls, lengthOf } = counted();
  for (const text of ['a', 'b', 'c', 'a']) lengthOf(text);
  expect(calls).toEqual(['a', 'b', 'c', 'a']);
  const long = 'x'.repeat(5_000);
  expect([lengthOf(long), lengthOf(long)]).toEqual([5_000, 5_000]);
  expect(calls).toHaveLength(6);
});

it('throws what the work throws, each time', () => {
  const failing = memoize((text): string => {
    throw new RangeError(text);
  });
  expect(() => failing('no')).toThrow('no');
  expect(() => failing('no')).toThrow('no');
});
