// Loaded into a server before its own code (--import): tells the CPU that its process has used, or the bytes that it holds, when asked.
const TELL = {
  cpuMicroseconds: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Without garbage, where the process was started with `--expose-gc`. */
  heldBytes: () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
};
process.on('message', (what) => process.send?.(TELL[what]()));
