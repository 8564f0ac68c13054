import { describe, expect, it } from 'vitest';
import { Project } from './fixtures/project.ts';

const probe = (imports: string, body: string): Readonly<Record<string, string>> => ({
  'app.ts': `import { lambda, main, service } from 'sparta';
${imports}
const probe = lambda('Probe', {}, async () => {
${body}
});
await main(service('Probe', { functions: [probe] }));
`,
});

describe('built-in modules in the archive', () => {
  it('can be imported in every way', async () => {
    using project = new Project({
      ...probe(
        `import http, { createServer, STATUS_CODES } from 'node:http';
import * as https from 'https';
import { request as secure } from 'node:https';
import process, { argv } from 'node:process';
import { readFileSync } from 'fs';
import type { IncomingMessage } from 'node:http';
import cjs from './legacy.cjs';`,
        `  const dynamic = await import('node:http');
  const { request, default: whole } = await import('http');
  const server = createServer((message: IncomingMessage, response) => { response.end('served ' + message.url); });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const body = await new Promise((resolve) => {
    request({ port, host: '127.0.0.1', path: '/x' }, (response) => { response.setEncoding('utf8').on('data', resolve); }).end();
  });
  server.close();
  return [body, STATUS_CODES[404], http.createServer === createServer, https.request === secure, dynamic.Agent === http.Agent, whole === http, process.pid > 0, argv.length > 0, typeof readFileSync, cjs];`,
      ),
      'legacy.cjs': `const http = require('http');\nconst { join } = require('path');\nmodules = [typeof http.get, join('a', 'b')];\nmodule.exports = modules;\nvar modules;\n`,
    });
    const archive = await project.bundle({ Probe: 'app.ts' });
    expect(await project.invoke(archive, 'Probe')).toEqual([
      'served /x',
      'Not Found',
      true,
      true,
      true,
      true,
      true,
      true,
      'function',
      ['function', 'a/b'],
    ]);
  });

  it('do not load undici, as an import of http by ESM would', async () => {
    using project = new Project(
      probe(
        `import { createServer } from 'node:http';`,
        `  void createServer;\n  return Reflect.get(process, 'moduleLoadList').filter((name: string) => /undici|internal\\/deps/.test(name));`,
      ),
    );
    const archive = await project.bundle({ Probe: 'app.ts' });
    const loaded = await project.invoke(archive, 'Probe');
    expect(loaded).not.toContain('NativeModule internal/deps/undici/undici');
  });

  it('and packages that are required at run time are found from the archive', async () => {
    using project = new Project({
      ...probe(`import legacy from './legacy.cjs';`, '  return legacy;'),
      'legacy.cjs': `const name = ['node', 'path'].join(':');\nmodule.exports = require(name).posix.join('x', 'y');\n`,
    });
    const archive = await project.bundle({ Probe: 'app.ts' });
    expect(await project.invoke(archive, 'Probe')).toBe('x/y');
  });
});
