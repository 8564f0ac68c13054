// The embedded cloud with DynamoDB alone, in a process of its own, for bench/dynamodb.ts.
const { createDynamodb } = await import('../../dist/cloud/services/dynamodb/index.js');
const { startCloud } = await import('../../dist/cloud/index.js');

const { url } = await startCloud({ services: [createDynamodb()] });
process.stdout.write(`ready ${url}\n`);
