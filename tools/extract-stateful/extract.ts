// Takes from AWS's service specification which resource types are stateful and writes them as src/spec/stateful-types.gen.ts.
// The specification has them from cfn-lint, which AWS keeps: src/cfnlint/data/AdditionalSpecs/StatefulResources.json.
// Run: node tools/extract-stateful/extract.ts
import { writeFileSync } from 'node:fs';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

const db = await loadAwsServiceSpec();

const types = [...db.all('resource')]
  .filter(({ isStateful }) => isStateful === true)
  .map(({ cloudFormationType }) => cloudFormationType)
  // A nested stack holds what its resources hold, and those are looked at one by one.
  .filter((type) => type !== 'AWS::CloudFormation::Stack')
  .sort();

const text = `// Written by tools/extract-stateful/extract.ts from AWS's service specification. Do not edit.

/** Types that AWS calls stateful. */
export const STATEFUL_TYPES: readonly string[] = [
${types.map((type) => `  '${type}',`).join('\n')}
];
`;
writeFileSync(new URL('../../src/spec/stateful-types.gen.ts', import.meta.url), text);
