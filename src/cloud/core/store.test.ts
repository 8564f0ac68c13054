import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStore } from './store.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sparta-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a store with a folder', () => {
  it('holds after a commit what was set, and not what was deleted', () => {
    const store = createStore(dir);
    const table = store.table<{ readonly at: Date; readonly bytes: Uint8Array }>('t');
    table.set('a', { at: new Date(5), bytes: new Uint8Array([1, 2]) });
    table.set('b', { at: new Date(6), bytes: new Uint8Array() });
    store.commit();
    table.delete('b');
    store.commit();
    store.close();
    const again = createStore(dir).table<{ readonly at: Date; readonly bytes: Uint8Array }>('t');
    expect([...again.keys()]).toEqual(['a']);
    expect(again.get('a')).toEqual({ at: new Date(5), bytes: new Uint8Array([1, 2]) });
  });

  it('forgets what was not committed', () => {
    const store = createStore(dir);
    store.table<number>('t').set('a', 1);
    store.close();
    expect(createStore(dir).table('t').size).toBe(0);
  });

  it('loses nothing that was acknowledged when it is killed', async () => {
    const storeModule = fileURLToPath(new URL('./store.ts', import.meta.url));
    const script = `
      const { createStore } = await import(${JSON.stringify(storeModule)});
      const store = createStore(${JSON.stringify(dir)});
      for (let i = 0; ; i += 1) {
        store.table('t').set(String(i), { i });
        store.commit();
        // Waits for its reader: what a full pipe keeps back would never be sent otherwise.
        await new Promise((written) => process.stdout.write(i + '\\n', written));
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (piece: Buffer) => {
        printed += piece.toString();
        if (printed.split('\n').length > 200) child.kill('SIGKILL');
      });
      child.on('close', () => resolve());
    });
    const acknowledged = printed.slice(0, printed.lastIndexOf('\n')).split('\n').length;
    const table = createStore(dir).table<{ readonly i: number }>('t');
    expect(acknowledged).toBeGreaterThan(100);
    for (let i = 0; i < acknowledged; i += 1) expect(table.get(String(i))).toEqual({ i });
  });

  it('tries again what a full disk refused', () => {
    const store = createStore(dir);
    const table = store.table<unknown>('t');
    // What cannot be serialised fails as a write does.
    table.set('bad', () => {});
    expect(() => store.commit()).toThrow();
    table.set('bad', 'mended');
    store.commit();
    store.close();
    expect(createStore(dir).table('t').get('bad')).toBe('mended');
  });

  it('says nothing on standard error', () => {
    const storeModule = fileURLToPath(new URL('./store.ts', import.meta.url));
    const script = `const { createStore } = await import(${JSON.stringify(storeModule)}); createStore(${JSON.stringify(dir)}).close();`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', `${script}`], {
      stdio: 'pipe',
      encoding: 'utf8',
    });
    expect(output).toBe('');
  });
});
