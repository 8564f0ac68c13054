import type { Plugin } from 'esbuild';
import { crc32, files } from './builtins.ts';
import { config } from './config.ts';
import { credentials } from './credentials.ts';
import { eventStreams } from './event-streams.ts';
import { http } from './http.ts';
import { https } from './https.ts';
import { schemas } from './schemas.ts';
import { checksumStream, streamingPayload, streamTypes } from './streams.ts';
import type { Trim } from './trim.ts';
import { userAgent } from './user-agent.ts';

/** Every trim, in no particular order: no two concern the same file. */
export const TRIMS: readonly Trim[] = [
  checksumStream,
  config,
  crc32,
  credentials,
  eventStreams,
  files,
  http,
  https,
  schemas,
  streamingPayload,
  streamTypes,
  userAgent,
];

/** Bundles the AWS SDK without what a Lambda function never uses, and tells `onTrim` what was left out. */
export const leanSdkPlugin = (onTrim: (name: string) => void): Plugin => ({
  name: 'sparta-lean-sdk',
  setup(build) {
    const fs = process.getBuiltinModule('node:fs');
    for (const { name, filter, lean } of TRIMS) {
      build.onLoad({ filter }, ({ path }) => {
        const contents = lean(fs.readFileSync(path, 'utf8'));
        if (contents === undefined) return null;
        onTrim(name);
        return { contents, loader: 'js' };
      });
    }
  },
});
