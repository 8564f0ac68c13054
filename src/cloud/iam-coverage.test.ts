import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { coverageReport, createSampleCloud, LATE } from '../../tools/iam-coverage/report.ts';
import { sampleNeeds } from '../../tools/iam-coverage/sample-needs.ts';

it('every operation states what it needs, or why it cannot before it runs', async () => {
  const cloud = await createSampleCloud();
  const silent: string[] = [];
  for (const service of cloud.services.values())
    for (const { operation, actions } of sampleNeeds(cloud, service)) {
      if (actions.length === 0) silent.push(`${service.id} ${operation}`);
      for (const action of actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Za-z]+$/);
    }
  expect(silent.sort()).toEqual(Object.keys(LATE).sort());
  await cloud.stop();
});

it('docs/iam-coverage.md says what the services state; node tools/iam-coverage/write.ts writes it', async () => {
  const cloud = await createSampleCloud();
  const written = readFileSync(join(import.meta.dirname, '../../docs/iam-coverage.md'), 'utf8');
  expect(written).toBe(coverageReport(cloud));
  await cloud.stop();
});
