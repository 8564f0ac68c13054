import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceContext } from '../core/define-service.ts';
import { unpackArchive } from './environment/archive.ts';
import type { FunctionVersion, LambdaState } from './state.ts';

/** Where the code of a version lies unpacked; versions with the same code share it. */
export const unpackedCode = async (
  context: Pick<ServiceContext<LambdaState>, 'scratchDir' | 'blobs'>,
  version: Pick<FunctionVersion, 'code' | 'codeSha256'>,
): Promise<string> => {
  const parent = join(context.scratchDir(), 'code');
  const folder = join(parent, Buffer.from(version.codeSha256, 'base64').toString('hex'));
  if (existsSync(folder)) return folder;
  mkdirSync(parent, { recursive: true });
  const archive = await context.blobs.bytes(version.code);
  // Of two functions with one archive that are made at once, the other may have unpacked it meanwhile.
  if (!existsSync(folder)) unpackArchive(archive, folder);
  return folder;
};
