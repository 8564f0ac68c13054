// Writes docs/iam-coverage.md. Run: node tools/iam-coverage/write.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { coverageReport, createSampleCloud } from './report.ts';

mkdirSync('docs', { recursive: true });
const cloud = await createSampleCloud();
writeFileSync('docs/iam-coverage.md', coverageReport(cloud));
await cloud.stop();
