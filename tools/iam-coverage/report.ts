import type { Cloud } from '../../src/cloud/core/cloud.ts';
import { createCloud, developer } from '../../src/cloud/core/cloud.ts';
import { createSeededRandom } from '../../src/cloud/core/random.ts';
import { SERVICES } from '../../src/cloud/registry.ts';
import type { OperationNeeds } from './sample-needs.ts';
import { SAMPLE_KEY_ID, sampleNeeds } from './sample-needs.ts';

/** Operations that know what they need only when they have looked, and why. They authorise while they run. */
export const LATE: Readonly<Record<string, string>> = {
  'sts GetCallerIdentity': 'needs no permission, as on AWS',
  'sts GetSessionToken': 'needs no permission, as on AWS',
  'kms RetireGrant': 'the grant itself names who may retire it',
  's3 DeleteObjects': 'each key is authorised by itself, so that some can be denied',
};

const line = (service: string, needs: OperationNeeds): string => {
  const late = LATE[`${service} ${needs.operation}`];
  const cell = (values: readonly string[]) => values.map((value) => `\`${value}\``).join('<br>');
  return needs.actions.length === 0
    ? `| ${needs.operation} | ${late ?? 'stated for the request as it comes'} | | |`
    : `| ${needs.operation} | ${cell(needs.actions)} | ${cell(needs.resources)} | ${cell(needs.keys)} |`;
};

/** A cloud with what has to be there before a request about it can be judged. */
export const createSampleCloud = async (): Promise<Cloud> => {
  const random = { ...createSeededRandom(1), uuid: () => SAMPLE_KEY_ID };
  const cloud = createCloud({ services: SERVICES, random });
  const call = (operation: string, input: object) =>
    cloud.dispatch({
      service: 'kms',
      operation,
      input,
      principal: developer(cloud),
      accountId: cloud.accountId,
      region: cloud.region,
      requestId: 'sample',
    });
  await call('CreateKey', {});
  await call('CreateAlias', { AliasName: 'alias/NAME', TargetKeyId: SAMPLE_KEY_ID });
  return cloud;
};

/** The text of docs/iam-coverage.md. */
export const coverageReport = (cloud: Cloud): string => {
  const sections = [...cloud.services.values()]
    .sort((one, other) => (one.id < other.id ? -1 : 1))
    .map((service) => {
      const rows = sampleNeeds(cloud, service).map((needs) => line(service.id, needs));
      return `## ${service.id}\n\n| operation | actions | resources | condition keys |\n|---|---|---|---|\n${rows.join('\n')}\n`;
    });
  return [
    '# What IAM enforces in the embedded cloud\n',
    'Generated from the services themselves by `node tools/iam-coverage/write.ts`; a test holds it. Every operation states the actions and resources',
    'that it needs, after [AWS’s service authorisation reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html), before',
    'it runs; a call whose needs are unknown is refused. The global condition keys (`aws:PrincipalArn`, `aws:SourceIp`, `aws:RequestedRegion`, …)',
    'count everywhere. Not enforced: keys of a service that stand in no row, and operations that the cloud does not have.',
    'In braces stand values of the request.\n',
    ...sections,
  ]
    .join('\n')
    .replaceAll(SAMPLE_KEY_ID, 'KEY-ID');
};
