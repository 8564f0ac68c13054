/** What a resource holds, as far as it can be told without reading all of it. */
export type Contents =
  /** The resource itself is no longer there. */
  | { readonly kind: 'gone' }
  /** Nothing that its template does not say. */
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'holds';
      /** How many; `atLeast` when not all were counted. */
      readonly items?: { readonly count: number; readonly unit: string; readonly atLeast?: true };
      /** Of the items that were counted. */
      readonly bytes?: number;
      /** When the oldest of it came, or the resource was made. */
      readonly since?: Date;
      /** When the newest of it came. */
      readonly until?: Date;
      /** What numbers do not say. */
      readonly note?: string;
    }
  /** It cannot be told from here. */
  | { readonly kind: 'untold'; readonly why: string };

/** A resource to look into. */
export interface Store {
  readonly resourceType: string;
  readonly physicalId: string;
  /** Its properties in the deployed template, where that is known. */
  readonly properties?: Readonly<Record<string, unknown>>;
}
