import { expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';
import { createReminders } from './reminders.ts';

const bench = () => {
  const clock = createVirtualClock(0);
  const told: string[] = [];
  const reminders = createReminders(clock);
  const remind = (key: string, at: number) =>
    reminders.set(key, at, () => told.push(`${key}@${clock.now()}`));
  return { clock, reminders, remind, told };
};

it('come in order, the latest of a key alone', async () => {
  const { clock, reminders, remind, told } = bench();
  remind('b', 20);
  remind('a', 10);
  remind('b', 15);
  remind('c', 12);
  reminders.clear('c');
  await clock.advance(100);
  expect(told).toEqual(['a@10', 'b@15']);
});

it('that have passed come at once, and one can set the next', async () => {
  const { clock, reminders, remind, told } = bench();
  await clock.advance(50);
  remind('late', 10);
  const again = (at: number) =>
    reminders.set('again', at, () => {
      told.push(`again@${clock.now()}`);
      if (at < 80) again(at + 10);
    });
  again(60);
  await clock.advance(50);
  expect(told).toEqual(['late@50', 'again@60', 'again@70', 'again@80']);
});

it('hold one timer, and none when there is nothing to come', async () => {
  const { clock, reminders, remind } = bench();
  remind('a', 30);
  remind('b', 20);
  expect(clock.nextDue()).toBe(20);
  reminders.clear('b');
  expect(clock.nextDue()).toBe(30);
  reminders.stop();
  expect(clock.nextDue()).toBeUndefined();
});
