import type { Agent, IncomingMessage } from 'node:http';

const { request } = process.getBuiltinModule('node:http');

/** `fetch` over an agent: a request as a web page writes it, an answer as it reads one. */
export const fetchOver = async (
  agent: Agent,
  url: string,
  init: RequestInit,
): Promise<Response> => {
  // Does what `fetch` does with bodies and headers of every kind.
  const asked = new Request(url, init);
  const body = asked.body === null ? undefined : Buffer.from(await asked.arrayBuffer());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: asked.method, headers: Object.fromEntries(asked.headers) },
      resolve,
    );
    sent.once('error', reject);
    sent.end(body);
  });
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece as Buffer);
  const headers = new Headers();
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    headers.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '');
  const status = answer.statusCode ?? 500;
  const bodiless = status === 204 || status === 304 || status < 200;
  return new Response(bodiless ? null : Buffer.concat(pieces), {
    status,
    statusText: answer.statusMessage ?? '',
    headers,
  });
};
