import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { FIXTURES, run, VENV } from './processes.ts';

const FLOWS = join(FIXTURES, 'boto3');

/** What a flow prints when all that it asserts held. */
const DONE = 'as AWS does';

/** boto3, a flow for each service: made, used, paged, refused, deleted. */
export const boto3Checks = (endpoint: string): readonly Check[] =>
  readdirSync(FLOWS)
    .filter((file) => file.endsWith('.py') && file !== 'common.py')
    .toSorted()
    .map((file) => ({
      name: basename(file, '.py'),
      run: async () => {
        const text = await run(join(VENV, 'python'), [join(FLOWS, file)], {
          AWS_ENDPOINT_URL: endpoint,
          PYTHONDONTWRITEBYTECODE: '1',
        });
        expect(text.trim() === DONE, text);
      },
    }));
