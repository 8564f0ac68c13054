import { importStatements, isShapedLike, type Trim } from './trim.ts';

// What the rest of the chain needed.
const DROPPED = /^import \{[^}]*\bremoteProvider\b[^}]*\} from .*$/m;

/**
 * The default credential chain, cut to what Lambda has: the environment, and the container endpoint that SnapStart
 * uses (https://docs.aws.amazon.com/lambda/latest/dg/snapstart-activate.html#snapstart-credentials), with the rules of
 * `@aws-sdk/credential-provider-http`: TLS or a link-local host, a token, three tries.
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
      ? `${importStatements(source).replace(DROPPED, '')}
const LINK_LOCAL = /^(?:localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1\\]|169\\.254\\.170\\.2|169\\.254\\.170\\.23|\\[fd00:ec2::23\\])$/;
const TRIES = 3, TIMEOUT_MS = 1000;
const fromContainer = async (address, refuse) => {
  const url = new URL(address);
  if (url.protocol !== 'https:' && !LINK_LOCAL.test(url.hostname)) throw refuse('Credentials are not fetched from ' + url.host + ' without TLS.');
  const file = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? process.getBuiltinModule('node:fs').readFileSync(file, 'utf8') : process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  if (token?.includes('\\r\\n')) throw refuse('The container authorization token spans lines.');
  const ask = async (tries) => {
    try {
      const response = await fetch(url, { headers: token ? { authorization: token } : {}, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw refuse(url.host + ' answered ' + response.status + ' when asked for credentials.');
      const { AccessKeyId, SecretAccessKey, Token, Expiration } = await response.json();
      if (!AccessKeyId || !SecretAccessKey || !Token || !Expiration) throw refuse(url.host + ' answered without credentials.');
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token, expiration: new Date(Expiration) };
    } catch (error) {
      if (tries > 1) return ask(tries - 1);
      throw error instanceof CredentialsProviderError ? error : refuse(String(error));
    }
  };
  return ask(TRIES);
};
export const defaultProvider = (init = {}) => memoizeChain([
  fromEnv(init),
  async () => {
    const refuse = (message) => new CredentialsProviderError(message, { tryNextLink: false, logger: init.logger });
    const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path, AWS_CONTAINER_CREDENTIALS_FULL_URI: address } = process.env;
    if (path) return fromContainer('http://169.254.170.2' + path, refuse);
    if (address) return fromContainer(address, refuse);
    throw refuse(
      'No credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, nor is AWS_CONTAINER_CREDENTIALS_FULL_URI. ' +
      'This archive carries no other provider: give the client credentials, or bundle with lean: false.');
  },
], credentialsTreatedAsExpired);
export const credentialsWillNeedRefresh = (credentials) => credentials?.expiration !== undefined;
export const credentialsTreatedAsExpired = (credentials) =>
  credentials?.expiration !== undefined && credentials.expiration.getTime() - Date.now() < 300000;
`
      : undefined,
};
