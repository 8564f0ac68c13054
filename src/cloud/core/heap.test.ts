import { expect, it } from 'vitest';
import { createHeap } from './heap.ts';
import { createSeededRandom } from './random.ts';

interface Item {
  readonly value: number;
  live: boolean;
}

it('gives what lives in order, whatever was added, taken and has died meanwhile', () => {
  const random = createSeededRandom(11);
  for (let round = 0; round < 50; round += 1) {
    const heap = createHeap<Item>(
      (one, other) => one.value < other.value,
      ({ live }) => live,
    );
    let living: Item[] = [];
    for (let step = 0; step < 400; step += 1) {
      const chance = random.fraction();
      if (chance < 0.5 || living.length === 0) {
        const item = { value: Math.floor(random.fraction() * 100), live: true };
        living.push(item);
        heap.add(item);
      } else if (chance < 0.8) {
        const least = Math.min(...living.map(({ value }) => value));
        const taken = heap.take();
        expect(taken?.value).toBe(least);
        living = living.filter((item) => item !== taken);
      } else {
        const [dying] = living.splice(Math.floor(random.fraction() * living.length), 1);
        if (dying === undefined) continue;
        dying.live = false;
        heap.forget();
      }
    }
    expect(heap.items()).toHaveLength(living.length);
    const rest = Array.from({ length: living.length }, () => heap.take()?.value);
    expect(rest).toEqual(living.map(({ value }) => value).sort((one, other) => one - other));
    expect(heap.take()).toBeUndefined();
  }
});
