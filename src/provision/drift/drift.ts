/** What a deployment does about changes that were made by hand. */
export const DRIFT_POLICIES = ['ignore', 'warn', 'stop'] as const;

/** One of {@link DRIFT_POLICIES}. */
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** A property that is no longer as the stack's template says. */
export interface DriftedProperty {
  /** `/Tags/0/Value` */
  readonly path: string;
  /** As the template says; undefined for what was added. */
  readonly expected?: string;
  /** As it is; undefined for what was taken away. */
  readonly actual?: string;
  /**
   * What the deployment does to it: puts the property back, sends the resource anew without it having changed in the
   * program (most types put it back then), or leaves it.
   */
  readonly fate: 'overwritten' | 'perhaps' | 'untouched';
}

/** A resource that was changed or deleted by hand. */
export interface DriftedResource {
  readonly logicalId: string;
  readonly resourceType: string;
  readonly physicalId: string;
  readonly state: 'modified' | 'deleted';
  readonly properties: readonly DriftedProperty[];
}
