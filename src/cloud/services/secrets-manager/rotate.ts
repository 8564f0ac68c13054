import { AwsError } from '../../core/aws-error.ts';
import type { ServiceContext } from '../../core/define-service.ts';
import { servicePrincipal } from '../../core/principals.ts';
import { nextRotation } from './schedule.ts';
import type { Rotation, Secret, SecretsState } from './state.ts';
import { attach, CURRENT, detach, holderOf, PENDING } from './versions.ts';

type Context = ServiceContext<SecretsState>;

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Calls the rotation function in the service's own name, and waits for its answer. */
export const invokeRotation = async (
  context: Context,
  { arn }: Secret,
  lambdaArn: string,
  invocation: {
    readonly type: 'RequestResponse' | 'DryRun';
    readonly event?: Readonly<Record<string, string>>;
    readonly cause?: number | undefined;
  },
): Promise<void> => {
  const answer = (await context.call({
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: lambdaArn,
      InvocationType: invocation.type,
      Payload: Buffer.from(JSON.stringify(invocation.event ?? {})),
    },
    principal: servicePrincipal('secretsmanager.amazonaws.com', {
      sourceArn: arn,
      sourceAccount: context.accountId,
    }),
    cause: invocation.cause,
  })) as { readonly FunctionError?: string; readonly Payload?: Uint8Array };
  if (answer.FunctionError !== undefined)
    throw new AwsError(
      'RotationFailed',
      `The rotation function answered with an error at ${invocation.event?.['Step'] ?? 'its call'}: ${Buffer.from(answer.Payload ?? []).toString()}`,
    );
};

const setRotation = (
  { state }: Context,
  name: string,
  change: (rotation: Rotation) => Rotation,
): Secret | undefined => {
  const secret = state.secrets.get(name);
  if (secret?.rotation === undefined) return undefined;
  const changed = { ...secret, rotation: change(secret.rotation) };
  state.secrets.set(name, changed);
  return changed;
};

/** Sets what wakes the next rotation, in place of what was set. */
export const armTimer = (context: Context, name: string): void => {
  const { state, clock } = context;
  state.timers.get(name)?.cancel();
  state.timers.delete(name);
  const { rotation, purgeAt } = state.secrets.get(name) ?? {};
  if (rotation?.enabled !== true || rotation.nextAt === undefined || purgeAt !== undefined) return;
  const wake = () => {
    state.timers.delete(name);
    const pending = holderOf(state.secrets.get(name)?.versions ?? [], PENDING);
    const current = holderOf(state.secrets.get(name)?.versions ?? [], CURRENT);
    // A rotation that failed is tried again with the version that it began.
    const token =
      pending !== undefined && pending.id !== current?.id ? pending.id : context.random.uuid();
    startRotation(context, name, token);
  };
  state.timers.set(name, clock.after(Math.max(0, rotation.nextAt - clock.now()), wake));
};

/** Makes the version that is to come, labels it AWSPENDING, and lets the function do the rest. */
export const startRotation = (
  context: Context,
  name: string,
  token: string,
  cause?: number,
): void => {
  const secret = state(context, name);
  if (secret?.rotation === undefined) return;
  const { nextAt: _, ...rotation } = secret.rotation;
  const nextAt = nextRotation(rotation.rules, context.clock.now());
  context.state.secrets.set(name, {
    ...withPending(secret, token, context.clock.now()),
    rotation: { ...rotation, running: token, ...(nextAt === undefined ? {} : { nextAt }) },
  });
  resumeRotation(context, name, cause);
};

const state = (context: Context, name: string) => context.state.secrets.get(name);

const withPending = (secret: Secret, token: string, createdAt: number): Secret => {
  const known = secret.versions.some(({ id }) => id === token);
  const versions = known
    ? secret.versions
    : [...secret.versions, { id: token, stages: [], createdAt, copies: [] }];
  return { ...secret, versions: attach(versions, token, PENDING) };
};

/** Goes on with a rotation that has begun, in the background. */
export const resumeRotation = (context: Context, name: string, cause?: number): void => {
  armTimer(context, name);
  context.background(`rotation of ${name}`, async () => {
    const secret = state(context, name);
    const { running: token, lambdaArn } = secret?.rotation ?? {};
    if (secret === undefined || token === undefined || lambdaArn === undefined) return;
    try {
      for (const Step of STEPS) {
        // Called off or deleted meanwhile.
        if (state(context, name)?.rotation?.running !== token) return;
        await invokeRotation(context, secret, lambdaArn, {
          type: 'RequestResponse',
          event: { Step, SecretId: secret.arn, ClientRequestToken: token },
          cause,
        });
      }
      if (holderOf(state(context, name)?.versions ?? [], CURRENT)?.id !== token)
        throw new AwsError(
          'RotationFailed',
          `The rotation function has finished, and the version ${token} is not AWSCURRENT. Its step finishSecret has to move the label with UpdateSecretVersionStage.`,
        );
      const rotatedAt = context.clock.now();
      setRotation(context, name, ({ running: _running, ...rotation }) => ({
        ...rotation,
        rotatedAt,
      }));
    } catch (error) {
      setRotation(context, name, ({ running: _running, ...rotation }) => rotation);
      throw error;
    }
  });
};

/**
 * A rotation that is to come later is tried out at once: the step testSecret on a version that goes again.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html, RotateImmediately
 */
export const testRotation = (
  context: Context,
  name: string,
  token: string,
  cause: number,
): void => {
  const secret = state(context, name);
  if (secret?.rotation === undefined) return;
  const { lambdaArn } = secret.rotation;
  context.state.secrets.set(name, withPending(secret, token, context.clock.now()));
  context.background(`test of the rotation of ${name}`, async () => {
    try {
      await invokeRotation(context, secret, lambdaArn, {
        type: 'RequestResponse',
        event: { Step: 'testSecret', SecretId: secret.arn, ClientRequestToken: token },
        cause,
      });
    } finally {
      const after = state(context, name);
      if (after !== undefined)
        context.state.secrets.set(name, {
          ...after,
          versions: detach(after.versions, PENDING).filter(({ id }) => id !== token),
        });
    }
  });
};

/** Takes up what an earlier run left: rotations in progress, and those to come. */
export const resumeRotations = (context: Context): void => {
  for (const { name, rotation } of context.state.secrets.values())
    if (rotation?.running !== undefined) resumeRotation(context, name);
    else if (rotation !== undefined) armTimer(context, name);
};
