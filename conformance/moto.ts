import { join } from 'node:path';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { ROOT, run } from './processes.ts';

const PROGRAM = join(ROOT, 'examples', 'hello-world', 'app.ts');

/** Our provisioner against moto's server: a CloudFormation that we did not write. */
export const motoChecks = (endpoint: string): readonly Check[] => {
  const app = (...args: readonly string[]) =>
    run(process.execPath, [PROGRAM, ...args], { AWS_ENDPOINT_URL: endpoint, NO_COLOR: '1' });
  return [
    {
      name: 'provision',
      run: async () => expect((await app('provision')).includes('created'), 'not created'),
    },
    {
      name: 'status',
      run: async () => expect((await app('status')).includes('CREATE_COMPLETE'), 'not complete'),
    },
    {
      name: 'provision without a change',
      run: async () =>
        expect((await app('provision')).includes('no change'), 'it changed something'),
    },
    { name: 'delete', run: async () => void (await app('delete')) },
  ];
};
