import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningCloud } from '../../cloud/index.ts';
import { startCloud } from '../../cloud/index.ts';
import { lambda as declare, service } from '../../index.ts';
import { synthesise } from '../../synth/index.ts';
import type { Progress, ProvisionRequest } from '../index.ts';
import { deleteStack, openTarget, provision, provisionInPlace, readStatus } from '../index.ts';

const KEYS = { accessKeyId: 'test', secretAccessKey: 'test' };
const REGION = 'us-east-1';
const COUNT = 12;

let cloud: RunningCloud;
beforeEach(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.stop());

const target = () => openTarget({ endpoint: cloud.url, region: REGION, credentials: KEYS });

const request = (memorySize: number, more: Partial<ProvisionRequest> = {}): ProvisionRequest => {
  const functions = Array.from({ length: COUNT }, (_one, index) =>
    declare(`F${index}`, { functionName: `f${index}`, memorySize }, async () => index),
  );
  const { template, templateBody } = synthesise(service('Many', { functions }));
  const bytes = zipSync({ 'index.mjs': new TextEncoder().encode('export const handler = 1') });
  return {
    stackName: 'Many',
    template,
    templateBody,
    archive: Promise.resolve({
      key: 'Many/code.zip',
      bytes: () => Promise.resolve(bytes),
      sizeBytes: bytes.length,
      contentType: 'application/zip',
    }),
    onProgress: () => undefined,
    signal: AbortSignal.timeout(60_000),
    command: (verb) => `node app.ts ${verb}`,
    ...more,
  };
};

const memories = async (): Promise<readonly (number | undefined)[]> => {
  const lambda = new LambdaClient({ endpoint: cloud.url, region: REGION, credentials: KEYS });
  return Promise.all(
    Array.from({ length: COUNT }, async (_one, index) => {
      const found = await lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: `f${index}` }),
      );
      return found.MemorySize;
    }),
  );
};

it('changes many functions side by side and tells them slowest first', async () => {
  await provision(target(), request(128));
  const { outcome, functions } = await provisionInPlace(target(), request(256));
  expect(outcome).toBe('changed-in-place');
  expect(functions).toHaveLength(COUNT);
  const times = functions.map(({ durationMs }) => durationMs);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(functions[0]?.properties).toEqual(['MemorySize']);
  expect(new Set(await memories())).toEqual(new Set([256]));
}, 60_000);

it('interrupted in the middle says what is changed and what is not, is recorded, and goes on', async () => {
  await provision(target(), request(128));
  const controller = new AbortController();
  const interrupted = provisionInPlace(
    target(),
    request(256, {
      signal: controller.signal,
      onProgress: (progress: Progress) => {
        if (progress.kind === 'in-place' && progress.phase === 'started') controller.abort();
      },
    }),
  );
  await expect(interrupted).rejects.toMatchObject({
    code: 'INTERRUPTED',
    message: expect.stringMatching(
      /^Interrupted: Many is half changed\. Changed: .*; not changed, or not known to be: .*F11/,
    ),
    hint: expect.stringContaining('"node app.ts provision --inplace" goes on where this stopped'),
  });
  const half = await memories();
  expect(half).toContain(128);
  const report = await readStatus(target(), 'Many', AbortSignal.timeout(60_000));
  expect(report?.inPlace).toMatchObject({ unfinished: true });
  expect(Object.keys(report?.inPlace?.functions ?? {})).toHaveLength(COUNT);

  await provisionInPlace(target(), request(256));
  expect(new Set(await memories())).toEqual(new Set([256]));
  const after = await readStatus(target(), 'Many', AbortSignal.timeout(60_000));
  expect(after?.inPlace).toMatchObject({ unfinished: false });
}, 60_000);

it('interrupted in the middle and given up: a full deployment of the old program puts everything back', async () => {
  await provision(target(), request(128));
  const controller = new AbortController();
  await provisionInPlace(
    target(),
    request(256, {
      signal: controller.signal,
      onProgress: (progress: Progress) => {
        if (progress.kind === 'in-place' && progress.phase === 'started') controller.abort();
      },
    }),
  ).catch(() => undefined);
  const told: Progress[] = [];
  const { outcome } = await provision(
    target(),
    request(128, { onProgress: (progress) => void told.push(progress) }),
  );
  expect(outcome).toBe('updated');
  expect(told).toContainEqual(expect.objectContaining({ kind: 'reconciled' }));
  expect(new Set(await memories())).toEqual(new Set([128]));
  const report = await readStatus(target(), 'Many', AbortSignal.timeout(60_000));
  expect(report?.inPlace).toBeUndefined();
}, 60_000);

it('the record belongs to one life of a stack', async () => {
  await provision(target(), request(128));
  await provisionInPlace(target(), request(256));
  await deleteStack(target(), {
    stackName: 'Many',
    onPlan: () => undefined,
    onProgress: () => undefined,
    signal: AbortSignal.timeout(60_000),
    command: (verb) => verb,
  });
  await provision(target(), request(128));
  const report = await readStatus(target(), 'Many', AbortSignal.timeout(60_000));
  expect(report?.inPlace).toBeUndefined();
}, 60_000);
