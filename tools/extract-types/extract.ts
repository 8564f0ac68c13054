// Takes from AWS's published resource schemas what the CloudFormation engine must know of every type, and writes one
// line of JSON each: models/cloudformation-types.ndjson. Run: node tools/extract-types/extract.ts
import { writeFileSync } from 'node:fs';
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';

const db = await loadAwsServiceSpec();

/** Whether a change of the property replaces the resource: 1 always, 2 perhaps, 0 never. */
const replaces = (value: unknown): 0 | 1 | 2 => (value === 'yes' ? 1 : value === 'maybe' ? 2 : 0);

const lines = [...db.all('resource')]
  .sort((a, b) => (a.cloudFormationType < b.cloudFormationType ? -1 : 1))
  .map((resource) => {
    const properties = Object.fromEntries(
      Object.entries(resource.properties)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, property]) => [name, [property.required === true ? 1 : 0, replaces(property.causesReplacement)]]),
    );
    return JSON.stringify({
      type: resource.cloudFormationType,
      properties,
      attributes: Object.keys(resource.attributes).sort(),
      identifier: resource.primaryIdentifier ?? [],
      tags: resource.tagInformation?.tagPropertyName,
    });
  });
writeFileSync(new URL('../../models/cloudformation-types.ndjson', import.meta.url), `${lines.join('\n')}\n`);
process.stdout.write(`${lines.length} resource types\n`);
