import type { ServerResponse } from 'node:http';
import type { Authentication } from './authenticate.ts';
import type { Clock } from './clock.ts';
import type { Cloud } from './cloud.ts';

const say = (clock: Clock, response: ServerResponse) =>
  response.setHeader('date', new Date(clock.now()).toUTCString());

/** SDKs set their clock by the answer's date. Node writes this machine's; a cloud on its own time says that. */
export const tellTime = ({ signatureClock: clock }: Cloud, response: ServerResponse): void => {
  if (Math.abs(clock.now() - Date.now()) > 1_000) say(clock, response);
};

/** Whoever signed by another clock than most is told the time of that one. */
export const tellSignersTime = (
  { signatureClock }: Cloud,
  caller: Authentication | undefined,
  response: ServerResponse,
): void => {
  if (caller !== undefined && caller.signedBy !== signatureClock) say(caller.signedBy, response);
};
