import type { ServerResponse } from 'node:http';

/** Watches whether a client goes before its answer. The signal is made for who asks: few operations wait so long. */
export class Departure {
  readonly #response: ServerResponse;
  #controller: AbortController | undefined;
  #gone = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => this.#onClose());
  }

  /** Aborts when the client has gone. */
  readonly signal = (): AbortSignal => {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  };

  #onClose() {
    if (this.#response.writableFinished) return;
    this.#gone = true;
    this.#controller?.abort();
  }
}
