/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Longest an integration may take, milliseconds. Same page. */
export const MAX_INTEGRATION_MS = 30_000;
