import type { Need, OperationContext } from '../../core/define-service.ts';
import {
  invalidName,
  invalidParameter,
  isDeleted,
  secretNotFound,
  tokenMissing,
  validation,
} from './errors.ts';
import { LIMITS } from './limits.ts';
import type { Secret, SecretsState } from './state.ts';

type Context = OperationContext<SecretsState>;

interface Place {
  readonly region: string;
  readonly accountId: string;
}

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_CHARACTERS = 6;

const prefixOf = ({ region, accountId }: Place): string =>
  `arn:aws:secretsmanager:${region}:${accountId}:secret:`;

/** A new ARN: a hyphen and six characters end it, so that a secret made again is another. */
export const newArn = (context: Pick<Context, 'region' | 'accountId' | 'random'>, name: string) =>
  `${prefixOf(context)}${name}-${context.random.text(SUFFIX_CHARACTERS, SUFFIX_ALPHABET)}`;

/** Where the name ends in an ARN that is whole. */
const nameInArn = (arn: string): string => arn.slice(0, -SUFFIX_CHARACTERS - 1);

/** A secret that is there or can still be restored; one whose window is over is gone. */
const byName = ({ secrets, now }: SecretsState, name: string): Secret | undefined => {
  const secret = secrets.get(name);
  if (secret?.purgeAt === undefined || secret.purgeAt > now()) return secret;
  secrets.delete(name);
  return undefined;
};

/** All secrets, those in their recovery window included. */
export const allSecrets = (state: SecretsState): readonly Secret[] =>
  [...state.secrets.keys()].flatMap((name) => byName(state, name) ?? []);

/**
 * By name, ARN, or an ARN without its end.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
 */
export const findSecret = (state: SecretsState, given: string): Secret | undefined => {
  if (!given.startsWith('arn:')) return byName(state, given);
  const prefix = prefixOf(state);
  if (!given.startsWith(prefix)) return undefined;
  const rest = given.slice(prefix.length);
  const whole = byName(state, nameInArn(rest));
  return whole?.arn === given ? whole : byName(state, rest);
};

/** @throws {ValidationException} */
export const checkName = (name: string): void => {
  if (name.length < 1 || name.length > LIMITS.nameCharacters)
    throw validation(
      `1 validation error detected: Value '${name.slice(0, LIMITS.nameCharacters)}' at 'name' failed to satisfy constraint: Member must have length between 1 and ${LIMITS.nameCharacters}`,
    );
  if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) throw invalidName();
};

const checkId = (given: string): void => {
  if (!given.startsWith('arn:') && !/^[A-Za-z0-9/_+=.@!-]+$/.test(given)) throw invalidName();
};

/** @throws {ResourceNotFoundException | ValidationException} */
export const requireSecret = (state: SecretsState, given: string | undefined): Secret => {
  checkId(given ?? '');
  const secret = findSecret(state, given ?? '');
  if (secret === undefined) throw secretNotFound();
  return secret;
};

/** @throws {InvalidRequestException} for a deleted one */
export const requireLive = (state: SecretsState, given: string | undefined): Secret => {
  const secret = requireSecret(state, given);
  if (secret.purgeAt !== undefined) throw isDeleted();
  return secret;
};

/** A version's id, which a client makes. @throws {InvalidRequestException | InvalidParameterException} */
export const checkToken = (token: string | undefined): string => {
  if (token === undefined) throw tokenMissing();
  if (token.length < LIMITS.token.least || token.length > LIMITS.token.most)
    throw invalidParameter(
      `ClientRequestToken must be ${LIMITS.token.least}-${LIMITS.token.most} characters long.`,
    );
  return token;
};

type Conditions = NonNullable<Need['conditions']>;

/** Condition keys of a request's tags. */
export const tagKeys = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[],
): Conditions =>
  tags.length === 0
    ? {}
    : {
        'aws:TagKeys': tags.map(({ Key = '' }) => Key),
        ...Object.fromEntries(
          tags.map(({ Key = '', Value = '' }) => [`aws:RequestTag/${Key}`, Value]),
        ),
      };

/**
 * A need on a secret. One that is not there is asked for by its name, as AWS does.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export const needOn = (
  action: string,
  context: Context,
  given: string | undefined,
  conditions: Conditions = {},
): Need => {
  const secret = findSecret(context.state, given ?? '');
  const unknown = given?.startsWith('arn:') === true ? given : `${prefixOf(context)}${given ?? ''}`;
  return {
    action: `secretsmanager:${action}`,
    resource: secret?.arn ?? unknown,
    conditions: {
      'secretsmanager:SecretId': given ?? '',
      'secretsmanager:SecretPrimaryRegion': context.region,
      ...(secret?.rotation === undefined
        ? {}
        : { 'secretsmanager:resource/AllowRotationLambdaArn': secret.rotation.lambdaArn }),
      ...Object.fromEntries(
        Object.entries(secret?.tags ?? {}).flatMap(([name, value]) => [
          [`secretsmanager:ResourceTag/${name}`, value],
          [`aws:ResourceTag/${name}`, value],
        ]),
      ),
      ...conditions,
    },
  };
};

/** The day of a moment: AWS tells no closer when a secret was read. */
export const dayOf = (ms: number): number => ms - (ms % 86_400_000);
