import { relative } from 'node:path';
import type { Synthesis } from '../synth/index.ts';

/** Says where the program declares a resource: `app.ts:12`. */
export const placesOf =
  ({ declaredAt }: Pick<Synthesis, 'declaredAt'>) =>
  (logicalId: string): string | undefined => {
    const at = declaredAt(logicalId);
    return at === undefined ? undefined : `${relative('', at.file)}:${at.line}`;
  };
