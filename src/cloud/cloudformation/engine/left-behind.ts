/** A failure that has left something behind: the rollback deletes what has this id. */
export const failedWith = <E extends Error>(error: E, physicalId: string): E =>
  leftBy(error) === undefined ? Object.assign(error, { physicalId }) : error;

/** The id of what a failed creation has left behind. */
export const leftBy = (error: unknown): string | undefined =>
  error instanceof Error && 'physicalId' in error && typeof error.physicalId === 'string'
    ? error.physicalId
    : undefined;
