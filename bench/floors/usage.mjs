// Loaded into a server before its own code (--import): tells the CPU that its process has used and the bytes that it holds, when asked.
process.on('message', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ cpuMicroseconds: user + system, heldBytes: heapUsed + external });
});
