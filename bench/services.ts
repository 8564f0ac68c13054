import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORK } from './measure.ts';

/** The same service of N functions, each with one SDK client behind one route, for Sparta and for its peers. */

const nameOf = (index: number) => `fn${String(index).padStart(3, '0')}`;
const namesOf = (count: number) => Array.from({ length: count }, (_, index) => nameOf(index));

const body = (index: number) => `
const ddb = new DynamoDBClient({});
interface Item { readonly id: string; readonly kind: 'k${index}'; readonly n: number }
const respond = (statusCode: number, value: unknown) =>
  ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
const work = async (id: string) => {
  if (id === 'none') return respond(400, { error: 'fn${index} needs an id' });
  const found = await ddb.send(new GetItemCommand({ TableName: process.env['TABLE'] ?? 't${index}', Key: { id: { S: id } } }));
  const item: Item = { id, kind: 'k${index}', n: Number(found.Item?.['n']?.N ?? ${index}) };
  return respond(200, item);
};
`;
const IMPORT = `import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';\n`;
const plainHandler = (index: number) =>
  `${IMPORT}${body(index)}export const handler = (event: { pathParameters?: { id?: string } }) => work(event.pathParameters?.id ?? 'none');\n`;

const fresh = (...parts: readonly string[]) => {
  const dir = join(WORK, ...parts);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'src'), { recursive: true });
  return dir;
};
const write = (dir: string, file: string, text: string) => writeFileSync(join(dir, file), text);
const manifest = (name: string) =>
  JSON.stringify({ name, version: '1.0.0', private: true, type: 'module' });

/** A Sparta program: one module per function. */
export const writeSpartaService = (count: number): string => {
  const dir = fresh(`sparta-${count}`);
  write(dir, 'package.json', manifest(`sparta-${count}`));
  write(
    dir,
    'src/api.ts',
    `import { httpApi } from 'sparta';\nexport const api = httpApi('Api');\n`,
  );
  for (const [index, name] of namesOf(count).entries())
    write(
      dir,
      `src/${name}.ts`,
      `${IMPORT}import { lambda } from 'sparta';\nimport { api } from './api.ts';\n${body(index)}export const ${name} = lambda('${name.toUpperCase()}', { on: api.get('/${name}/{id}') }, ({ params }) => work(params.id));\n`,
    );
  const names = namesOf(count);
  write(
    dir,
    'app.ts',
    `import { main, service } from 'sparta';\n${names.map((name) => `import { ${name} } from './src/${name}.ts';`).join('\n')}\nawait main(service('Bench${count}', { functions: [${names.join(', ')}] }));\n`,
  );
  return dir;
};

/** A Sparta program of functions that no route starts: three resources each, so that 100 fit one template. */
export const writeRoutelessService = (count: number): string => {
  const dir = fresh(`routeless-${count}`);
  write(dir, 'package.json', manifest(`routeless-${count}`));
  const names = namesOf(count);
  for (const [index, name] of names.entries())
    write(
      dir,
      `src/${name}.ts`,
      `${IMPORT}import { lambda } from 'sparta';\n${body(index)}export const ${name} = lambda('${name.toUpperCase()}', {}, ({ id }: { id: string }) => work(id));\n`,
    );
  write(
    dir,
    'app.ts',
    `import { main, service } from 'sparta';\n${names.map((name) => `import { ${name} } from './src/${name}.ts';`).join('\n')}\nawait main(service('Bench${count}', { functions: [${names.join(', ')}] }));\n`,
  );
  return dir;
};

/** Plain handlers, for bare esbuild. */
export const writeFloorService = (count: number): string => {
  const dir = fresh(`floor-${count}`);
  for (const [index, name] of namesOf(count).entries())
    write(dir, `src/${name}.ts`, plainHandler(index));
  return dir;
};

/** osls (Serverless Framework 3's maintained fork) with serverless-esbuild. */
export const writeOslsService = (count: number): string => {
  const dir = fresh('osls', `svc${count}`);
  for (const [index, name] of namesOf(count).entries())
    write(dir, `src/${name}.ts`, plainHandler(index));
  write(
    dir,
    'package.json',
    JSON.stringify({ name: `svc${count}`, version: '1.0.0', private: true }),
  );
  write(
    dir,
    'serverless.yml',
    `service: svc${count}
frameworkVersion: '*'
provider:
  name: aws
  runtime: nodejs20.x
  region: us-east-1
plugins:
  - serverless-esbuild
custom:
  esbuild: { bundle: true, minify: true, sourcemap: false, target: node20, platform: node, format: cjs, exclude: [], packager: npm, concurrency: 4 }
functions:
${namesOf(count)
  .map(
    (name) =>
      `  ${name}:\n    handler: src/${name}.handler\n    events:\n      - httpApi: 'GET /${name}/{id}'`,
  )
  .join('\n')}
`,
  );
  return dir;
};

/** CDK with NodejsFunction. */
export const writeCdkService = (count: number): string => {
  const dir = fresh('cdk', `svc${count}`);
  for (const [index, name] of namesOf(count).entries())
    write(dir, `src/${name}.ts`, plainHandler(index));
  write(
    dir,
    'package.json',
    JSON.stringify({ name: `svc${count}`, version: '1.0.0', private: true }),
  );
  write(
    dir,
    'package-lock.json',
    JSON.stringify({
      name: `svc${count}`,
      version: '1.0.0',
      lockfileVersion: 3,
      requires: true,
      packages: {},
    }),
  );
  write(
    dir,
    'cdk.json',
    JSON.stringify({
      app: 'node app.mjs',
      versionReporting: false,
      notices: false,
      context: { '@aws-cdk/core:stackResourceLimit': 0 },
    }),
  );
  write(
    dir,
    'app.mjs',
    `import { App, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'svc${count}', { env: { region: 'us-east-1' } });
const api = new HttpApi(stack, 'Api');
for (const name of ${JSON.stringify(namesOf(count))}) {
  const fn = new NodejsFunction(stack, name, { entry: 'src/' + name + '.ts', runtime: Runtime.NODEJS_20_X, depsLockFilePath: 'package-lock.json', bundling: { minify: true, externalModules: [] } });
  api.addRoutes({ path: '/' + name + '/{id}', methods: [HttpMethod.GET], integration: new HttpLambdaIntegration(name, fn) });
}
stack.node.root.synth();
`,
  );
  return dir;
};
