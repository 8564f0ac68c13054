/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html */
export const LIMITS = { repositories: 100_000, tags: 50 } as const;

/** Entries of a page where the request says nothing. */
export const PAGE = 100;

/** Hours that an authorisation token holds. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html */
export const TOKEN_HOURS = 12;
