import type { DataPlane } from '../core/data-plane.ts';
import { SIGNAL_PREFIX } from './engine/signals.ts';
import type { CloudFormationState } from './state.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html: 4096 bytes */
const MAX_BODY_BYTES = 4_096;

const TARGET = /^\/_aws\/cloudformation\/(\d{12})\/([a-z0-9-]+)\/([0-9a-f]{64})(?:\?|$)/;

/** Where a body is too long, this stands in its place. */
export const TOO_LONG = JSON.stringify({
  Status: 'FAILED',
  Reason: 'Response object is too long.',
});

/**
 * The URLs that custom resources and wait conditions answer to. Differs: AWS presigns URLs of a bucket of its own; here
 * the URL's own secret part stands for the signature.
 */
export const signalDataPlane: DataPlane<CloudFormationState> = {
  claims: (_host, url) => {
    if (!url.startsWith(SIGNAL_PREFIX)) return undefined;
    const [, accountId, region] = TARGET.exec(url) ?? [];
    return accountId === undefined || region === undefined ? {} : { accountId, region };
  },
  serve: async (request, response, { state, commit }) => {
    const answer = (status: number, text: string) => {
      response.writeHead(status, { 'content-type': 'text/plain' });
      response.end(text);
    };
    const key = TARGET.exec(request.url ?? '')?.[3] ?? '';
    const before = state.signals.get(key);
    if (before === undefined) return answer(403, 'Nothing waits for an answer at this URL.');
    if (request.method !== 'PUT') return answer(405, 'The answer has to be sent by PUT.');
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.byteLength;
      if (size <= MAX_BODY_BYTES) pieces.push(piece);
    }
    const body = size > MAX_BODY_BYTES ? TOO_LONG : Buffer.concat(pieces).toString('utf8');
    state.signals.set(key, [...(state.signals.get(key) ?? []), body]);
    commit();
    state.bell.ring(key);
    answer(200, '');
  },
};
