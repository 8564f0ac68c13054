import { connect } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../index.ts';
import { startCloud } from '../index.ts';

let running: RunningCloud;
beforeAll(async () => {
  running = await startCloud();
});
afterAll(() => running.stop());

const config = (accessKeyId = 'test', secretAccessKey = 'test') => ({
  endpoint: running.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey },
});

/** Sends bytes as they are and reads until the connection ends. */
const raw = (text: string) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect(running.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (piece) => {
      answer += piece.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.write(text);
  });

describe('one endpoint', () => {
  it('knows the developer by test and test', async () => {
    const identity = await new STSClient(config()).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:iam::000000000000:root');
  });

  it('refuses a wrong secret and an unknown key, each in the service’s words', async () => {
    await expect(
      new SNSClient(config('test', 'wrong')).send(new ListTopicsCommand({})),
    ).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(
      new SNSClient(config('AKIAUNKNOWN')).send(new ListTopicsCommand({})),
    ).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
    });
  });

  it('refuses a request that nobody signed', async () => {
    const answer = await fetch(running.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('answers an unknown operation and an unknown service in a sentence', async () => {
    const answer = await fetch(running.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'Nope_1.Do' },
      body: '{}',
    });
    expect(answer.status).toBe(501);
    expect(await answer.text()).toContain(
      "The service of the target 'Nope_1.Do' is not supported by the embedded cloud",
    );
  });
});

describe('what a page of another site could try', () => {
  it('refuses a foreign Host', async () => {
    const answer = await raw('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 403/);
    expect(answer).toContain("The Host header is 'evil.example'");
  });

  it('refuses a foreign Origin, and answers a loopback one', async () => {
    const foreign = await fetch(running.url, { headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
    expect(await foreign.text()).toContain("The Origin header is 'https://evil.example'");
    const own = await fetch(`${running.url}/_sparta/health`, {
      headers: { origin: 'http://localhost:3000' },
    });
    expect(own.status).toBe(200);
  });
});

describe('requests that cannot be read', () => {
  it('answers headers of 1 MB with a sentence', async () => {
    const answer = await raw(
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: ${'a'.repeat(1024 * 1024)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431/);
    expect(answer).toContain("The request's headers are over 65536 bytes.");
  });

  it('answers what is no HTTP', async () => {
    expect(await raw('hello\r\n\r\n')).toContain('The request is not HTTP/1.1 that can be read.');
  });

  it('refuses a body over the limit by its length alone', async () => {
    const answer = await raw(
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\nAction=`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(answer).toContain('Request must be smaller than');
  });

  it('goes on after a body that was cut', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(running.port, '127.0.0.1', () => {
        socket.write(
          'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nAction=',
        );
        socket.destroy();
      });
      socket.on('close', () => resolve());
    });
    const identity = await new STSClient(config()).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe('000000000000');
  });

  it('answers JSON that is none', async () => {
    const answer = await fetch(running.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'Logs_20140328.DescribeLogGroups',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: '{"a":',
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ __type: 'MissingAuthenticationToken' });
  });
});
