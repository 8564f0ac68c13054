import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import { AwsError, notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { invalidParameter, invalidRequest, lambdaNotAllowed, tokenMissing } from './errors.ts';
import { checkToken, findSecret, needOn, requireLive } from './names.ts';
import { armTimer, invokeRotation, startRotation, testRotation } from './rotate.ts';
import { checkRules, nextRotation } from './schedule.ts';
import type { RotationRules, Secret, SecretsState } from './state.ts';
import { CURRENT, holderOf, PENDING } from './versions.ts';

type Context = OperationContext<SecretsState>;
type Request = SecretsManager.RotateSecretRequest;

const lambdaOf = (input: Request, secret: Secret | undefined): string | undefined =>
  input.RotationLambdaARN ?? secret?.rotation?.lambdaArn;

const rulesOf = ({ RotationRules: given }: Request, secret: Secret): RotationRules =>
  given === undefined
    ? (secret.rotation?.rules ?? {})
    : (Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as RotationRules);

/** A dry run tells whether the function's policy lets this service call it. */
const assertInvocable = async (context: Context, secret: Secret, lambdaArn: string) => {
  try {
    await invokeRotation(context, secret, lambdaArn, { type: 'DryRun' });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const told = lambdaNotAllowed();
    told.hint = `Lambda: ${error.message}`;
    throw told;
  }
};

const rotate = async (
  input: Request,
  context: Context,
): Promise<SecretsManager.RotateSecretResponse> => {
  const { state, clock } = context;
  if (input.ExternalSecretRotationRoleArn !== undefined)
    throw notSupported('Rotation of external secrets (ExternalSecretRotationRoleArn)');
  if ((input.ExternalSecretRotationMetadata ?? []).length > 0)
    throw notSupported('Rotation of external secrets (ExternalSecretRotationMetadata)');
  const secret = requireLive(state, input.SecretId);
  // Unlike its sisters it says InvalidParameterException.
  if (input.ClientRequestToken === undefined) throw invalidParameter(tokenMissing().message);
  const token = checkToken(input.ClientRequestToken);
  const lambdaArn = lambdaOf(input, secret);
  if (lambdaArn === undefined)
    throw invalidRequest('No Lambda rotation function ARN is associated with this secret.');
  const rules = rulesOf(input, secret);
  checkRules(rules, clock.now());
  await assertInvocable(context, secret, lambdaArn);
  const pending = holderOf(secret.versions, PENDING);
  const isPending = pending !== undefined && pending.id !== holderOf(secret.versions, CURRENT)?.id;
  const nextAt = nextRotation(rules, clock.now());
  const { nextAt: _, ...before } = secret.rotation ?? {};
  state.secrets.set(secret.name, {
    ...requireLive(state, secret.arn),
    rotation: {
      ...before,
      enabled: true,
      lambdaArn,
      rules,
      ...(nextAt === undefined ? {} : { nextAt }),
    },
  });
  if (input.RotateImmediately === false) {
    armTimer(context, secret.name);
    if (!isPending) testRotation(context, secret.name, token, context.callId);
  } else if (isPending && pending.id !== token) {
    if (secret.rotation?.running === undefined)
      startRotation(context, secret.name, pending.id, context.callId);
    throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
  } else if (secret.rotation?.running !== token)
    // A request that was sent twice starts one rotation.
    startRotation(context, secret.name, token, context.callId);
  return { ARN: secret.arn, Name: secret.name, VersionId: token };
};

/** Rotation: a function makes the next version, now and by a schedule. */
export const rotationOperations: OperationTable<SecretsState> = {
  RotateSecret: operation<SecretsState, Request, SecretsManager.RotateSecretResponse>({
    needs: (input, context) => {
      const lambdaArn = lambdaOf(input, findSecret(context.state, input.SecretId ?? ''));
      return [
        needOn('RotateSecret', context, input.SecretId, {
          ...(lambdaArn === undefined ? {} : { 'secretsmanager:RotationLambdaARN': lambdaArn }),
          'secretsmanager:RotateImmediately': String(input.RotateImmediately !== false),
          'secretsmanager:ModifyRotationRules': String(input.RotationRules !== undefined),
        }),
        // "You also need lambda:InvokeFunction permissions on the rotation function.": https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        ...(lambdaArn === undefined
          ? []
          : [{ action: 'lambda:InvokeFunction', resource: lambdaArn }]),
      ];
    },
    handle: rotate,
  }),

  CancelRotateSecret: operation<
    SecretsState,
    SecretsManager.CancelRotateSecretRequest,
    SecretsManager.CancelRotateSecretResponse
  >({
    needs: ({ SecretId }, context) => needOn('CancelRotateSecret', context, SecretId),
    handle: ({ SecretId }, context) => {
      const secret = requireLive(context.state, SecretId);
      if (secret.rotation === undefined)
        throw invalidRequest(
          "You can't cancel rotation of a secret for which rotation isn't enabled.",
        );
      const { running, nextAt: _, ...rotation } = secret.rotation;
      context.state.secrets.set(secret.name, {
        ...secret,
        rotation: { ...rotation, enabled: false },
      });
      armTimer(context, secret.name);
      return {
        ARN: secret.arn,
        Name: secret.name,
        ...(running === undefined ? {} : { VersionId: running }),
      };
    },
  }),
};
