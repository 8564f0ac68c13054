/**
 * Starts the bundler's own process, so that it is there when `bundleProgram` needs it. Takes 12 ms of this process, and
 * 15 more outside it: call it where something else that takes time follows, such as the evaluation of the program.
 */
export const warmUpBundler = (): void => {
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    // Required, not imported: an import would wait until the modules that follow have been evaluated.
    const { initialize } = createRequire(import.meta.url)('esbuild') as {
      initialize(options: object): Promise<void>;
    };
    initialize({}).catch(() => undefined);
  } catch {
    // Already started, or not to be started: then bundling says what is wrong.
  }
};
