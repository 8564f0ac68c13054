import type { Clock } from '../../core/clock.ts';
import { LIMITS } from '../limits.ts';
import type { FunctionVersion } from '../state.ts';
import type { Invocation, Outcome } from './invocation.ts';
import type { LogStream } from './log-shipper.ts';
import type { RuntimeProgram } from './runtimes.ts';

/** The log of one environment: what its function prints, and what Lambda says of it. */
export interface EnvironmentLog {
  initStart(program: RuntimeProgram): void;
  initReport(durationMs: number, status: 'timeout' | 'error'): void;
  start(invocation: Invocation): void;
  /** Says that something is about to be written, for whoever waits until the log is whole. */
  expectMore(): void;
  /** Something that the function or its runtime wrote. */
  line(text: string): void;
  /** A call of the function was denied. Differs: AWS says nothing of it there, and leaves it to the function. */
  denied(requestId: string, text: string): void;
  timedOut(requestId: string, seconds: string): void;
  crashed(requestId: string, reason: string, errorType: string): void;
  /** Ends an invocation's log; gives its last 4 KB where they were asked for. */
  end(
    invocation: Invocation,
    outcome: Outcome,
    peakBytes: number,
    initMs: number | undefined,
  ): string | undefined;
}

/** Levels of what Lambda itself says. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html */
const SYSTEM_LEVELS = { DEBUG: 1, INFO: 2, WARN: 3 } as const;
type SystemLevel = keyof typeof SYSTEM_LEVELS;

const MEGABYTE = 1024 * 1024;

/**
 * @param stream - Takes the events of the log.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html START, END and REPORT
 * @see https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html the same as JSON
 */
export const createEnvironmentLog = (
  version: FunctionVersion,
  region: string,
  clock: Clock,
  { write, expect }: LogStream,
): EnvironmentLog => {
  const json = version.logging.format === 'JSON';
  const least = json
    ? SYSTEM_LEVELS[(version.logging.systemLevel ?? 'INFO') as SystemLevel]
    : SYSTEM_LEVELS.DEBUG;
  /** What was written since the last start of an invocation; the first has what came before it as well. */
  let tail: string[] | undefined = [];
  let tailBytes = 0;
  let firstReport = true;
  /** Journal id of the invocation that runs, or ran last. */
  let cause: number | undefined;

  const emit = (text: string) => {
    write(text, cause);
    if (tail === undefined) return;
    tail.push(text);
    tailBytes += text.length;
    while (tail.length > 1 && tailBytes - (tail[0]?.length ?? 0) > LIMITS.logTailBytes * 2)
      tailBytes -= tail.shift()?.length ?? 0;
  };
  const time = () => new Date(clock.now()).toISOString();
  const record = (type: string, content: string) =>
    `{"time":"${time()}","type":"platform.${type}","record":${content}}`;
  const platform = (level: SystemLevel, type: string, content: string) => {
    if (SYSTEM_LEVELS[level] >= least) emit(record(type, content));
  };
  const runtimeArn = (program: RuntimeProgram) =>
    `arn:aws:lambda:${region}::runtime:${program.digest}`;

  return {
    initStart: (program) => {
      // Not part of what an invocation's caller sees.
      if (!json)
        write(
          `INIT_START Runtime Version: ${program.label}\tRuntime Version ARN: ${runtimeArn(program)}\n`,
        );
      else if (SYSTEM_LEVELS.INFO >= least)
        write(
          record(
            'initStart',
            JSON.stringify({
              initializationType: 'on-demand',
              phase: 'init',
              runtimeVersion: program.label,
              runtimeVersionArn: runtimeArn(program),
              functionName: version.functionName,
              functionVersion: version.version,
            }),
          ),
        );
    },
    initReport: (durationMs, status) => {
      if (json)
        platform(
          'WARN',
          'initReport',
          JSON.stringify({
            initializationType: 'on-demand',
            phase: 'init',
            status,
            metrics: { durationMs: round(durationMs) },
          }),
        );
      else
        emit(
          `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\tStatus: ${status}\n`,
        );
    },
    start: ({ requestId, tail: wanted, cause: invocation }) => {
      cause = invocation;
      if (!wanted) tail = undefined;
      else if (tail === undefined || !firstReport) {
        tail = [];
        tailBytes = 0;
      }
      if (json)
        platform('INFO', 'start', `{"requestId":"${requestId}","version":"${version.version}"}`);
      else emit(`START RequestId: ${requestId} Version: ${version.version}\n`);
    },
    expectMore: expect,
    line: emit,
    denied: (requestId, text) =>
      emit(
        json
          ? JSON.stringify({ timestamp: time(), level: 'WARN', requestId, message: text })
          : `${time()}\t${requestId}\tWARN\t${text}\n`,
      ),
    timedOut: (requestId, seconds) => {
      if (!json) emit(`${time()} ${requestId} Task timed out after ${seconds} seconds\n\n`);
    },
    crashed: (requestId, reason, errorType) => {
      if (!json) emit(`RequestId: ${requestId} Error: ${reason}\n${errorType}\n`);
    },
    end: ({ requestId }, outcome, peakBytes, initMs) => {
      const billed = Math.max(1, Math.ceil(outcome.durationMs + (firstReport ? (initMs ?? 0) : 0)));
      const memory = Math.min(version.memorySizeMb, Math.ceil(peakBytes / MEGABYTE));
      const init = firstReport ? initMs : undefined;
      firstReport = false;
      // Errors that a handler throws are none of the platform's: they end as a success of the runtime.
      const failed = outcome.status === 'timeout' || outcome.status === 'failure';
      if (json) {
        const error =
          failed && outcome.errorType !== undefined && outcome.status !== 'timeout'
            ? `,"errorType":${JSON.stringify(outcome.errorType)}`
            : '';
        const status = outcome.status === 'failure' ? 'error' : outcome.status;
        platform(
          'DEBUG',
          'runtimeDone',
          `{"requestId":"${requestId}","status":"${status}"${error},"metrics":{"durationMs":${round(outcome.durationMs)},"producedBytes":${outcome.payload.byteLength}}}`,
        );
        platform(
          failed ? 'WARN' : 'INFO',
          'report',
          `{"requestId":"${requestId}","metrics":{"durationMs":${round(outcome.durationMs)},"billedDurationMs":${billed},"memorySizeMB":${version.memorySizeMb},"maxMemoryUsedMB":${memory}${init === undefined ? '' : `,"initDurationMs":${round(init)}`}},"status":"${status}"${error}}`,
        );
      } else {
        emit(`END RequestId: ${requestId}\n`);
        const status = !failed
          ? ''
          : outcome.status === 'timeout'
            ? 'Status: timeout'
            : `Status: error\tError Type: ${outcome.errorType ?? ''}`;
        emit(
          `REPORT RequestId: ${requestId}\tDuration: ${outcome.durationMs.toFixed(2)} ms\tBilled Duration: ${billed} ms\tMemory Size: ${version.memorySizeMb} MB\tMax Memory Used: ${memory} MB\t${init === undefined ? '' : `Init Duration: ${init.toFixed(2)} ms\t`}${status}\n`,
        );
      }
      if (tail === undefined) return undefined;
      const text = Buffer.from(tail.map(ended).join(''));
      tail = undefined;
      return text.subarray(Math.max(0, text.byteLength - LIMITS.logTailBytes)).toString('base64');
    },
  };
};

const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);

const round = (ms: number) => Math.round(ms * 1000) / 1000;
