import type { EventAdapter } from '../runtime/index.ts';
import { httpEvents } from './http-api/runtime.ts';
import { s3Events } from './s3/runtime.ts';

/** How the events of each source become what a handler is given: one line a source. */
export const EVENT_ADAPTERS: readonly EventAdapter[] = [httpEvents, s3Events];
