import type * as Sts from '@aws-sdk/client-sts';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { assumeRole } from './assume-role.ts';
import {
  durationOutOfRange,
  invalidAuthorizationMessage,
  notWithSessionCredentials,
  validationError,
} from './errors.ts';
import { SECONDS } from './limits.ts';
import type { StsState } from './state.ts';

const identityOf = (principal: Principal): Sts.GetCallerIdentityResponse => {
  if (principal.kind === 'service' || principal.kind === 'anonymous')
    throw validationError(
      'GetCallerIdentity needs the credentials of an account, a user or a role session',
    );
  return { UserId: principal.userId, Account: principal.accountId, Arn: principal.arn };
};

/** Seconds that a session token lives: of the root user, an hour at most, silently. */
const sessionTokenSeconds = (requested: number | undefined, principal: Principal): number => {
  const { default: usual, min, max, rootMax } = SECONDS.sessionToken;
  const seconds = requested ?? usual;
  if (seconds < min) throw durationOutOfRange(seconds, 'greater', min);
  if (seconds > max) throw durationOutOfRange(seconds, 'less', max);
  return principal.kind === 'root' ? Math.min(seconds, rootMax) : seconds;
};

/** Every operation that the cloud has of STS. */
export const operations: OperationTable<StsState> = {
  AssumeRole: assumeRole,
  GetCallerIdentity: operation<
    StsState,
    Sts.GetCallerIdentityRequest,
    Sts.GetCallerIdentityResponse
  >({
    // "No permissions are required to perform this operation", not even against an explicit deny.
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    needs: () => [],
    handle: (_input, { principal }) => identityOf(principal),
  }),
  GetSessionToken: operation<StsState, Sts.GetSessionTokenRequest, Sts.GetSessionTokenResponse>({
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html: no
    // permissions are required.
    needs: () => [],
    handle: (input, { principal, credentials, wire }) => {
      const temporary = wire?.headers['x-amz-security-token'] !== undefined;
      if ((principal.kind !== 'root' && principal.kind !== 'user') || temporary)
        throw notWithSessionCredentials('GetSessionToken');
      if (input.SerialNumber !== undefined || input.TokenCode !== undefined)
        throw notSupported('Multi-factor authentication in GetSessionToken');
      const seconds = sessionTokenSeconds(input.DurationSeconds, principal);
      const credential = credentials.issueSession(principal, seconds);
      return {
        Credentials: {
          AccessKeyId: credential.accessKeyId,
          SecretAccessKey: credential.secretAccessKey,
          SessionToken: credential.sessionToken,
          Expiration: new Date(credential.expiresAt),
        },
      };
    },
  }),
  DecodeAuthorizationMessage: operation<
    StsState,
    Sts.DecodeAuthorizationMessageRequest,
    Sts.DecodeAuthorizationMessageResponse
  >({
    needs: () => ({ action: 'sts:DecodeAuthorizationMessage', resource: '*' }),
    handle: () => {
      // AWS encodes what EC2 and a few others answer; no service of this cloud does, so there is none to decode.
      throw invalidAuthorizationMessage();
    },
  }),
  GetAccessKeyInfo: operation<StsState, Sts.GetAccessKeyInfoRequest, Sts.GetAccessKeyInfoResponse>({
    needs: () => ({ action: 'sts:GetAccessKeyInfo', resource: '*' }),
    handle: (input, { credentials }) => {
      const principal = credentials.find(input.AccessKeyId ?? '')?.principal;
      if (principal === undefined || !('accountId' in principal))
        throw validationError(`The access key '${input.AccessKeyId ?? ''}' is not known`);
      return { Account: principal.accountId };
    },
  }),
};
