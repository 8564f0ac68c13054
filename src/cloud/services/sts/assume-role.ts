import type * as Iam from '@aws-sdk/client-iam';
import type * as Sts from '@aws-sdk/client-sts';
import { notSupported } from '../../core/aws-error.ts';
import { operation, type Need, type OperationContext } from '../../core/define-service.ts';
import type { Principal } from '../../core/principals.ts';
import { lookUpPrincipal } from '../../core/principals.ts';
import {
  durationOutOfRange,
  overChainingLimit,
  overMaxSessionDuration,
  validationError,
} from './errors.ts';
import { SECONDS } from './limits.ts';
import { readSessionPolicies } from './session-policies.ts';
import type { StsState } from './state.ts';

const ROLE_ARN = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_RequestParameters */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

const readRoleArn = (
  arn = '',
): { readonly arn: string; readonly accountId: string; readonly name: string } => {
  const [, accountId, name] = ROLE_ARN.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) throw validationError(`${arn} is invalid`);
  return { arn, accountId, name };
};

/** The role's account, which may be another one than the caller's; both must allow it. */
export const accountOfRole = (operation: string, input: unknown): string | undefined =>
  operation === 'AssumeRole'
    ? ROLE_ARN.exec((input as Sts.AssumeRoleRequest).RoleArn ?? '')?.[1]
    : undefined;

/**
 * A role is assumed when its trust policy says so: it is the resource's policy of this need. Whoever is in its account,
 * or trusted through theirs, needs an identity-based policy as well.
 */
const needs = (input: Sts.AssumeRoleRequest): Need => {
  const { arn, accountId } = readRoleArn(input.RoleArn);
  return {
    action: 'sts:AssumeRole',
    resource: arn,
    resourceAccount: accountId,
    conditions: {
      'sts:RoleSessionName': input.RoleSessionName ?? '',
      ...(input.ExternalId === undefined ? {} : { 'sts:ExternalId': input.ExternalId }),
    },
  };
};

/** Seconds that the credentials live. @throws {ValidationError} when it is more than the role or the caller allows */
const readDuration = (
  requested: number | undefined,
  maxOfRole: number,
  principal: Principal,
): number => {
  const { default: usual, min, max } = SECONDS.assumeRole;
  const seconds = requested ?? usual;
  if (seconds < min) throw durationOutOfRange(seconds, 'greater', min);
  if (seconds > max) throw durationOutOfRange(seconds, 'less', max);
  // Services that run something under a role, such as Lambda, are not bound by its setting.
  if (principal.kind === 'service') return seconds;
  if (principal.kind === 'session' && seconds > SECONDS.chained) throw overChainingLimit();
  if (seconds > maxOfRole) throw overMaxSessionDuration();
  return seconds;
};

const handle = async (
  input: Sts.AssumeRoleRequest,
  context: OperationContext<StsState>,
): Promise<Sts.AssumeRoleResponse> => {
  const { arn, accountId, name } = readRoleArn(input.RoleArn);
  const sessionName = input.RoleSessionName ?? '';
  if (!SESSION_NAME.test(sessionName))
    throw validationError(
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  if ((input.Tags ?? []).length > 0) throw notSupported('Passing session tags to AssumeRole');
  if (input.SerialNumber !== undefined)
    throw notSupported('Multi-factor authentication in AssumeRole');
  if (input.SourceIdentity !== undefined) throw notSupported('A source identity in AssumeRole');
  // The trust policy has let the caller in, so the role is there. It is read as the account itself: who may assume a
  // role need not be allowed to look at it.
  const { Role } = (await context.call({
    service: 'iam',
    operation: 'GetRole',
    input: { RoleName: name },
    principal: lookUpPrincipal(accountId),
  })) as Iam.GetRoleResponse;
  const durationSeconds = readDuration(
    input.DurationSeconds,
    Role?.MaxSessionDuration ?? SECONDS.assumeRole.default,
    context.principal,
  );
  const sessionPolicies = await readSessionPolicies(input, context);
  const roleId = Role?.RoleId ?? '';
  const principal = {
    kind: 'session',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${sessionName}`,
    userId: `${roleId}:${sessionName}`,
    roleArn: arn,
    roleName: name,
    sessionName,
    ...(sessionPolicies === undefined ? {} : { sessionPolicies }),
  } as const satisfies Principal;
  const credential = context.credentials.issueSession(principal, durationSeconds);
  return {
    Credentials: {
      AccessKeyId: credential.accessKeyId,
      SecretAccessKey: credential.secretAccessKey,
      SessionToken: credential.sessionToken,
      Expiration: new Date(credential.expiresAt),
    },
    AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
    ...(sessionPolicies === undefined ? {} : { PackedPolicySize: packedSize(sessionPolicies) }),
  };
};

/** Percent of what a session may carry. Differs: AWS packs the policies first. */
const packedSize = (policies: readonly string[]): number => {
  const ALLOTTED = 2_048;
  const characters = policies.reduce((sum, text) => sum + text.replaceAll(/\s/g, '').length, 0);
  return Math.min(100, Math.ceil((characters * 100) / ALLOTTED));
};

/** Temporary credentials of a role, for whoever its trust policy lets in. */
export const assumeRole = operation<StsState, Sts.AssumeRoleRequest, Sts.AssumeRoleResponse>({
  needs,
  handle,
});
