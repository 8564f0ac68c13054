import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipFiles } from './index.ts';
import { assembleZip, packEntries, readPackedEntries } from './zip.ts';

const text = (length: number): Buffer =>
  Buffer.from('deterministic '.repeat(length).slice(0, length));

const FILES = [
  { path: 'z.txt', bytes: text(5000) },
  { path: 'index.mjs', bytes: text(10) },
  { path: 'node_modules/é/ü.node', bytes: Buffer.from([0, 1, 2, 250]), mode: 0o755 },
  { path: 'empty', bytes: Buffer.alloc(0) },
  { path: 'a/b.txt', bytes: text(1024) },
];

describe('a zip archive', () => {
  it('holds what was put in, sorted by path', async () => {
    const unpacked = unzipSync(await zipFiles(FILES));
    expect(Object.keys(unpacked)).toEqual([
      'a/b.txt',
      'empty',
      'index.mjs',
      'node_modules/é/ü.node',
      'z.txt',
    ]);
    for (const { path, bytes } of FILES) expect(Buffer.from(unpacked[path] ?? [])).toEqual(bytes);
  });

  it('is the same whatever the order of the files, and this very one', async () => {
    const forwards = await zipFiles(FILES);
    expect(await zipFiles([...FILES].reverse())).toEqual(forwards);
    const hash = process
      .getBuiltinModule('node:crypto')
      .createHash('sha256')
      .update(forwards)
      .digest('hex');
    // Written down: another Node, another processor, another year must come to the same.
    expect(hash).toBe('925e1153d23129c5eea0751ba07a5e67ebcb2b8e92314ab6ed0791f8135fcd73');
  });

  it('is readable by a program that no one here wrote, with modes and the date', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sparta-zip-'));
    try {
      writeFileSync(join(dir, 'x.zip'), await zipFiles(FILES));
      const script = `import zipfile, json
z = zipfile.ZipFile('x.zip'); assert z.testzip() is None
print(json.dumps([[i.filename, i.file_size, oct(i.external_attr >> 16), list(i.date_time), i.create_system] for i in z.infolist()]))`;
      const listed: unknown = JSON.parse(
        execFileSync('python3', ['-c', script], { cwd: dir, encoding: 'utf8' }),
      );
      const date = [1980, 1, 1, 0, 0, 0];
      expect(listed).toEqual([
        ['a/b.txt', 1024, '0o100644', date, 3],
        ['empty', 0, '0o100644', date, 3],
        ['index.mjs', 10, '0o100644', date, 3],
        ['node_modules/é/ü.node', 4, '0o100755', date, 3],
        ['z.txt', 5000, '0o100644', date, 3],
      ]);
      expect(statSync(join(dir, 'x.zip')).size).toBeLessThan(2000);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('gives its packed entries to the next one', async () => {
    const first = await zipFiles(FILES);
    const known = readPackedEntries(first);
    const again = await packEntries(FILES, known);
    expect(again.find(({ path }) => path === 'z.txt')?.packed.buffer).toBe(first.buffer);
    expect(assembleZip(again)).toEqual(first);
    const changed = FILES.map((file) =>
      file.path === 'z.txt' ? { ...file, bytes: text(4999) } : file,
    );
    const unpacked = unzipSync(assembleZip(await packEntries(changed, known)));
    expect(unpacked['z.txt']?.byteLength).toBe(4999);
  });

  it('that is cut or none at all has no entries', async () => {
    const whole = await zipFiles(FILES);
    expect(readPackedEntries(whole).size).toBe(5);
    expect(readPackedEntries(whole.subarray(0, -1)).size).toBe(0);
    expect(readPackedEntries(whole.subarray(100)).size).toBe(0);
    expect(readPackedEntries(Buffer.from('not a zip file, and long enough to be one')).size).toBe(
      0,
    );
    expect(readPackedEntries(Buffer.alloc(0)).size).toBe(0);
  });
});
