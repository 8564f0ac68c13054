import { importStatements, isShapedLike, type Trim } from './trim.ts';

/**
 * The default credential chain, cut to what Lambda has: the environment, and a container endpoint.
 *
 * Differs: `AWS_PROFILE`, `~/.aws` files, SSO, processes, web identity tokens and EC2 metadata are left out. A client
 * that is given `credentials`, by a provider of `@aws-sdk/credential-providers` for instance, uses those as ever.
 * Lambda sets the variables: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const credentials: Trim = {
  name: 'sdk-credentials',
  filter: /[\\/]@aws-sdk[\\/]credential-provider-node[\\/]dist-es[\\/]defaultProvider\.js$/,
  lean: (source) =>
    isShapedLike(source, {
      exports: ['defaultProvider', 'credentialsWillNeedRefresh', 'credentialsTreatedAsExpired'],
      mentions: ['import { memoizeChain }', 'fromEnv', 'CredentialsProviderError'],
    })
      ? `${importStatements(source)}
export const defaultProvider = (init = {}) => memoizeChain([
  fromEnv(init),
  async () => {
    if (!process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI && !process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI) {
      throw new CredentialsProviderError(
        'No credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, nor is AWS_CONTAINER_CREDENTIALS_FULL_URI. ' +
        'This archive carries no other provider: give the client credentials, or bundle with lean: false.',
        { tryNextLink: false, logger: init.logger });
    }
    const { fromHttp } = await import('@aws-sdk/credential-provider-http');
    return fromHttp(init)();
  },
], credentialsTreatedAsExpired);
export const credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined;
export const credentialsTreatedAsExpired = (credentials) =>
  credentials?.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300000;
`
      : undefined,
};
