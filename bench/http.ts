// A trivial handler behind an HTTP API: gateway, permission, journal, process, Runtime API. Beside the floor and the peers.
// Usage: node bench/http.ts [--peers]
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { median, ROOT } from './measure.ts';
import { installPeer } from './peers.ts';

const CONNECTIONS = [1, 10, 50];
const SECONDS = 3;
const ROUNDS = 3;
const node = process.execPath;
const handlerFile = join(ROOT, 'bench', 'floors', 'handler.mjs');

interface Server {
  readonly name: string;
  readonly url: string;
  stop(): void;
}

/** Starts a process and waits for what it prints. */
const started = (child: ChildProcess, pattern: RegExp) =>
  new Promise<RegExpExecArray>((resolve, reject) => {
    let text = '';
    const read = (piece: Buffer) => {
      text += piece.toString();
      const match = pattern.exec(text);
      if (match !== null) resolve(match);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`exited with ${code}:\n${text.slice(-1_000)}`)));
  });

const kill = (child: ChildProcess) => () => {
  child.removeAllListeners('exit');
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
};

const floor = async (name: string, pipelined: boolean): Promise<Server> => {
  const child = spawn(node, [join(ROOT, 'bench', 'floors', 'server.mjs')], {
    detached: true,
    env: { ...process.env, HANDLER_FILE: handlerFile, PIPELINED: pipelined ? '1' : '0' },
  });
  const [, url = ''] = await started(child, /ready (\S+)/);
  return { name, url: `${url}/hello`, stop: kill(child) };
};

const sparta = async (): Promise<Server> => {
  const child = spawn(node, [join(ROOT, 'bin', 'sparta.mjs'), 'cloud', '--port', '0'], {
    detached: true,
  });
  const [, endpoint = ''] = await started(child, /ready (\S+)/);
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const [iam, lambda, api] = [
    new IAMClient(config),
    new LambdaClient(config),
    new ApiGatewayV2Client(config),
  ];
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const role = await iam.send(
    new CreateRoleCommand({ RoleName: 'bench', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  await iam.send(
    new AttachRolePolicyCommand({
      RoleName: 'bench',
      PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
    }),
  );
  const fn = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'bench',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role.Role?.Arn,
      Timeout: 10,
      Code: { ZipFile: zipSync({ 'index.mjs': readFileSync(handlerFile) }) },
    }),
  );
  const { ApiId = '', ApiEndpoint = '' } = await api.send(
    new CreateApiCommand({ Name: 'bench', ProtocolType: 'HTTP' }),
  );
  const integration = await api.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: fn.FunctionArn,
      PayloadFormatVersion: '2.0',
    }),
  );
  await api.send(
    new CreateRouteCommand({
      ApiId,
      RouteKey: 'GET /hello',
      Target: `integrations/${integration.IntegrationId}`,
    }),
  );
  await api.send(new CreateStageCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'bench',
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: `arn:aws:execute-api:us-east-1:000000000000:${ApiId}/*/GET/hello`,
      SourceAccount: '000000000000',
    }),
  );
  return { name: 'sparta', url: `${ApiEndpoint}/hello`, stop: kill(child) };
};

const commonHandler = (dir: string) => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'handler.js'),
    `exports.handler = async (event) => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ok: true, path: event.rawPath }) });\n`,
  );
};

const offline = async (name: string, inProcess: boolean, port: number): Promise<Server> => {
  const peer = installPeer('offline');
  const dir = join(peer, `service-${port}`);
  commonHandler(dir);
  writeFileSync(join(dir, 'package.json'), '{"name":"bench","version":"1.0.0","private":true}');
  writeFileSync(
    join(dir, 'serverless.yml'),
    `service: bench\nframeworkVersion: '*'\nprovider: { name: aws, runtime: nodejs20.x, region: us-east-1 }\nplugins: [serverless-offline]\ncustom: { serverless-offline: { noPrependStageInUrl: true, httpPort: ${port}, lambdaPort: ${port + 1}, noTimeout: true, useInProcess: ${inProcess} } }\nfunctions: { hello: { handler: handler.handler, events: [{ httpApi: 'GET /hello' }] } }\n`,
  );
  const child = spawn(join(peer, 'node_modules', '.bin', 'osls'), ['offline'], {
    cwd: dir,
    detached: true,
  });
  await started(child, /Server ready/);
  return { name, url: `http://localhost:${port}/hello`, stop: kill(child) };
};

const sandbox = async (port: number): Promise<Server> => {
  const peer = installPeer('sandbox');
  const dir = join(peer, 'service');
  commonHandler(join(dir, 'src', 'http', 'get-hello'));
  writeFileSync(
    join(dir, 'src', 'http', 'get-hello', 'index.js'),
    readFileSync(join(dir, 'src', 'http', 'get-hello', 'handler.js')),
  );
  writeFileSync(join(dir, 'app.arc'), '@app\nbench\n\n@http\nget /hello\n');
  const child = spawn(
    join(peer, 'node_modules', '.bin', 'sandbox'),
    ['--port', String(port), '--disable-symlinks'],
    { cwd: dir, detached: true },
  );
  await started(child, /Sandbox Ready|Started HTTP|up on|localhost:\d+/i);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return { name: '@architect/sandbox', url: `http://localhost:${port}/hello`, stop: kill(child) };
};

const load = async (
  url: string,
  connections: number,
): Promise<{ readonly rate: number; readonly p50: number; readonly failures: number }> => {
  const child = spawn(node, [
    join(ROOT, 'bench', 'load.mjs'),
    url.replace('localhost', '127.0.0.1'),
    String(connections),
    String(SECONDS),
  ]);
  const [text] = await started(child, /\{.*\}/);
  return JSON.parse(text) as { rate: number; p50: number; failures: number };
};

const servers = [
  await floor('floor: raw socket', false),
  await floor('floor: raw socket, pipelined', true),
  await sparta(),
];
if (process.argv.includes('--peers'))
  servers.push(
    await offline('serverless-offline, workers', false, 4810),
    await offline('serverless-offline, in process', true, 4820),
    await sandbox(4830),
  );

try {
  for (const connections of CONNECTIONS) {
    const rates = servers.map((): number[] => []);
    const latencies = servers.map((): number[] => []);
    let failed = '';
    for (let round = -1; round < ROUNDS; round += 1)
      for (const [index, server] of servers.entries()) {
        const { rate, p50, failures } = await load(server.url, connections);
        if (failures > 0) failed += ` ${server.name}: ${failures} failures.`;
        if (round < 0) continue;
        rates[index]?.push(rate);
        latencies[index]?.push(p50);
      }
    process.stdout.write(
      `### ${connections} connection${connections === 1 ? '' : 's'}\n\n| | requests/s | ratio to the first | p50 ms |\n|---|---:|---:|---:|\n`,
    );
    for (const [index, { name }] of servers.entries()) {
      const own = rates[index] ?? [];
      const ratio = median(own.map((rate, round) => rate / (rates[0]?.[round] ?? Number.NaN)));
      process.stdout.write(
        `| ${name} | ${Math.round(median(own))} | ${ratio.toFixed(2)} | ${median(latencies[index] ?? []).toFixed(2)} |\n`,
      );
    }
    process.stdout.write(`${failed}\n`);
  }
} finally {
  for (const server of servers) server.stop();
}
