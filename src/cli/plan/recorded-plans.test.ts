import type { Change } from '@aws-sdk/client-cloudformation';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Plan } from '../../provision/index.ts';
import { readChanges } from '../../provision/plan/plan.ts';
import { planLines } from '../render-plan.ts';
import { MAX_COMMENT_LENGTH, planMarkdown } from './markdown.ts';

const FOLDER = new URL('../../../test/recordings/change-sets/', import.meta.url);
const plain = (text: string) => text;
const STYLE = { good: plain, bad: plain, warn: plain, strong: plain, dim: plain };
const FACTS = { serviceName: 'Recorded', warnings: [], whole: 'node app.ts plan --json' };

interface Recording {
  readonly recorded: Readonly<Record<string, { readonly Changes?: readonly Change[] }>>;
}

const planOf = (changes: Plan['changes'], more: Partial<Plan> = {}): Plan => ({
  stackName: 'Recorded',
  stackId: 'arn',
  accountId: '111122223333',
  region: 'eu-west-1',
  kind: 'update',
  permissions: { known: true, holders: [] },
  makesBucket: false,
  changes,
  ...more,
});

const recorded = (file: string, name: string): Plan => {
  const recordings = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Record<
    string,
    Recording
  >;
  const changes = recordings[name]?.recorded['describe-change-set-2-prop-values']?.Changes;
  expect(changes).toBeDefined();
  return planOf(readChanges(changes ?? []));
};

const shown = (plan: Plan, columns = 80) => planLines(plan, STYLE, columns).join('\n');

it('shows what AWS answered: a property', () => {
  expect(shown(recorded('fn-join.json', 'test_indirect_update_refence_argument'))).toBe(
    `Plan: 1 to change
  ~ Topic1  AWS::SNS::Topic
      DisplayName: display-name-1 → display-name-2
  in eu-west-1 of account 111122223333`,
  );
});

it('shows every recorded change of AWS, with no property left out and nothing called unknown', () => {
  let seen = 0;
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json')))
    for (const name of Object.keys(
      JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as object,
    )) {
      const plan = recorded(file, name);
      const text = shown(plan);
      const comment = planMarkdown(plan, FACTS);
      for (const { logicalId, action, properties } of plan.changes) {
        expect(action).not.toBe('unknown');
        expect(text).toContain(logicalId);
        expect(comment).toContain(`<code>${logicalId}</code>`);
        for (const { before, after } of properties)
          for (const value of [before, after]) expect(text).toContain(value ?? '');
        seen += 1;
      }
    }
  expect(seen).toBeGreaterThanOrEqual(18);
});

it('makes a replacement unmissable', () => {
  const [name = ''] = Object.entries(
    JSON.parse(readFileSync(new URL('mappings.json', FOLDER), 'utf8')) as Record<string, Recording>,
  ).flatMap(([key, { recorded: steps }]) =>
    steps['describe-change-set-2-prop-values']?.Changes?.some(
      ({ ResourceChange: change }) => change?.Replacement === 'True' && change.Action === 'Modify',
    )
      ? [key]
      : [],
  );
  const text = shown(recorded('mappings.json', name));
  expect(text).toMatch(
    /± \w+ +AWS::SNS::Topic {2}REPLACED: a new one is made, and the old one goes/,
  );
  expect(text).toMatch(/forced by TopicName\n {6}TopicName: .* → .* \(forces replacement\)/);
});

const property = (before: string | undefined, after: string | undefined) =>
  planOf([
    {
      action: 'modify',
      logicalId: 'Flow',
      resourceType: 'AWS::StepFunctions::StateMachine',
      holdsData: false,
      losesData: false,
      retains: false,
      properties: [
        {
          path: '/Properties/Definition',
          recreates: 'never',
          ...(before === undefined ? {} : { before }),
          ...(after === undefined ? {} : { after }),
        },
      ],
    },
  ]);

it('shows JSON member by member, text line by line, and long values whole', () => {
  const before = { States: { Wait: { Seconds: 3 } }, Tags: [{ Key: 'a', Value: '1' }] };
  const after = {
    States: { Wait: { Seconds: 5 } },
    Tags: [
      { Key: 'new', Value: '0' },
      { Key: 'a', Value: '1' },
    ],
  };
  expect(shown(property(JSON.stringify(before), JSON.stringify(after)))).toContain(
    `      Definition:
        States.Wait.Seconds: 3 → 5
        Tags.[new]:
          + {
          +   "Key": "new",
          +   "Value": "0"
          + }
`,
  );
  expect(shown(property('one\ntwo\nthree', 'one\n2\nthree'))).toContain(
    '      Definition: two → 2\n',
  );
  const long = 'x'.repeat(300);
  expect(shown(property(long, `${long}y`))).toContain(
    `      Definition:\n        - ${long}\n        + ${long}y\n`,
  );
  expect(shown(property('a', '{{changeSet:KNOWN_AFTER_APPLY}}'))).toContain(
    'Definition: a → known after it is done',
  );
});

it('fits a comment, keeps what is destroyed, and counts what it leaves out', () => {
  const many = Array.from({ length: 900 }, (_, index) => index);
  const plan = planOf([
    ...many.map((index) => ({
      ...(property('a'.repeat(200), 'b'.repeat(200)).changes[0] as Plan['changes'][number]),
      logicalId: `Function${index}`,
    })),
    {
      action: 'remove',
      logicalId: 'Orders',
      resourceType: 'AWS::DynamoDB::Table',
      holdsData: true,
      losesData: true,
      retains: false,
      properties: [],
    },
  ]);
  const comment = planMarkdown(plan, FACTS);
  expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT_LENGTH);
  expect(comment).toContain('<code>Orders</code> (AWS::DynamoDB::Table) is removed');
  const [, leftOut = ''] = /\*\*(\d+) rows left out\*\*/.exec(comment) ?? [];
  const rows = comment.match(/^\| <code>|^<details>/gm)?.length ?? 0;
  expect(rows + Number(leftOut)).toBe(1801);
  expect(comment).toContain('The whole plan: `node app.ts plan --json`');
});

it('lets nothing in a value end its fence, its cell or its tag', () => {
  const comment = planMarkdown(property('```\n</details>', 'a'), {
    ...FACTS,
    serviceName: 'A <b> | c',
    warnings: ['use <script>'],
  });
  expect(comment).toContain('````diff\n');
  expect(comment).toContain('### A &lt;b&gt; | c');
  expect(comment).toContain('> use &lt;script&gt;');
});
