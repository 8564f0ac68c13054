import type * as SecretsManager from '@aws-sdk/client-secrets-manager';
import type { OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import type { Random } from '../../core/random.ts';
import { invalidParameter } from './errors.ts';
import { LIMITS } from './limits.ts';
import type { SecretsState } from './state.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
const KINDS = [
  ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
  ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['ExcludeNumbers', '0123456789'],
  ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
] as const;

/** Evenly among `count`, whatever the count is. */
const pick = (random: Random, count: number): number => Math.floor(random.fraction() * count);

/** @throws {InvalidParameterException} */
export const randomPassword = (
  input: SecretsManager.GetRandomPasswordRequest,
  random: Random,
): string => {
  const length = input.PasswordLength ?? LIMITS.passwordCharacters.usual;
  if (length < 1)
    throw invalidParameter(`Password length ${length} is too short. Minimum is 1 character.`);
  if (length > LIMITS.passwordCharacters.most)
    throw invalidParameter(
      `Password length ${length} is too long. Maximum is ${LIMITS.passwordCharacters.most} characters.`,
    );
  const excluded = new Set(input.ExcludeCharacters ?? '');
  const left = (alphabet: string) => Array.from(alphabet).filter((one) => !excluded.has(one));
  const kinds = KINDS.filter(([exclusion]) => input[exclusion] !== true)
    .map(([, alphabet]) => left(alphabet))
    .concat(input.IncludeSpace === true ? [left(' ')] : []);
  const all = kinds.flat();
  const requiresEach = input.RequireEachIncludedType !== false;
  if (all.length === 0 || (requiresEach && kinds.some((alphabet) => alphabet.length === 0)))
    throw invalidParameter(
      'No characters are left of a required type: ExcludeCharacters leaves out all of them.',
    );
  if (requiresEach && length < kinds.length)
    throw invalidParameter(`Password length ${length} is too short based on the required types.`);
  const one = (alphabet: readonly string[]) => alphabet[pick(random, alphabet.length)] ?? '';
  const required = requiresEach ? kinds.map(one) : [];
  const password = [
    ...required,
    ...Array.from({ length: length - required.length }, () => one(all)),
  ];
  // Fisher and Yates, so that the required ones do not stand in front.
  for (let at = password.length - 1; at > 0; at--) {
    const other = pick(random, at + 1);
    [password[at], password[other]] = [password[other] ?? '', password[at] ?? ''];
  }
  return password.join('');
};

/** GetRandomPassword. */
export const passwordOperations: OperationTable<SecretsState> = {
  GetRandomPassword: operation<
    SecretsState,
    SecretsManager.GetRandomPasswordRequest,
    SecretsManager.GetRandomPasswordResponse
  >({
    needs: () => ({ action: 'secretsmanager:GetRandomPassword', resource: '*' }),
    handle: (input, { random }) => ({ RandomPassword: randomPassword(input, random) }),
  }),
};
