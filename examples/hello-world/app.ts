import { httpApi, lambda, main, service } from 'sparta';

const api = httpApi('Api');

const hello = lambda('Hello', { on: api.get('/hello/{name}') }, async ({ params }, { log }) => {
  log.info('greeted', { name: params.name });
  return { message: `Hello ${params.name}` };
});

export const helloWorld = service('HelloWorld', {
  description: 'Says hello',
  functions: [hello],
});

await main(helloWorld);
