const TRIES = 3;

const putOnce = (url: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    // The ES module facade of node:https loads undici, 25 ms; the built-in alone does not.
    const { request } = process.getBuiltinModule(
      url.startsWith('https:') ? 'node:https' : 'node:http',
    );
    const sent = request(
      url,
      // A presigned URL is signed without a content type.
      { method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume();
        const { statusCode = 500 } = response;
        if (statusCode < 300) response.once('end', resolve);
        else reject(new Error(`PUT answered ${statusCode}`));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });

/** Puts text at a presigned URL; a lost connection is tried again. */
export const putAnswer = async (url: string, body: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await putOnce(url, body);
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
};
