// dynalite from npm, in a process of its own, for bench/dynamodb.ts.
import { createRequire } from 'node:module';

const dynalite = createRequire(`${process.env['PEER_DIR']}/package.json`)('dynalite');
const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`),
);
