import type { Call, Calls, Input } from '../scenario.ts';
import { call } from '../scenario.ts';

/** PartiQL: statements one by one, in batches and in transactions. */

const run = (Statement: string, Parameters?: readonly Input[], more: Input = {}): Call =>
  call('ExecuteStatement', { Statement, Parameters, ...more });

export const partiql: Calls = {
  'statement: insert': run(
    `INSERT INTO "simple" VALUE {'pk': 'p1', 'n': 1, 'l': [1, 'a'], 't': <<'x'>>}`,
  ),
  'statement: insert again': run(`INSERT INTO "simple" VALUE {'pk': 'p1'}`),
  'statement: insert by a parameter': run(`INSERT INTO "simple" VALUE {'pk': ?, 'n': ?}`, [
    { S: 'p2' },
    { N: '2' },
  ]),
  'statement: select by the key': run(`SELECT * FROM "simple" WHERE pk = 'p1'`),
  'statement: select a part': run(`SELECT n, l[1] FROM "simple" WHERE pk = ?`, [{ S: 'p1' }]),
  'statement: select with capacity': run(`SELECT * FROM "simple" WHERE pk = 'p2'`, undefined, {
    ReturnConsumedCapacity: 'TOTAL',
    ConsistentRead: true,
  }),
  'statement: select in': run(`SELECT pk FROM "simple" WHERE pk IN ['p2']`),
  'statement: select from an index': run(`SELECT pk, sk FROM "wide"."keysOnly" WHERE other = 'o1'`),
  'statement: select in order': run(
    `SELECT sk FROM "wide" WHERE pk = 'q' ORDER BY sk DESC`,
    undefined,
    { Limit: 2 },
  ),
  'statement: select between': run(`SELECT sk FROM "wide" WHERE pk = 'q' AND sk BETWEEN 2 AND 3`),
  'statement: select by functions': run(
    `SELECT pk FROM "simple" WHERE pk = 'p1' AND begins_with(pk, 'p') AND contains(t, 'x')`,
  ),
  'statement: select what is missing': run(
    `SELECT pk FROM "simple" WHERE pk = 'p1' AND zz IS MISSING`,
  ),
  'statement: update': run(
    `UPDATE "simple" SET n = n + 1 SET a = 'x' WHERE pk = 'p1' RETURNING ALL NEW *`,
  ),
  'statement: update and remove': run(
    `UPDATE "simple" REMOVE a WHERE pk = 'p1' RETURNING MODIFIED OLD *`,
  ),
  'statement: append': run(
    `UPDATE "simple" SET l = list_append(l, ['z']) WHERE pk = 'p1' RETURNING MODIFIED NEW *`,
  ),
  'statement: update what is not there': run(`UPDATE "simple" SET n = 1 WHERE pk = 'none'`),
  'statement: update on a condition': run(`UPDATE "simple" SET n = 1 WHERE pk = 'p1' AND n = 99`),
  'statement: delete on a condition': run(`DELETE FROM "simple" WHERE pk = 'p1' AND n = 99`),
  'statement: delete': run(`DELETE FROM "simple" WHERE pk = 'p2' RETURNING ALL OLD *`),
  'statement: delete what is not there': run(`DELETE FROM "simple" WHERE pk = 'none'`),

  'statement error: nothing': call('ExecuteStatement'),
  'statement error: empty': run(''),
  'statement error: no statement': run('HELLO'),
  'statement error: unfinished': run('SELECT * FROM'),
  'statement error: no table': run(`SELECT * FROM "nowhere" WHERE pk = 'x'`),
  'statement error: no index': run(`SELECT * FROM "simple"."none" WHERE pk = 'x'`),
  'statement error: too many parameters': run(`SELECT * FROM "simple" WHERE pk = ?`, [
    { S: 'a' },
    { S: 'b' },
  ]),
  'statement error: too few parameters': run(`SELECT * FROM "simple" WHERE pk = ?`),
  'statement error: no parameters': run(`SELECT * FROM "simple" WHERE pk = 'a'`, []),
  'statement error: insert without a key': run(`INSERT INTO "simple" VALUE {'n': 1}`),
  'statement error: insert a key of another type': run(`INSERT INTO "simple" VALUE {'pk': 1}`),
  'statement error: update without a key': run(`UPDATE "simple" SET n = 1 WHERE n = 2`),
  'statement error: update without a where': run(`UPDATE "simple" SET n = 1`),
  'statement error: update the key': run(`UPDATE "simple" SET pk = 'x' WHERE pk = 'p1'`),
  'statement error: delete without a where': run(`DELETE FROM "simple"`),
  'statement error: delete a part of a key': run(`DELETE FROM "wide" WHERE pk = 'q'`),
  'statement error: a limit of none': run(`SELECT * FROM "simple"`, undefined, { Limit: 0 }),
  'statement error: a group': run(`SELECT pk FROM "simple" GROUP BY pk`),
  'statement error: a join': run(`SELECT * FROM "simple", "wide"`),
  'statement error: order by another attribute': run(
    `SELECT * FROM "wide" WHERE pk = 'q' ORDER BY shown`,
  ),

  'statements: several': call('BatchExecuteStatement', {
    Statements: [
      { Statement: `SELECT * FROM "simple" WHERE pk = 'p1'` },
      { Statement: `SELECT * FROM "simple" WHERE pk = 'none'` },
    ],
  }),
  'statements: several, some fail': call('BatchExecuteStatement', {
    Statements: [
      { Statement: `INSERT INTO "simple" VALUE {'pk': 'p1'}` },
      { Statement: `INSERT INTO "simple" VALUE {'pk': 'p3'}` },
      { Statement: `UPDATE "simple" SET n = 1 WHERE pk = 'none'` },
    ],
  }),
  'statements: a select without a key': call('BatchExecuteStatement', {
    Statements: [{ Statement: `SELECT * FROM "simple"` }],
  }),
  'statements: none': call('BatchExecuteStatement', { Statements: [] }),
  'statements: 26': call('BatchExecuteStatement', {
    Statements: Array.from({ length: 26 }, () => ({
      Statement: `SELECT * FROM "simple" WHERE pk = 'p1'`,
    })),
  }),

  'statements in one: insert and check': call('ExecuteTransaction', {
    TransactStatements: [
      { Statement: `INSERT INTO "simple" VALUE {'pk': 'p4'}` },
      { Statement: `EXISTS(SELECT * FROM "simple" WHERE pk = 'p3')` },
    ],
  }),
  'statements in one: a check fails': call('ExecuteTransaction', {
    TransactStatements: [
      { Statement: `INSERT INTO "simple" VALUE {'pk': 'p5'}` },
      { Statement: `EXISTS(SELECT * FROM "simple" WHERE pk = 'none')` },
    ],
  }),
  'statements in one: insert again': call('ExecuteTransaction', {
    TransactStatements: [{ Statement: `INSERT INTO "simple" VALUE {'pk': 'p4'}` }],
  }),
  'statements in one: reads': call('ExecuteTransaction', {
    TransactStatements: [{ Statement: `SELECT pk FROM "simple" WHERE pk = 'p4'` }],
  }),
  'statements in one: reads and writes': call('ExecuteTransaction', {
    TransactStatements: [
      { Statement: `SELECT * FROM "simple" WHERE pk = 'p4'` },
      { Statement: `INSERT INTO "simple" VALUE {'pk': 'p6'}` },
    ],
  }),
  'statements in one: one item twice': call('ExecuteTransaction', {
    TransactStatements: [
      { Statement: `UPDATE "simple" SET n = 1 WHERE pk = 'p4'` },
      { Statement: `DELETE FROM "simple" WHERE pk = 'p4'` },
    ],
  }),
  'statements in one: none': call('ExecuteTransaction', { TransactStatements: [] }),
};
