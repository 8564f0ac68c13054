import type { DeployErrorCode } from '../errors.ts';
import { DeployError } from '../errors.ts';
import type { Target } from '../aws/target.ts';
import { targetName } from '../aws/target.ts';

/** What the SDK's errors are made of, as far as anything here reads it. */
export interface WireFailure {
  /** AWS's code: `AccessDenied`, `ValidationError`; for network failures the name of the class. */
  readonly code: string;
  readonly message: string;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Node's own code: `ECONNREFUSED`. */
  readonly systemCode: string;
  readonly headers: Readonly<Record<string, string>>;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Reads any thrown value; nothing is assumed of its class. */
export const readFailure = (thrown: unknown): WireFailure => {
  const error = isRecord(thrown) ? thrown : {};
  const metadata = isRecord(error['$metadata']) ? error['$metadata'] : {};
  const response = isRecord(error['$response']) ? error['$response'] : {};
  const headers = isRecord(response['headers']) ? response['headers'] : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    code: text(error['Code']) || text(error['name']),
    message: text(error['message']) || String(thrown),
    status: typeof metadata['httpStatusCode'] === 'number' ? metadata['httpStatusCode'] : undefined,
    systemCode: text(error['code']) || text(isRecord(error['cause']) && error['cause']['code']),
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
      ),
    ),
  };
};

export const isAbort = (thrown: unknown): boolean =>
  isRecord(thrown) && (thrown['name'] === 'AbortError' || thrown['code'] === 'ABORT_ERR');

// Codes: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html,
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
const EXPIRED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
]);
const UNKNOWN_KEY = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'AuthFailure',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
]);
const BAD_SIGNATURE = new Set([
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
]);
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'NotAuthorized',
  'OptInRequired',
]);
const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
  'SlowDown',
]);
/** Whether a call was refused for want of a permission. */
export const isDenied = (thrown: unknown): boolean => {
  const { code, status } = readFailure(thrown);
  return DENIED.has(code) || status === 403;
};

/** Whether the same call may well succeed a moment later. */
export const isTransient = (thrown: unknown): boolean => {
  const { code, status, systemCode } = readFailure(thrown);
  return (
    THROTTLED.has(code) ||
    status === 429 ||
    (status !== undefined && status >= 500) ||
    (status === undefined && (UNREACHABLE.has(systemCode) || code === 'TimeoutError'))
  );
};

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPROTO',
]);

interface Explanation {
  readonly code: DeployErrorCode;
  readonly message: string;
  readonly hint: string;
}

/**
 * Turns whatever a call threw into a sentence with what to do. A {@link DeployError} comes back as it is.
 *
 * @param doing what was attempted, as the end of "while …": `reading the stack Imager`
 */
export const explainFailure = (thrown: unknown, target: Target, doing: string): DeployError => {
  if (thrown instanceof DeployError) return thrown;
  if (isAbort(thrown)) return new DeployError('INTERRUPTED', 'Interrupted.', { cause: thrown });
  const failure = readFailure(thrown);
  const found =
    explainCredentials(failure, target) ??
    explainNetwork(failure, target) ??
    explainService(failure, target, doing);
  return new DeployError(found.code, found.message, { hint: found.hint, cause: thrown });
};

const profileOf = (target: Target): string | undefined =>
  target.options.profile ?? ((target.options.env ?? process.env)['AWS_PROFILE'] || undefined);

const explainCredentials = (failure: WireFailure, target: Target): Explanation | undefined => {
  const { code, message } = failure;
  const env = target.options.env ?? process.env;
  const profile = profileOf(target);
  const login = `aws sso login${profile === undefined ? '' : ` --profile ${profile}`}`;
  if (/region is missing/i.test(message))
    return {
      code: 'REGION_MISSING',
      message: 'No region is set, so it is not known where to deploy.',
      hint: 'Pass --region us-east-1, set AWS_REGION, or give the profile a region in ~/.aws/config.',
    };
  if (code === 'CredentialsProviderError' || code === 'TokenProviderError') {
    if (/sso session|token is expired|expired/i.test(message))
      return {
        code: 'CREDENTIALS_EXPIRED',
        message: `The sign-in ${profile === undefined ? '' : `of profile ${profile} `}has expired.`,
        hint: `Sign in again with "${login}", then run the same command.`,
      };
    if (profile !== undefined)
      return {
        code: 'PROFILE_NOT_FOUND',
        message: `Profile ${JSON.stringify(profile)} gives no credentials: it is not in ~/.aws/config or ~/.aws/credentials, or names no way to get them.`,
        hint: 'Choose another one with --profile ("aws configure list-profiles" lists them), or unset AWS_PROFILE.',
      };
    return {
      code: 'NO_CREDENTIALS',
      message: 'No AWS credentials were found in the environment, in ~/.aws, or on this machine.',
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass --profile NAME.\nTo try it without an AWS account, pass --local.',
    };
  }
  if (EXPIRED.has(code))
    return {
      code: 'CREDENTIALS_EXPIRED',
      message: `${targetName(target)} says that the credentials have expired: ${message}`,
      hint:
        env['AWS_SESSION_TOKEN'] === undefined
          ? `Get new ones (with IAM Identity Center: "${login}"), then run the same command.`
          : 'AWS_SESSION_TOKEN holds old keys. Get new ones, or unset it, then run the same command.',
    };
  if (UNKNOWN_KEY.has(code))
    return {
      code: 'CREDENTIALS_INVALID',
      message: `${targetName(target)} does not know the access key: ${message}`,
      hint: keySource(target),
    };
  if (BAD_SIGNATURE.has(code))
    return /expired|yet current|skew/i.test(message)
      ? clockSkewed(message)
      : {
          code: 'CREDENTIALS_INVALID',
          message: `The secret key does not belong to the access key: ${message}`,
          hint: keySource(target),
        };
  return code === 'RequestTimeTooSkewed' || code === 'RequestInTheFuture'
    ? clockSkewed(message)
    : undefined;
};

const clockSkewed = (message: string): Explanation => ({
  code: 'CLOCK_SKEWED',
  message: `This machine's clock is too far from AWS's: ${message}`,
  hint: 'Set the clock (or let it be set by NTP), then run the same command.',
});

const keySource = (target: Target): string => {
  const profile = profileOf(target);
  if (target.options.credentials !== undefined)
    return 'The keys were given to this command; check them.';
  if ((target.options.env ?? process.env)['AWS_ACCESS_KEY_ID'] !== undefined)
    return target.endpoint === undefined
      ? 'The keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; correct them, or unset them to use a profile.'
      : `The keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and ${target.endpoint} has to know them; a local cloud knows test and test.`;
  return profile === undefined
    ? 'Check the keys in ~/.aws/credentials, or choose a profile with --profile.'
    : `Check the keys of profile ${profile} in ~/.aws, or choose another one with --profile.`;
};

const explainNetwork = (failure: WireFailure, target: Target): Explanation | undefined => {
  const { systemCode, message, code, status } = failure;
  if (/region not accepted/i.test(message))
    return {
      code: 'REGION_MISSING',
      message: `The region is not one: ${message}`,
      hint: 'Use a name like us-east-1, with --region or AWS_REGION.',
    };
  const certificate = /certificate|self.signed|CERT_|SSL|TLS/i.test(`${systemCode} ${message}`);
  if (certificate && status === undefined && systemCode !== '')
    return {
      code: 'ENDPOINT_UNREACHABLE',
      message: `No secure connection to ${targetName(target)}: ${message}.`,
      hint: 'A proxy that opens TLS needs its certificate in NODE_EXTRA_CA_CERTS. A local endpoint is http://, not https://.',
    };
  const timedOut = code === 'TimeoutError';
  if (status !== undefined || !(UNREACHABLE.has(systemCode) || timedOut)) return undefined;
  return {
    code: 'ENDPOINT_UNREACHABLE',
    message: `${targetName(target)} cannot be reached: ${message}.`,
    hint: reachHint(systemCode, message, target),
  };
};

const reachHint = (systemCode: string, message: string, target: Target): string => {
  if (target.endpoint !== undefined)
    return `Is something listening on ${target.endpoint}? It comes from ${
      target.options.endpoint === undefined ? 'AWS_ENDPOINT_URL' : 'this command'
    }. "npx sparta cloud" starts the embedded cloud; --local finds it or starts it.`;
  if (systemCode === 'ENOTFOUND')
    return `Is the region spelled right (${/ENOTFOUND \S+/.exec(message)?.[0].slice(10) ?? 'no such host'})? If it is, this machine has no way to the internet.`;
  return 'Check the network, the VPN and the proxy, then run the same command. Nothing was changed.';
};

const deniedHint = (message: string, { options: { role } }: Target): string =>
  role !== undefined && message.includes('sts:AssumeRole')
    ? // AWS says the same whichever it is.
      `Is there a role ${role} in this account? If there is, its trust policy has to let in this identity, whose own policies have to allow sts:AssumeRole.`
    : 'Add the action to the policy of the identity that deploys, or deploy as another one (--profile).';

const explainService = (failure: WireFailure, target: Target, doing: string): Explanation => {
  const { code, message, status } = failure;
  if (DENIED.has(code) || (status === 403 && code !== ''))
    return {
      code: 'ACCESS_DENIED',
      message: `Not allowed while ${doing}: ${message}`,
      hint: deniedHint(message, target),
    };
  if (THROTTLED.has(code) || status === 429)
    return {
      code: 'THROTTLED',
      message: `Too many requests while ${doing}: ${message}`,
      hint: 'It was tried several times. Wait a minute and run the same command.',
    };
  if (code === 'LimitExceededException' || code === 'LimitExceeded')
    return {
      code: 'QUOTA_EXCEEDED',
      message: `A quota is used up while ${doing}: ${message}`,
      hint: 'Delete what is no longer needed, or ask for more in the Service Quotas console.',
    };
  if (code === 'ValidationError' || code === 'ValidationException')
    return {
      code: 'TEMPLATE_REFUSED',
      message: `CloudFormation refused while ${doing}: ${message}`,
      hint: 'The message names the resource or parameter; correct it in the program. --noop writes the template to look at.',
    };
  if (status !== undefined && status >= 500)
    return {
      code: 'SERVICE_FAILED',
      message: `${targetName(target)} failed (${status}) while ${doing}: ${message}`,
      hint: 'It was tried several times. Run the same command again; "status" shows where the stack is.',
    };
  return {
    code: 'UNEXPECTED_ANSWER',
    message: `${targetName(target)} answered ${code}${status === undefined ? '' : ` (${status})`} while ${doing}: ${message}`,
    hint:
      target.endpoint === undefined
        ? 'Run it again with SPARTA_DEBUG=1 for the details.'
        : `Is ${target.endpoint} an AWS endpoint? Run it again with SPARTA_DEBUG=1 for the details.`,
  };
};
