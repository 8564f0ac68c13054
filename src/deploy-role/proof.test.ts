import { describe, expect, it } from 'vitest';
import { alarm, bucket, httpApi, lambda, service } from '../index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Asked, Stage, Subject } from './fixtures/deployment.ts';
import { concrete, deploy, STAGES, subjectOf } from './fixtures/deployment.ts';
import { everything } from './fixtures/everything.ts';
import type { PolicyDocument, Statement } from './index.ts';

/** The service of `examples/hello-world`, and a version of it. */
const helloWorld = (timeout: number): ServiceDeclaration => {
  const api = httpApi('Api');
  const hello = lambda('Hello', { on: api.get('/hello/{name}'), timeout }, async () => 'hello');
  return service('HelloWorld', { description: 'Says hello', functions: [hello] });
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
  for (const { without, policies, statement, actions } of mutants) {
    const calls = asked.filter((call) =>
      actions.some((action) => isAsked([call], statement, action)),
    );
    const breaks = async (stages: readonly Stage[]) =>
      (await deploy(subject, policies, stages)).broken !== undefined;
    if (!(await breaks(wayTo(calls))) && !(await breaks(STAGES))) survived.push(without);
  }
  return survived;
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
  }, 60_000);
});

describe('a program of every kind of declaration', () => {
  it('is deployed under its policy, and every action that the embedded cloud asks for is needed', async () => {
    const subject = subjectOf(everything(1), everything(2));
    const policies = concrete(subject.policy.policies);
    const { broken, asked } = await deploy(subject, policies);
    expect(broken).toBeUndefined();
    const open = unasked(policies, asked);
    const mutants = withoutActions(policies).filter(({ without }) => !open.includes(without));
    expect(mutants.length).toBeGreaterThan(60);
    const survived = await survivors(subject, mutants, asked);
    // S3 asks it only to tell an object that is not there from one that may not be read.
    expect(survived).toEqual(['ArtifactS3Bucket s3:ListBucket', 'S3Bucket s3:ListBucket']);
    // What is kept on the word of AWS's schemas is written down, so that a change of it is read.
    await expect(listOf(policies, [...open, ...survived])).toMatchFileSnapshot(
      '../../docs/deployer-permissions.md',
    );
  }, 120_000);
});

const listOf = (policies: readonly PolicyDocument[], open: readonly string[]): string =>
  [
    '# Permissions of the deployer, and what proves each',
    '',
    'Written by `src/deploy-role/proof.test.ts` (`npx vitest run src/deploy-role -u`), for a program of every kind of declaration. Proved: without this',
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
