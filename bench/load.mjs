// A load on one URL: CONNECTIONS sockets, each one request after the other, for SECONDS. Prints requests a second and
// latencies as JSON. Raw sockets, so that the client takes as little as it can of the two cores.
import { connect } from 'node:net';

const [url, connections = '1', seconds = '3'] = process.argv.slice(2);
const { hostname, port, pathname } = new URL(url);
const request = `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: */*\r\n\r\n`;
const latencies = [];
let failures = 0;
let running = true;

const open = () =>
  new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    let text = '';
    let startedAt = 0;
    const send = () => {
      startedAt = performance.now();
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', () => {
      failures += 1;
      resolve();
    });
    socket.on('close', resolve);
    socket.on('data', (piece) => {
      text += piece.latin1Slice();
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      const length = /content-length: *(\d+)/i.exec(head);
      const whole =
        length === null ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length[1]);
      if (!whole) return;
      if (!head.startsWith('HTTP/1.1 200')) failures += 1;
      latencies.push(performance.now() - startedAt);
      text = '';
      if (running) send();
      else socket.destroy();
    });
  });

const startedAt = performance.now();
setTimeout(() => {
  running = false;
  setTimeout(() => process.exit(1), 15_000).unref();
}, Number(seconds) * 1000);
await Promise.all(Array.from({ length: Number(connections) }, open));
const took = (performance.now() - startedAt) / 1000;
latencies.sort((a, b) => a - b);
const at = (share) =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
process.stdout.write(
  `${JSON.stringify({ rate: latencies.length / took, p50: at(0.5), p99: at(0.99), failures })}\n`,
);
process.exit(0);
