import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readArchive, unpackArchive } from './environment/archive.ts';

const folder = () => {
  const root = mkdtempSync(join(tmpdir(), 'sparta-archive-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return join(root, 'code');
};

const unix = (text: string, mode: number): [Uint8Array, { os: number; attrs: number }] => [
  strToU8(text),
  { os: 3, attrs: (mode << 16) >>> 0 },
];

const CANNOT = 'Could not unzip uploaded file. Please check your file, then try to upload again.';

describe('an archive', () => {
  it('is unpacked with its folders, modes and links, read-only', () => {
    const target = folder();
    unpackArchive(
      zipSync({
        'a/b/index.mjs': unix('export {}', 0o100_644),
        bootstrap: unix('#!/bin/sh', 0o100_755),
        'link.mjs': unix('a/b/index.mjs', 0o120_777),
        'stored.txt': [strToU8('as it is'), { level: 0 }],
      }),
      target,
    );
    expect(readFileSync(join(target, 'link.mjs'), 'utf8')).toBe('export {}');
    expect(readlinkSync(join(target, 'link.mjs'))).toBe('a/b/index.mjs');
    expect(statSync(join(target, 'bootstrap')).mode & 0o777).toBe(0o555);
    expect(statSync(join(target, 'stored.txt')).mode & 0o777).toBe(0o444);
  });

  it.each([
    ['../outside', {}],
    ['/absolute', {}],
    ['a/../../outside', {}],
    ['back\\slash', {}],
  ])('does not lead out of its folder: %s', (path) => {
    const target = folder();
    expect(() => unpackArchive(zipSync({ [path]: strToU8('x') }), target)).toThrow(CANNOT);
    expect(existsSync(target)).toBe(false);
  });

  it.each(['/etc/passwd', '../../outside'])('has no link to the outside: %s', (to) => {
    const target = folder();
    expect(() => unpackArchive(zipSync({ link: unix(to, 0o120_777) }), target)).toThrow(CANNOT);
    expect(existsSync(target)).toBe(false);
  });

  it('is refused when it unpacks to more than 250 MB, whatever it says', () => {
    const zip = Buffer.from(zipSync({ big: strToU8('x') }));
    const central = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    const honest = Buffer.from(zip);
    honest.writeUInt32LE(300_000_000, central + 24);
    expect(() => readArchive(honest)).toThrow('Unzipped size must be smaller than 262144000 bytes');
    // One that unpacks to more than it admits.
    const packed = deflateRawSync(Buffer.alloc(1_000_000));
    const local = Buffer.concat([zip.subarray(0, 30 + 3), packed]);
    local.writeUInt16LE(8, 8);
    const directory = Buffer.from(zip.subarray(central));
    directory.writeUInt16LE(8, 10);
    directory.writeUInt32LE(packed.length, 20);
    directory.writeUInt32LE(10, 24);
    const end = directory.indexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    directory.writeUInt32LE(local.length, end + 16);
    const bomb = Buffer.concat([local, directory]);
    expect(() => readArchive(bomb)[0]?.content()).toThrow(CANNOT);
  });

  it('is refused when it is cut, empty, or something else', () => {
    const zip = zipSync({ a: strToU8('hello hello hello hello') });
    expect(() => readArchive(new Uint8Array(0))).toThrow(CANNOT);
    expect(() => readArchive(strToU8('no archive'))).toThrow(CANNOT);
    expect(() => readArchive(zip.subarray(0, zip.length - 5))).toThrow(CANNOT);
    expect(() => readArchive(zip.subarray(10))[0]?.content()).toThrow(CANNOT);
    expect(() => readArchive(zipSync({}))).toThrow('Uploaded file must be a non-empty zip');
  });
});
