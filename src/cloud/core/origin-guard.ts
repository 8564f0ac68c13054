import { memoize } from './memoize.ts';

/**
 * The cloud listens on loopback, yet a page of any site can make a browser send requests there, and a foreign name can
 * be made to resolve to 127.0.0.1. So only loopback names are answered, and only pages of loopback origins.
 */

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The host of a Host header: lower case, without the port. */
export const hostName = memoize((header) => header.toLowerCase().replace(/:\d+$/, ''));

export const isLoopbackHost = (host: string): boolean =>
  LOOPBACK.has(host) || host.endsWith('.localhost');

/**
 * Why a request is refused, or undefined.
 * @param host - Of the Host header, without its port.
 */
export const foreignRequest = (host: string, origin: string | undefined): string | undefined => {
  if (!isLoopbackHost(host))
    return `The Host header is '${host.slice(0, 100)}'; the embedded cloud answers to 127.0.0.1, localhost and *.localhost only.`;
  if (origin === undefined || isLoopbackOrigin(origin)) return undefined;
  return `The Origin header is '${origin.slice(0, 100)}'; the embedded cloud answers pages of loopback origins only.`;
};

const isLoopbackOrigin = (origin: string): boolean => {
  const match = /^https?:\/\/([^/]+)$/.exec(origin);
  return match?.[1] !== undefined && isLoopbackHost(hostName(match[1]));
};
