import { afterEach, expect, it } from 'vitest';
import { createAgenda } from './agenda.ts';
import { createBlobStore } from './blobs.ts';
import { createSeededRandom } from './random.ts';
import { createStore } from './store.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

it('a forked store goes its own way', () => {
  const store = createStore();
  const names = store.table<string>('names');
  names.set('a', 'Anna');
  const fork = store.fork();
  names.set('b', 'Berta');
  fork.table<string>('names').set('a', 'Alma');
  fork.table<string>('more').set('x', 'y');
  expect([...names.entries()]).toEqual([
    ['a', 'Anna'],
    ['b', 'Berta'],
  ]);
  expect([...fork.table<string>('names').entries()]).toEqual([['a', 'Alma']]);
  expect(fork.tableNames()).toEqual(['names', 'more']);
  expect(store.tableNames()).toEqual(['names']);
  expect([...fork.fork().table<string>('names').values()]).toEqual(['Alma']);
});

it('forked blobs are kept as long as anybody holds them, large ones in files too', async () => {
  const blobs = createBlobStore(createSeededRandom(1));
  const small = await blobs.put(Buffer.from('small'));
  const large = await blobs.put(Buffer.alloc(2 * 1024 * 1024, 'x'));
  const fork = blobs.fork();
  open.push(fork);
  await blobs.delete(small);
  await blobs.delete(large);
  expect(Buffer.from(await fork.bytes(small)).toString()).toBe('small');
  expect((await fork.bytes(large)).byteLength).toBe(2 * 1024 * 1024);
  await expect(blobs.bytes(small)).rejects.toThrow();
  const own = await fork.put(Buffer.alloc(2 * 1024 * 1024, 'y'));
  const grandchild = fork.fork();
  open.push(grandchild);
  blobs.close();
  await fork.delete(own);
  expect((await grandchild.bytes(own))[0]).toBe('y'.charCodeAt(0));
  await grandchild.delete(own);
  await expect(grandchild.bytes(own)).rejects.toThrow();
});

it('an agenda does what is soonest first, and what was called off never', () => {
  const random = createSeededRandom(7);
  for (let round = 0; round < 50; round += 1) {
    const agenda = createAgenda();
    const expected: { at: number; name: number }[] = [];
    const entries = Array.from({ length: 200 }, (_, name) => {
      const at = Math.floor(random.fraction() * 40);
      return { name, at, entry: agenda.add(at, () => ran.push(name)) };
    });
    const ran: number[] = [];
    for (const { name, at, entry } of entries)
      if (random.fraction() < 0.6) {
        entry.cancel();
        entry.cancel();
      } else expected.push({ at, name });
    for (let first = agenda.first(); first !== undefined; first = agenda.first()) {
      agenda.drop();
      first.task();
    }
    expect(ran).toEqual(
      expected.sort((a, b) => a.at - b.at || a.name - b.name).map(({ name }) => name),
    );
  }
});
