/** STS keeps nothing of its own: credentials are the cloud's, roles are IAM's. */
export type StsState = Readonly<Record<string, never>>;
