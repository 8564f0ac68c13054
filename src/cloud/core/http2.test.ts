import type { ClientHttp2Session } from 'node:http2';
import { connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import {
  CreateStreamCommand,
  KinesisClient,
  ListStreamsCommand,
  PutRecordCommand,
  UpdateMaxRecordSizeCommand,
} from '@aws-sdk/client-kinesis';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud();
});
afterAll(() => running.stop());

const config = (url = running.url, secretAccessKey = 'test') => ({
  endpoint: url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId: 'test', secretAccessKey },
});

/** One request over HTTP/2. */
const ask = (
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>>,
  body: Buffer = Buffer.alloc(0),
) =>
  new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': '/', ...headers });
    let [status, text] = [0, ''];
    stream.on('response', (answer) => {
      status = Number(answer[':status']);
    });
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
    stream.on('end', () => resolve({ status, text }));
    stream.on('error', reject);
    stream.end(body);
  });

it('the SDK’s client for Kinesis, which begins with HTTP/2, is answered as it is', async () => {
  const kinesis = new KinesisClient(config());
  await kinesis.send(new CreateStreamCommand({ StreamName: 'a', ShardCount: 1 }));
  const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/a';
  await kinesis.send(new UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 10_240 }));
  // Far more than a window of flow control, and several requests at once on one connection.
  const puts = [1, 3_000_000, 10_000_000, 20, 300_000].map((size) =>
    kinesis.send(
      new PutRecordCommand({ StreamARN, Data: Buffer.alloc(size, 'x'), PartitionKey: 'k' }),
    ),
  );
  const shards = await Promise.all(puts);
  expect(new Set(shards.map(({ SequenceNumber }) => SequenceNumber)).size).toBe(5);
  kinesis.destroy();
  const wrong = new KinesisClient(config(running.url, 'wrong'));
  await expect(wrong.send(new ListStreamsCommand({}))).rejects.toMatchObject({
    name: expect.stringMatching(/Signature/) as string,
    $metadata: { httpStatusCode: 403 },
  });
  wrong.destroy();
});

it('clients of HTTP/1.1 are answered on the same port, at the same time', async () => {
  const [sns, kinesis] = [new SNSClient(config()), new KinesisClient(config())];
  const [topics, streams] = await Promise.all([
    sns.send(new ListTopicsCommand({})),
    kinesis.send(new ListStreamsCommand({})),
  ]);
  expect([topics.Topics, streams.HasMoreStreams]).toEqual([[], false]);
  sns.destroy();
  kinesis.destroy();
});

it('foreign hosts and bodies over the limit are refused over HTTP/2 too, and the connection goes on', async () => {
  const session = connect(running.url, { maxSessionMemory: 100 } /* holds the body that is sent */);
  const foreign = await ask(session, { ':authority': 'evil.example' });
  expect(foreign).toMatchObject({
    status: 403,
    text: expect.stringContaining("The Host header is 'evil.example'") as string,
  });
  const large = await ask(
    session,
    { 'x-amz-target': 'AmazonSSM.GetParameter', 'content-length': '20000000' },
    Buffer.alloc(20_000_000),
  );
  expect([400, 403, 413]).toContain(large.status);
  expect(await ask(session, {})).toMatchObject({ status: 405 });
  session.destroy();
});

it('what is neither of both gets its sentence', async () => {
  const answer = await new Promise<string>((resolve) => {
    const socket = connectSocket(running.port, '127.0.0.1');
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.on('close', () => resolve(text));
    socket.write('PRI * HTTP/9.9\r\n\r\n');
  });
  expect(answer).toContain('The request is not HTTP/1.1 that can be read.');
});

it('a cloud stops while clients keep connections of HTTP/2 open', async () => {
  const short = await startCloud();
  const session = connect(short.url);
  session.on('error', () => {});
  await ask(session, {});
  const closed = new Promise<void>((resolve) => session.on('close', resolve));
  await short.stop();
  await closed;
});
