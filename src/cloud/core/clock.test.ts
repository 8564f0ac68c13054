import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';

describe('a virtual clock', () => {
  it('stands still, and runs timers in order of their time when it is moved', async () => {
    const clock = createVirtualClock(1_000);
    const ran: string[] = [];
    clock.after(20, () => ran.push(`b@${clock.now()}`));
    clock.after(10, () => {
      ran.push(`a@${clock.now()}`);
      clock.after(5, () => ran.push(`c@${clock.now()}`));
    });
    clock.after(500, () => ran.push('never'));
    expect(clock.nextDue()).toBe(1_010);
    await clock.advance(100);
    expect(ran).toEqual(['a@1010', 'c@1015', 'b@1020']);
    expect(clock.now()).toBe(1_100);
  });

  it('calls off a timer', async () => {
    const clock = createVirtualClock();
    let ran = false;
    clock
      .after(1, () => {
        ran = true;
      })
      .cancel();
    await clock.advance(10);
    expect(ran).toBe(false);
  });

  it('wakes a sleeper when its signal aborts', async () => {
    const clock = createVirtualClock();
    const abort = new AbortController();
    const asleep = clock.sleep(1_000_000, abort.signal);
    abort.abort();
    await asleep;
    expect(clock.nextDue()).toBeUndefined();
  });
});
