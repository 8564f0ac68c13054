import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { SCRATCH } from '../processes.ts';
import type { Flow } from './cli.ts';
import { dropRole, eventually, role, same } from './cli.ts';

const CODE = `export const handler = async ({ Records }) => {
  for (const { body } of Records) console.log('seen', body);
};`;

/** What feeds functions. */
export const mappingFlows: readonly Flow[] = [
  [
    'lambda: a queue that feeds a function, filtered, pages',
    async (aws) => {
      const archive = join(SCRATCH, 'fed.zip');
      writeFileSync(archive, zipSync({ 'index.mjs': new TextEncoder().encode(CODE) }));
      const fed = { 'function-name': 'cli-fed' };
      const trusted = await role(aws, 'cli-fed', 'lambda.amazonaws.com', ['logs:*', 'sqs:*']);
      await aws('lambda create-function', {
        ...fed,
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        role: trusted,
        'zip-file': `fileb://${archive}`,
      });
      await aws('lambda wait function-active-v2', fed);
      const url = await aws('sqs create-queue', { 'queue-name': 'cli-fed', query: 'QueueUrl' });
      const queue = { 'queue-url': String(url) };
      const source = 'arn:aws:sqs:us-east-1:000000000000:cli-fed';
      const Pattern = JSON.stringify({ body: { wanted: [true] } });
      const uuid = await aws('lambda create-event-source-mapping', {
        ...fed,
        'event-source-arn': source,
        'batch-size': 5,
        'filter-criteria': { Filters: [{ Pattern }] },
        query: 'UUID',
      });
      const mapping = { uuid: String(uuid) };
      const state = async (expected: string) =>
        void (await eventually(
          () => aws('lambda get-event-source-mapping', { ...mapping, query: 'State' }),
          (seen) => seen === expected,
        ));
      await state('Enabled');
      for (const wanted of [false, true])
        await aws('sqs send-message', { ...queue, 'message-body': JSON.stringify({ wanted }) });
      const seen = await eventually(
        () =>
          aws('logs filter-log-events', {
            'log-group-name': '/aws/lambda/cli-fed',
            'filter-pattern': 'seen',
            query: 'events[].message',
          }).catch(() => []),
        (lines) => Array.isArray(lines) && lines.length > 0,
      );
      same(JSON.stringify(seen).includes('false'), false);
      await aws('lambda update-event-source-mapping', { ...mapping, 'no-enabled': true });
      await state('Disabled');
      const listed = await aws('lambda list-event-source-mappings', {
        ...fed,
        'page-size': 1,
        query: 'EventSourceMappings[].[UUID, EventSourceArn]',
      });
      same(listed, [[uuid, source]]);
      await aws.refused('ResourceConflictException', 'lambda create-event-source-mapping', {
        ...fed,
        'event-source-arn': source,
      });
      await aws.refused('ResourceNotFoundException', 'lambda get-event-source-mapping', {
        uuid: '00000000-0000-0000-0000-000000000000',
      });
      await aws('lambda delete-event-source-mapping', mapping);
      await eventually(
        () => aws('lambda list-event-source-mappings', { ...fed, query: 'EventSourceMappings' }),
        (left) => Array.isArray(left) && left.length === 0,
      );
      await aws('lambda delete-function', fed);
      await aws('sqs delete-queue', queue);
      await dropRole(aws, 'cli-fed');
    },
  ],
];
