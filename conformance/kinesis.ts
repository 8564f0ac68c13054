import { join } from 'node:path';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import { FIXTURES, installed, run, start } from './processes.ts';

/** Kinesis in the embedded cloud beside kinesis-local (kinesis-mock): the same calls, the same outcomes. */

type Outcomes = Readonly<Record<string, unknown>>;

const PORTS = { KINESIS_MOCK_TLS_PORT: '45671', KINESIS_MOCK_PLAIN_PORT: '45681' };

const RANGES =
  'kinesis-local divides 2^128 - 1; AWS divides 2^128, as the three ranges in the example of describe-stream show (https://docs.aws.amazon.com/cli/latest/reference/kinesis/describe-stream.html)';

/** Where the two differ, each judged by what AWS says. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'list shards': RANGES,
  'its children': RANGES,
  'the open shards': RANGES,
  'the shard they went into': RANGES,
  'the ranges then': RANGES,
  'read by no iterator':
    'kinesis-local fails; AWS answers InvalidArgumentException (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html#API_GetRecords_Errors)',
  'scale too far':
    'kinesis-local answers InvalidArgumentException; AWS says that a limit is exceeded (https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html)',
};

const outcomesAt = async (endpoint: string) =>
  JSON.parse(
    await run(process.execPath, [join(FIXTURES, 'kinesis', 'calls.mjs'), endpoint]),
  ) as Outcomes;

const oracleOutcomes = async (): Promise<Outcomes> => {
  const folder = join(installed('kinesis'), 'node_modules', 'kinesis-local');
  const oracle = await start(
    'sh',
    ['-c', `cd '${folder}' && exec '${process.execPath}' main.js`],
    /persist loop not started/,
    { ...PORTS, LOG_LEVEL: 'INFO' },
  );
  try {
    return await outcomesAt(`http://127.0.0.1:${PORTS.KINESIS_MOCK_PLAIN_PORT}`);
  } finally {
    oracle.stop();
  }
};

export const kinesisChecks = async (endpoint: string): Promise<readonly Check[]> => {
  const [ours, theirs] = [await outcomesAt(endpoint), await oracleOutcomes()];
  return Object.entries(ours).map(([name, outcome]) => {
    const judged = DIFFERENCES[name];
    const [here, there] = [JSON.stringify(outcome), JSON.stringify(theirs[name])];
    return {
      name: judged === undefined ? name : `${name} (${judged})`,
      run: async () =>
        expect(
          judged === undefined ? here === there : here !== there,
          `here ${here}, there ${there}`,
        ),
    };
  });
};
