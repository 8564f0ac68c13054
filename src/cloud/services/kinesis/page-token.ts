import { invalidArgument, tokenExpired } from './errors.ts';
import { TOKEN_MS } from './limits.ts';

/** A token says where a list goes on, and when it was given. */
export const writeToken = (place: object, now: number): string =>
  Buffer.from(JSON.stringify({ place, at: now })).toString('base64');

/** @throws {InvalidArgumentException | ExpiredNextTokenException} */
export const readToken = <Place>(token: string, now: number): Place => {
  const read = parse(token);
  if (read === undefined) throw invalidArgument('Invalid NextToken.');
  if (now - read.at > TOKEN_MS) throw tokenExpired();
  return read.place as Place;
};

const parse = (token: string): { readonly place: unknown; readonly at: number } | undefined => {
  try {
    const read = JSON.parse(Buffer.from(token, 'base64').toString()) as {
      readonly place?: unknown;
      readonly at?: unknown;
    };
    return typeof read.place === 'object' && read.place !== null && typeof read.at === 'number'
      ? { place: read.place, at: read.at }
      : undefined;
  } catch {
    return undefined;
  }
};
