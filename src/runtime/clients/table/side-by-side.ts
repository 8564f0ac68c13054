/** Connections that the SDK keeps open are 50; others want some. https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/node-configuring-maxsockets.html */
const AT_ONE_TIME = 25;

/** Does work on all of them, several at one time. The first failure ends it, when what was begun is done. */
export const sideBySide = async <T>(
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> => {
  const left = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    for (let next = left.next(); next.done !== true && failure === undefined; next = left.next())
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
  };
  await Promise.all(Array.from({ length: AT_ONE_TIME }, worker));
  if (failure !== undefined) throw failure.error;
};
