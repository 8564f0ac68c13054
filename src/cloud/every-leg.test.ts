import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

// What the cloud does by itself it does as somebody: as a service, or under a role that a service takes. Each file that makes
// such a principal stands here, with the test that sees what it does denied. So a new leg without one does not pass.

/** A test: its file, and how its name begins. */
type Test = readonly [file: string, name: string];

/** What no policy of an account decides, on AWS either, and why. */
interface OnItsOwn {
  readonly because: string;
}

const DELIVERIES: Test = ['deliveries.test.ts', 'to ${to} is dropped, and told'];
const MAPPINGS: Test = [
  'lambda/event-sources/queues.test.ts',
  'that loses its permission stops the asking',
];
const LOG: Test = ['lambda/async.test.ts', 'is lost where the role may not write it'];
const METRICS: OnItsOwn = { because: 'a service tells CloudWatch its own numbers' };
const MAKES: OnItsOwn = { because: 'it makes the principals of files that stand here' };

const LEGS: Readonly<Record<string, Test | OnItsOwn>> = {
  'cloudformation/engine/acting-principal.ts': [
    'cloudformation/requests.test.ts',
    'a service role does the work, and only what it may',
  ],
  'cloudformation/engine/run-operation.ts': {
    because: 'a role that is gone leaves CloudFormation without any permission',
  },
  'core/minute-teller.ts': METRICS,
  'lambda/configuration.ts': { because: 'it tries a role, and lets go of it' },
  'lambda/destinations.ts': ['lambda/async.test.ts', 'queues hear of what failed, under the'],
  'lambda/environment/fleet.ts': LOG,
  'lambda/environment/function-session.ts': MAKES,
  'lambda/environment/hosted-pool.ts': [
    'lambda/denials.test.ts',
    'has AWS’s words for the function',
  ],
  'lambda/environment/metrics.ts': METRICS,
  'lambda/event-sources/access.ts': [
    'lambda/event-sources/queues.test.ts',
    'must be allowed to read the queue before there is a mapping',
  ],
  'lambda/event-sources/role-caller.ts': MAPPINGS,
  'services/apigatewayv2/access-log.ts': [
    'services/apigatewayv2/requests.test.ts',
    'writes no line where the log does not let its delivery in',
  ],
  'services/apigatewayv2/data-plane.ts': DELIVERIES,
  'services/cloudwatch-logs/count-events.ts': METRICS,
  'services/cloudwatch-logs/destination.ts': [
    'services/cloudwatch-logs/filters.test.ts',
    'sends what matches to a function that lets it',
  ],
  'services/cloudwatch-logs/put-log-events.ts': METRICS,
  'services/cloudwatch/alarm-events.ts': {
    because: 'events of AWS’s own services come to the default bus of their account unasked',
  },
  'services/cloudwatch/take-actions.ts': DELIVERIES,
  'services/eventbridge/deliver.ts': DELIVERIES,
  'services/s3/events.ts': DELIVERIES,
  'services/scheduler/invoke.ts': [
    'services/scheduler/scheduler.test.ts',
    'that the role may not call are not called again',
  ],
  'services/scheduler/metrics.ts': METRICS,
  'services/scheduler/schedule-operations.ts': [
    'services/scheduler/resources.test.ts',
    'a schedule whose role does not trust Scheduler fails its stack',
  ],
  'services/secrets-manager/rotate.ts': [
    'deliveries.test.ts',
    'is refused when its function lets another secret or account in',
  ],
  'services/sns/endpoints.ts': DELIVERIES,
  'services/sns/metrics.ts': METRICS,
  'targets/assume-role.ts': MAKES,
};

const here = import.meta.dirname;
const PRINCIPAL = /\b(?:servicePrincipal|assumeRole|assumeFunctionRole)\(/;
const read = (file: string) => readFileSync(join(here, file), 'utf8');

it('every file that acts as a service, or under a role, is told of here', () => {
  const acting = globSync('**/*.ts', { cwd: here })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.test\.ts$|(?:^|\/)fixtures\//.test(file) && PRINCIPAL.test(read(file)));
  expect(acting.sort()).toEqual(Object.keys(LEGS).sort());
});

describe('what it does is seen denied by a test', () => {
  const tested = Object.entries(LEGS).flatMap(([file, leg]) =>
    'because' in leg ? [] : [[file, ...leg] as const],
  );
  it.each(tested)('%s: %s, "%s"', (_file, test, name) => {
    const text = read(test);
    expect(["'", '`'].filter((quote) => text.includes(`${quote}${name}`))).toHaveLength(1);
  });
});
