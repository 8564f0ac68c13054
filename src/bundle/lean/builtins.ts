import type { Trim } from './trim.ts';

const PROMISES = 'import { readFile as fsReadFile } from "node:fs/promises";';
const ZLIB = 'import * as zlib from "node:zlib";';

/** The reader of configuration files, which loads `node:fs/promises` (1.3 ms) only to read one. */
export const files: Trim = {
  name: 'sdk-files',
  filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]shared-ini-file-loader[\\/]readFile\.js$/,
  lean: (source) =>
    source.includes(PROMISES)
      ? source.replace(
          PROMISES,
          'const fsReadFile = (...values) => process.getBuiltinModule("node:fs/promises").readFile(...values);',
        )
      : undefined,
};

/** CRC-32, which loads `node:zlib` (0.8 ms) only to sum. Every Node with `getBuiltinModule` has `zlib.crc32`. */
export const crc32: Trim = {
  name: 'sdk-crc32',
  filter: /[\\/]@smithy[\\/]core[\\/].*[\\/]crc32[\\/]Crc32Node\.js$/,
  lean: (source) =>
    source.includes(ZLIB)
      ? source.replace(
          ZLIB,
          'const zlib = { crc32: (data, value) => process.getBuiltinModule("node:zlib").crc32(data, value) };',
        )
      : undefined,
};
