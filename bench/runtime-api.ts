import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/** An environment to start: a program that speaks the Runtime API. */
export interface Environment {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const HEAD_END = '\r\n\r\n';
const TICKS_PER_SECOND = 100;

/** CPU that a process has used so far, milliseconds. */
const cpuOf = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1000;
};

const messageOf = (event: string, id: number) =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ${id}\r\nLambda-Runtime-Deadline-Ms: ${Date.now() + 30_000}\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:bench\r\nContent-Length: ${Buffer.byteLength(event)}\r\n\r\n${event}`;

/** Gives an environment `count` events, one after the other; answers with what the last was answered with. */
const serve = async (
  environment: Environment,
  event: string,
  count: number,
  onAnswer: (index: number, child: ChildProcess) => void,
): Promise<string> => {
  let child: ChildProcess | undefined;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answered = new Promise<string>((resolve, reject) => {
    let index = 0;
    server.on('connection', (socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      let text = '';
      socket.on('data', (piece) => {
        text += piece.toString('latin1');
        for (let end = text.indexOf(HEAD_END); end >= 0; end = text.indexOf(HEAD_END)) {
          const head = text.slice(0, end);
          const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
          if (text.length < end + HEAD_END.length + length) return;
          const body = text.slice(end + HEAD_END.length, end + HEAD_END.length + length);
          text = text.slice(end + HEAD_END.length + length);
          if (head.startsWith('GET')) {
            socket.write(messageOf(event, index));
            continue;
          }
          if (!/\/response /.test(head)) return reject(new Error(`${head}\n${body}`));
          socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
          if (child !== undefined) onAnswer(index, child);
          index += 1;
          if (index === count) resolve(body);
        }
      });
    });
    child = spawn(process.execPath, environment.args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        PATH: process.env['PATH'] ?? '',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_LAMBDA_FUNCTION_NAME: 'bench',
        AWS_LAMBDA_LOG_FORMAT: 'JSON',
        ...environment.env,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      },
    });
    child.once('exit', (code) => reject(new Error(`the environment exited with ${code}`)));
  });
  try {
    return await answered;
  } finally {
    child?.removeAllListeners('exit');
    const gone = new Promise((resolve) => child?.once('close', resolve));
    child?.kill('SIGKILL');
    await gone;
    server.close();
  }
};

/** Time from the spawn of an environment to its first answer, milliseconds. @throws when the answer lacks `expected` */
export const coldStart = async (
  environment: Environment,
  event: object,
  expected: string,
): Promise<number> => {
  const startedAt = performance.now();
  let took = Number.NaN;
  const answer = await serve(environment, JSON.stringify(event), 1, () => {
    took = performance.now() - startedAt;
  });
  if (!answer.includes(expected)) throw new Error(`answered ${answer}, without ${expected}`);
  return took;
};

const WARM_UP = 5_000;
const COUNTED = 40_000;

/** CPU of an environment for one invocation once it is warm, microseconds. Linux only. */
export const cpuOfInvocation = async (environment: Environment, event: object): Promise<number> => {
  let before = 0;
  let after = 0;
  await serve(environment, JSON.stringify(event), WARM_UP + COUNTED, (index, child) => {
    if (index === WARM_UP) before = cpuOf(child);
    if (index === WARM_UP + COUNTED - 1) after = cpuOf(child);
  });
  return ((after - before) * 1000) / COUNTED;
};
