/** What goes back to the client. */
export interface ProxyResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

const json = (status: number, message: string): ProxyResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message })),
});

export const internalServerError = (): ProxyResponse => json(500, 'Internal Server Error');
export const notFoundResponse = (): ProxyResponse => json(404, 'Not Found');
export const tooManyRequests = (): ProxyResponse => json(429, 'Too Many Requests');
export const serviceUnavailable = (): ProxyResponse => json(503, 'Service Unavailable');
export const bodyTooLarge = (): ProxyResponse => json(413, 'Request Entity Too Large');

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parse = (payload: Uint8Array): unknown => {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return buffer.length === 0 ? null : (JSON.parse(buffer.toString('utf8')) as unknown);
};

/**
 * A function's result as HTTP. In format 2.0 a result without `statusCode` is the body of a 200.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export const readResult = (payload: Uint8Array, format: string): ProxyResponse => {
  let result: unknown;
  try {
    result = parse(payload);
  } catch {
    return internalServerError();
  }
  if (!isObject(result) || result['statusCode'] === undefined) {
    if (format === '1.0') return internalServerError();
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: result === null ? Buffer.alloc(0) : Buffer.from(payload),
    };
  }
  const status = Number(result['statusCode']);
  if (!Number.isInteger(status) || status < 100 || status > 599) return internalServerError();
  const headers: Record<string, string | readonly string[]> = {};
  if (isObject(result['headers']))
    for (const [name, value] of Object.entries(result['headers']))
      headers[name.toLowerCase()] = String(value);
  if (format === '1.0' && isObject(result['multiValueHeaders']))
    for (const [name, values] of Object.entries(result['multiValueHeaders']))
      if (Array.isArray(values)) headers[name.toLowerCase()] = values.map(String);
  if (format !== '1.0' && Array.isArray(result['cookies']))
    headers['set-cookie'] = result['cookies'].map(String);
  const { body } = result;
  if (body !== undefined && body !== null && typeof body !== 'string') return internalServerError();
  headers['content-type'] ??= 'text/plain; charset=utf-8';
  return {
    status,
    headers,
    body: Buffer.from(body ?? '', result['isBase64Encoded'] === true ? 'base64' : 'utf8'),
  };
};
