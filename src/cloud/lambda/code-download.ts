import type { DataPlane } from '../core/data-plane.ts';
import type { FunctionVersion, LambdaState } from './state.ts';

const PATH = /^\/_sparta\/lambda\/([\w-]+)\/([\w-]{43})$/;

const inUrl = (codeSha256: string): string =>
  Buffer.from(codeSha256, 'base64').toString('base64url');

/** Where the archive of a version can be fetched. Who knows its hash may: AWS presigns a URL of its own bucket. */
export const codeLocation = (
  endpoint: string,
  region: string,
  { codeSha256 }: FunctionVersion,
): string => `${endpoint}/_sparta/lambda/${region}/${inUrl(codeSha256)}`;

/** Serves the archives behind `GetFunction`'s `Code.Location`. */
export const codeDownload: DataPlane<LambdaState> = {
  claims: (_host, url) => {
    const region = url.startsWith('/_sparta/lambda/') ? PATH.exec(url)?.[1] : undefined;
    return region === undefined ? undefined : { region };
  },
  serve: async (request, response, context) => {
    const hash = PATH.exec(request.url ?? '')?.[2];
    const version = [...context.state.versions.values()].find(
      ({ codeSha256 }) => inUrl(codeSha256) === hash,
    );
    if (version === undefined || request.method !== 'GET') {
      response.writeHead(404, { 'content-type': 'text/plain' });
      response.end('There is no such code: the function was updated or deleted.\n');
      return;
    }
    const bytes = await context.blobs.bytes(version.code);
    response.writeHead(200, {
      'content-type': 'application/zip',
      'content-length': String(bytes.byteLength),
    });
    response.end(bytes);
  },
};
