// Modules that the function did not bring are looked for where AWS's runtime has its SDK.
const moduleApi = process.getBuiltinModule('node:module');
const { pathToFileURL } = process.getBuiltinModule('node:url');

export const registerFallback = () => {
  const folders = (process.env['NODE_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  moduleApi.registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context);
      } catch (error) {
        if (error?.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(specifier)) throw error;
        for (const folder of folders)
          try {
            // As if the importing module stood beside the folder's packages, so that package exports apply.
            return next(specifier, {
              ...context,
              parentURL: pathToFileURL(`${folder}/../x.mjs`).href,
            });
          } catch {}
        throw error;
      }
    },
  });
};
