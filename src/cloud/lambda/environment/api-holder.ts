import type { Socket } from 'node:net';

/**
 * The connection that has asked for an event: it waits, or works on what it was given, until that is answered. Where
 * nobody knows whose a connection is, no other may ask meanwhile. Answers need no such care: they name the event's id,
 * which cannot be guessed.
 */
export interface ApiHolder {
  take(socket: Socket): void;
  given(): void;
  /** The event was answered, by whichever connection. */
  release(): void;
  /** A connection has ended. A runtime that opens one for each call closes it before it answers, so it holds on. */
  leave(socket: Socket): void;
  excludes(socket: Socket): boolean;
}

export const createApiHolder = (): ApiHolder => {
  let holder: Socket | undefined;
  let works = false;
  return {
    take: (socket) => {
      holder = socket;
      works = false;
    },
    given: () => {
      works = true;
    },
    release: () => {
      holder = undefined;
      works = false;
    },
    leave: (socket) => {
      if (holder === socket && !works) holder = undefined;
    },
    excludes: (socket) => holder !== undefined && holder !== socket,
  };
};
