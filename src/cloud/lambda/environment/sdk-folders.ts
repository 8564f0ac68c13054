import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modulesAbove } from './environment-variables.ts';

let known: readonly string[] | undefined;

/**
 * Folders with the AWS SDK that functions may import without bringing it, as AWS's runtimes carry it: Sparta's own.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
 */
export const sdkFolders = (): readonly string[] => {
  known ??= modulesAbove(dirname(fileURLToPath(import.meta.url))).filter((folder) =>
    existsSync(`${folder}/@aws-sdk`),
  );
  return known;
};
