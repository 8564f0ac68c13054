import type { Logger } from '../spec/handler-context.ts';
import { InvalidMessageError } from './invalid-message.ts';

/**
 * What `read` makes of a message; undefined for one that its schema refuses and that is to be dropped.
 * @throws {InvalidMessageError} when the schema refuses a message that is to fail
 */
export const readOrDrop = async <T>(
  read: () => Promise<T>,
  invalid: 'fail' | 'drop',
  log: Logger,
): Promise<T | undefined> => {
  try {
    return await read();
  } catch (error) {
    if (invalid !== 'drop' || !(error instanceof InvalidMessageError)) throw error;
    log.warn(`${error.message}; it is dropped`);
    return undefined;
  }
};
