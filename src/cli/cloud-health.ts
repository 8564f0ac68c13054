const HEALTH_TIMEOUT_MS = 2_000;

/** The process id of the Sparta cloud that answers at a URL; undefined when none does. */
export const cloudAt = (url: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    // The ES module facade of node:http loads undici, 25 ms on Node 24; the built-in alone does not.
    const http = process.getBuiltinModule('node:http');
    const request = http.get(
      new URL('/_sparta/health', url),
      { timeout: HEALTH_TIMEOUT_MS, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(readPid(text)));
        response.on('error', () => resolve(undefined));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });

const readPid = (text: string): number | undefined => {
  try {
    const health: unknown = JSON.parse(text);
    return typeof health === 'object' &&
      health !== null &&
      'product' in health &&
      health.product === 'sparta' &&
      'pid' in health &&
      typeof health.pid === 'number'
      ? health.pid
      : undefined;
  } catch {
    return undefined;
  }
};
