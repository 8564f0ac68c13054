import { describe, expect, it } from 'vitest';
import {
  alarm,
  allow,
  bucket,
  bus,
  httpApi,
  lambda,
  queue,
  schedule,
  service,
  table,
  topic,
  typed,
} from '../index.ts';
import type { ServiceDeclaration, ServiceOptions } from '../spec/service.ts';
import type { Asked, Stage, Subject } from './fixtures/deployment.ts';
import { concrete, deploy, STAGES, subjectOf } from './fixtures/deployment.ts';
import { everything } from './fixtures/everything.ts';
import type { PolicyDocument, Statement } from './index.ts';

/** The service of `examples/hello-world`, and a version of it. */
const helloWorld = (
  timeout: number,
  more: Pick<ServiceOptions, 'permissionsBoundary'> = {},
): ServiceDeclaration => {
  const api = httpApi('Api');
  const hello = lambda('Hello', { on: api.get('/hello/{name}'), timeout }, async () => 'hello');
  return service('HelloWorld', { description: 'Says hello', functions: [hello], ...more });
};

/** The service of `examples/imager`, and a version of it. */
const imager = (memorySize: number): ServiceDeclaration => {
  const photos = bucket('Photos');
  const stamped = bucket('Stamped');
  const api = httpApi('Api', { cors: true });
  const stamp = lambda(
    'Stamp',
    {
      on: [photos.objectCreated({ suffix: '.png' }), photos.objectCreated({ suffix: '.jpg' })],
      grants: { photos: photos.read(), stamped: stamped.write() },
      memorySize,
      timeout: 20,
    },
    async () => 'stamped',
  );
  const info = lambda(
    'Info',
    { on: api.get('/info/{key}'), grants: { stamped: stamped.read() } },
    async () => 'info',
  );
  return service('Imager', {
    functions: [stamp, info],
    alarms: [alarm(stamp.errors, { threshold: memorySize > 512 ? 2 : 1 })],
  });
};

/** The service of `examples/orders`, and a version of it. */
const orders = (version: 1 | 2): ServiceDeclaration => {
  const later = version === 2;
  const api = httpApi('Api');
  const gone = { deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' } as const;
  const store = table('Orders', {
    schema: typed<{ readonly id: string; readonly status: string; readonly placedAt: string }>(),
    partitionKey: 'id',
    indexes: { byStatus: { partitionKey: 'status', sortKey: 'placedAt' } },
    ...(later ? { deletionProtectionEnabled: false } : {}),
    ...gone,
  });
  const ledger = table('Ledger', {
    schema: typed<{ readonly id: string }>(),
    partitionKey: 'id',
    ...gone,
  });
  const declined = queue('Declined', gone);
  const payments = queue('Payments', {
    deadLetter: { queue: declined, maxReceiveCount: later ? 4 : 3 },
    ...gone,
  });
  const shop = bus('Shop', { description: later ? 'The new shop' : 'The shop' });
  const paid = shop.event('OrderPaid', { source: 'orders', schema: typed<{ order: string }>() });
  const hourly = schedule('Hourly', { rate: later ? '2 hours' : '1 hour' });
  const alerts = topic('Alerts', { displayName: later ? 'Alarm' : 'Alerts' });
  const work = async () => undefined;
  const timeout = later ? 10 : 5;
  const place = lambda(
    'Place',
    { on: api.post('/orders'), grants: { store: store.write() }, timeout },
    work,
  );
  const show = lambda(
    'Show',
    { on: api.get('/orders/{id}'), grants: { store: store.read() } },
    work,
  );
  const bill = lambda(
    'Bill',
    {
      on: store.changes({ eventNames: ['INSERT'], batchSize: later ? 20 : 10 }),
      grants: { payments: payments.send() },
    },
    work,
  );
  const charge = lambda(
    'Charge',
    {
      on: payments.messages({ batchSize: later ? 5 : 10 }),
      grants: { ledger: ledger.access('read', 'write'), paid: paid.put() },
    },
    work,
  );
  const ship = lambda('Ship', { on: paid.received(), grants: { store: store.write() } }, work);
  const expire = lambda(
    'Expire',
    { on: hourly.due(), grants: { store: store.access('read', 'index:byStatus') } },
    work,
  );
  return service('Orders', {
    functions: [place, show, bill, charge, ship, expire],
    alarms: [alarm(declined.depth, { threshold: later ? 2 : 1, notify: alerts })],
    tags: { stage: later ? 'second' : 'first' },
  });
};

/** A policy without something, and its name. */
interface Mutant {
  readonly without: string;
  readonly statement: Statement;
  readonly actions: readonly string[];
  readonly policies: readonly PolicyDocument[];
}

const matches = (pattern: string, resource: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(resource);

/** Whether the embedded cloud asked for an action on what a statement is about. */
const isAsked = (asked: readonly Asked[], { Resource }: Statement, action: string): boolean =>
  asked.some(
    (call) => call.action === action && Resource.some((pattern) => matches(pattern, call.resource)),
  );

const withStatement = (
  policies: readonly PolicyDocument[],
  statement: Statement,
  replacement: readonly Statement[],
): readonly PolicyDocument[] =>
  policies
    .map((policy) => ({
      ...policy,
      Statement: policy.Statement.flatMap((own) => (own === statement ? replacement : [own])),
    }))
    .filter((policy) => policy.Statement.length > 0);

const statementsOf = (policies: readonly PolicyDocument[]) =>
  policies.flatMap((policy) => policy.Statement);

const withoutStatements = (policies: readonly PolicyDocument[]): readonly Mutant[] =>
  statementsOf(policies).map((statement) => ({
    without: statement.Sid,
    statement,
    actions: statement.Action,
    policies: withStatement(policies, statement, []),
  }));

const withoutActions = (policies: readonly PolicyDocument[]): readonly Mutant[] =>
  statementsOf(policies).flatMap((statement) =>
    statement.Action.map((action) => ({
      without: `${statement.Sid} ${action}`,
      statement,
      actions: [action],
      policies: withStatement(
        policies,
        statement,
        statement.Action.length === 1
          ? []
          : [{ ...statement, Action: statement.Action.filter((other) => other !== action) }],
      ),
    })),
  );

/** The shortest way to where something is asked for first; a stage that nobody asks in has none. */
const wayTo = (asked: readonly Asked[]): readonly Stage[] => {
  const first = STAGES.find((stage) => asked.some((call) => call.stage === stage));
  return first === undefined || first === 'create' ? ['create'] : ['create', first];
};

/** What can be taken away without any run breaking. */
const survivors = async (
  subject: Subject,
  mutants: readonly Mutant[],
  asked: readonly Asked[],
): Promise<readonly string[]> => {
  const survived: string[] = [];
  const waiting = [...mutants];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { without, policies, statement, actions } = next;
      const calls = asked.filter((call) =>
        actions.some((action) => isAsked([call], statement, action)),
      );
      const breaks = async (stages: readonly Stage[]) =>
        (await deploy(subject, policies, stages)).broken !== undefined;
      if (!(await breaks(wayTo(calls))) && !(await breaks(STAGES))) survived.push(without);
    }
  };
  // A deployer waits most of its time; several clouds fill it.
  await Promise.all([work(), work(), work(), work()]);
  return survived.sort();
};

/** Actions that only AWS's own handlers call, by statement: those that the embedded cloud did not ask for. */
const unasked = (policies: readonly PolicyDocument[], asked: readonly Asked[]): readonly string[] =>
  statementsOf(policies).flatMap((statement) =>
    statement.Action.filter((action) => !isAsked(asked, statement, action)).map(
      (action) => `${statement.Sid} ${action}`,
    ),
  );

describe.each<readonly [string, () => Subject]>([
  ['hello-world', () => subjectOf(helloWorld(3), helloWorld(4))],
  ['the Imager', () => subjectOf(imager(512), imager(1024))],
  ['orders', () => subjectOf(orders(1), orders(2))],
])('%s', (_name, make) => {
  it('is created, updated, rolled back and deleted under its policy, and every statement is needed', async () => {
    const subject = make();
    const policies = concrete(subject.policy.policies);
    const { broken, asked } = await deploy(subject, policies);
    expect(broken).toBeUndefined();
    const onAwsAlone = new Set(
      statementsOf(policies)
        .filter(
          (statement) => !statement.Action.some((action) => isAsked(asked, statement, action)),
        )
        .map(({ Sid }) => Sid),
    );
    const mutants = withoutStatements(policies).filter(({ without }) => !onAwsAlone.has(without));
    expect(mutants.length).toBeGreaterThan(10);
    expect(await survivors(subject, mutants, asked)).toEqual([]);
  }, 120_000);
});

it('a service with a boundary is deployed within it, and a role without it is not made', async () => {
  const more = { permissionsBoundary: [allow('s3:GetObject', '*')] };
  const bounded = subjectOf(helloWorld(3, more), helloWorld(4, more));
  const policies = concrete(bounded.policy.policies);
  expect(bounded.policy.unbounded).toBe(false);
  expect((await deploy(bounded, policies)).broken).toBeUndefined();
  const unbounded = subjectOf(helloWorld(3), helloWorld(4));
  expect(unbounded.policy.unbounded).toBe(true);
  expect((await deploy(unbounded, policies, ['create'])).broken).toMatch(
    /HelloRole .* is not authorized to perform: iam:CreateRole/,
  );
}, 60_000);

/**
 * Asked for, and a denial breaks nothing: S3 wants to tell an object that is not there from one that may not be read, and
 * the deployer looks for change sets that a killed run left, to clean up, and into logs that are about to go.
 */
const ASKED_IN_VAIN = [
  'ArtifactS3Bucket s3:ListBucket',
  'LogsLogGroup2 logs:DescribeLogGroups',
  'S3Bucket s3:ListBucket',
  'Stack cloudformation:ListChangeSets',
];

describe('a program of every kind of declaration', () => {
  // A minute of work, so the suite takes statements; SPARTA_PROOF=actions takes every action on its own.
  const byAction = process.env['SPARTA_PROOF'] === 'actions';
  it('is deployed under its policy, and everything that the embedded cloud asks for is needed', async () => {
    const subject = subjectOf(everything(1), everything(2));
    const policies = concrete(subject.policy.policies);
    const { broken, asked } = await deploy(subject, policies);
    expect(broken).toBeUndefined();
    const open = [...unasked(policies, asked), ...ASKED_IN_VAIN];
    const mutants = byAction
      ? withoutActions(policies).filter(({ without }) => !open.includes(without))
      : withoutStatements(policies).filter(({ statement, actions }) =>
          actions.some((action) => !open.includes(`${statement.Sid} ${action}`)),
        );
    expect(mutants.length).toBeGreaterThan(byAction ? 60 : 20);
    expect(await survivors(subject, mutants, asked)).toEqual([]);
    // What is kept on the word of AWS's schemas is written down, so that a change of it is read.
    await expect(listOf(policies, open)).toMatchFileSnapshot('../../docs/deployer-permissions.md');
  }, 240_000);
});

const listOf = (policies: readonly PolicyDocument[], open: readonly string[]): string =>
  [
    '# Permissions of the deployer, and what proves each',
    '',
    'Written by `src/deploy-role/proof.test.ts` (`SPARTA_PROOF=actions npx vitest run src/deploy-role -u`), for a program of every kind of declaration. Proved: without this',
    'action, creating, updating, rolling back or deleting it breaks on the embedded cloud. On AWS alone: the schema of the',
    'type says that the handler calls it, or the deployer does in a state that these runs do not meet; the embedded cloud does not ask for it.',
    '',
    '| statement | proved | on AWS alone |',
    '| --- | --- | --- |',
    ...statementsOf(policies).map(({ Sid, Action }) => {
      const [proved, onAws] = [false, true].map((isOpen) =>
        Action.filter((action) => open.includes(`${Sid} ${action}`) === isOpen).join(', '),
      );
      return `| ${Sid} | ${proved ?? ''} | ${onAws ?? ''} |`;
    }),
    '',
  ].join('\n');
