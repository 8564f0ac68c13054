import { importStatements, isShapedLike, type Trim } from './trim.ts';

/**
 * Settings come from the environment, from `~/.aws/config`, from a default. The SDK asks for twelve of them per client
 * and throws an exception for each place that has none, 24 in all, and looks for two files that Lambda does not have.
 *
 * Differs: the files are read only when `AWS_CONFIG_FILE` or `AWS_SHARED_CREDENTIALS_FILE` names one, or the client was
 * given a path. The order, and what a malformed variable does, are the same.
 */
export const config: Trim = {
  name: 'sdk-config',
  filter: /[\\/]node-config-provider[\\/](?:dist-es[\\/])?configLoader\.js$/,
  lean: (source) =>
    isShapedLike(source, {
      exports: ['loadConfig'],
      mentions: [
        'memoize',
        'fromSharedConfigFiles',
        'configFileSelector',
        'environmentVariableSelector',
      ],
    })
      ? `${importStatements(source)}
export const loadConfig = ({ environmentVariableSelector, configFileSelector, default: defaultValue }, configuration = {}) => memoize(async () => {
  const { signingName, logger } = configuration;
  try {
    const value = environmentVariableSelector(process.env, { signingName, logger });
    if (value !== undefined) return value;
  } catch (error) {
    logger?.debug?.('@smithy/node-config-provider -> ' + error?.message);
  }
  if (process.env.AWS_CONFIG_FILE || process.env.AWS_SHARED_CREDENTIALS_FILE || configuration.configFilepath || configuration.filepath) {
    try {
      return await fromSharedConfigFiles(configFileSelector, configuration)();
    } catch (error) {
      if (!error?.tryNextLink) throw error;
    }
  }
  return typeof defaultValue === 'function' ? await defaultValue() : defaultValue;
});
`
      : undefined,
};
