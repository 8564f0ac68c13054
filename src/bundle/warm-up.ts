/**
 * Starts the bundler's own process, so that it is there when `bundleProgram` needs it. Takes 20 ms, most of them
 * outside this process: call it before something else that takes time, such as importing the program.
 */
export const warmUpBundler = async (): Promise<void> => {
  try {
    const { initialize } = await import('esbuild');
    await initialize({});
  } catch {
    // Already started, or not to be started: then bundling says what is wrong.
  }
};
