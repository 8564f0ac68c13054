import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LambdaBench } from './lambda.fixture.ts';
import { startLambdaBench } from './lambda.fixture.ts';

let bench: LambdaBench;
beforeAll(async () => {
  bench = await startLambdaBench();
});
afterAll(() => bench.stop());

describe('an invocation', () => {
  it('answers what the handler returns', async () => {
    await bench.create('echo', {
      'index.mjs': 'export const handler = async (event) => ({ got: event });',
    });
    const answer = await bench.invoke('echo', { a: 1 });
    expect(answer).toMatchObject({ payload: { got: { a: 1 } }, status: 200, version: '$LATEST' });
    expect(answer.log).toMatch(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST\nEND RequestId/);
  });
});
