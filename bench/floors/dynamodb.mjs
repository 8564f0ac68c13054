// The embedded cloud with DynamoDB alone, in a process of its own, for bench/dynamodb.ts.
const { createDynamodb } = await import('../../dist/cloud/services/dynamodb/index.js');
const { startCloud } = await import('../../dist/cloud/index.js');

const cloud = await startCloud({ services: [createDynamodb()] });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed + process.memoryUsage().external);
});
process.stdout.write(`ready ${cloud.url}\n`);
