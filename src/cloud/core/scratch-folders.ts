import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders for services' own files. */
export interface ScratchFolders {
  /** The folder of a service; made when it is first wanted. */
  of(service: string): string;
  /** Takes away what was made for this run alone. */
  remove(): void;
}

/** @param stateDir - Where the folders are kept with the state; without it they go with the cloud. */
export const createScratchFolders = (stateDir: string | undefined): ScratchFolders => {
  let root: string | undefined;
  return {
    of: (service) => {
      root ??=
        stateDir === undefined
          ? mkdtempSync(join(tmpdir(), 'sparta-cloud-'))
          : join(stateDir, 'scratch');
      const dir = join(root, service);
      mkdirSync(dir, { recursive: true });
      return dir;
    },
    remove: () => {
      if (root !== undefined && stateDir === undefined)
        rmSync(root, { recursive: true, force: true });
    },
  };
};
