import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';
import { createVirtualClock } from './clock.ts';

// `aws s3 presign s3://conformance/small.txt` of AWS CLI 1.46.3 with the keys test and test; the host is not signed.
const SIGNED =
  '/conformance/small.txt?AWSAccessKeyId=test&Signature=WwhtXdqhX7FEyTjB9MIu8vzJxsI%3D&Expires=1795464659';
const EXPIRES_MS = 1_795_464_659_000;

const clock = createVirtualClock(EXPIRES_MS - 60_000);
let cloud: RunningCloud;

beforeAll(async () => {
  cloud = await startCloud({ clock });
  const s3 = new S3Client({
    endpoint: cloud.url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    systemClockOffset: clock.now() - Date.now(),
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'conformance' }));
  await s3.send(new PutObjectCommand({ Bucket: 'conformance', Key: 'small.txt', Body: 'small' }));
  s3.destroy();
});
afterAll(() => cloud.stop());

const ask = async (target: string, init?: RequestInit) => {
  const answer = await fetch(`${cloud.url}${target}`, init);
  return [answer.status, /<Code>(.*)<\/Code>/.exec(await answer.clone().text())?.[1]] as const;
};

it('takes the URL that the AWS CLI signs with version 2', async () => {
  const answer = await fetch(`${cloud.url}${SIGNED}`);
  expect([answer.status, await answer.text()]).toEqual([200, 'small']);
});

it('refuses it for another method, another key, another part and another signer', async () => {
  const bad = [403, 'SignatureDoesNotMatch'];
  expect(await ask(SIGNED, { method: 'PUT', body: 'x' })).toEqual(bad);
  expect(await ask(SIGNED.replace('small', 'other'))).toEqual(bad);
  expect(await ask(`${SIGNED}&tagging`)).toEqual(bad);
  expect(await ask(SIGNED.replace('Id=test', 'Id=none'))).toEqual([403, 'InvalidAccessKeyId']);
});

it('refuses it once it has expired', async () => {
  await clock.advance(120_000);
  expect(await ask(SIGNED)).toEqual([403, 'AccessDenied']);
});
