import type { OperationModel } from './model.ts';

/** A request as it came, its body read or left alone. */
export interface WireRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly rawQuery: string;
  /** Decoded. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | AsyncIterable<Uint8Array> | undefined;
}

export type Protocol = 'json' | 'query' | 'restJson' | 'restXml' | 'cbor';

/** A request whose operation is known. */
export interface RoutedRequest {
  readonly operation: OperationModel;
  readonly protocol: Protocol;
  /** Path labels, decoded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly contentType: string;
  /** HEAD answers have no body. */
  readonly head: boolean;
}

export type Structure = Readonly<Record<string, unknown>>;
