import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { Grant, GrantStatement } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { ReadOptions, SettingReader } from '../../spec/setting-client.ts';
import type { Value } from '../../spec/value.ts';
import { aws, ref, sub } from '../../spec/value.ts';

/** What a generated secret is like. */
export interface GeneratedSecret {
  /** Length in characters, 1 to 4,096. @defaultValue 32 */
  readonly length?: number;
  /** Characters that must not be in it. */
  readonly exclude?: string;
  /** Whether it is letters and digits alone. @defaultValue false */
  readonly excludePunctuation?: boolean;
  /** JSON that it is put into, under `key`: `{"username":"admin"}`. */
  readonly template?: string;
  /** Where in the template. */
  readonly key?: string;
}

/** How a secret is made, or which one it is. */
export interface SecretOptions extends Keeping {
  /** Name or ARN of one that is there. */
  readonly existing?: string;
  /** What Secrets Manager generates, so that nobody ever sees it. @defaultValue 32 characters */
  readonly generate?: GeneratedSecret;
  /** ARN of the customer's key that it is encrypted with. @defaultValue AWS's own key */
  readonly keyArn?: Value<string>;
  /** What it is for. */
  readonly description?: string;
  /** Physical name. Left out, CloudFormation makes one. */
  readonly secretName?: string;
  /** What becomes of it when the stack lets go of it. @defaultValue 'RetainExceptOnCreate' */
  readonly deletionPolicy?: 'Delete' | 'Retain' | 'RetainExceptOnCreate';
}

/** A secret of Secrets Manager as data. */
export interface SecretDeclaration {
  readonly kind: 'secret';
  /** Logical id. */
  readonly name: string;
  /** How it is made, or which one it is. */
  readonly options: SecretOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN; of an existing one that is known by name, a pattern of it. */
  readonly arn: Value<string>;
  /** Lets a function read it. */
  read(options?: ReadOptions): Grant<SettingReader>;
}

/**
 * States a secret of Secrets Manager: generated with the stack, or one that is there (`existing`). A function fetches it
 * when it needs it, and keeps it for five minutes; it is in no template and no environment.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, secret } from 'sparta';
 * const token = secret('Token');
 * export const sign = lambda('Sign', { grants: { token: token.read() } }, async (_event, { token }) => (await token.get()).length);
 * ```
 */
export const secret = (declared: string, options: SecretOptions = {}): SecretDeclaration => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'secret', name, options, ...declaredAt() } as const;
  const { existing, keyArn } = options;
  const arn = existing === undefined ? ref(self) : arnOf(existing);
  const statements: readonly GrantStatement[] = [
    { actions: ['secretsmanager:GetSecretValue'], resources: [arn] },
    ...(keyArn === undefined ? [] : [{ actions: ['kms:Decrypt'], resources: [keyArn] }]),
  ];
  return Object.freeze({
    ...self,
    arn,
    read: ({ maxAge = DEFAULT_MAX_AGE_SECONDS }: ReadOptions = {}): Grant<SettingReader> => ({
      kind: 'grant',
      statements,
      binding: {
        kind: 'secret',
        resource: name,
        modes: [String(maxAge)],
        ...(existing === undefined ? {} : { physicalName: existing }),
      },
      ...(existing === undefined ? { target: self } : {}),
    }),
  });
};

const DEFAULT_MAX_AGE_SECONDS = 300;

/** An ARN ends in six characters that the name does not have: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html */
const arnOf = (existing: string): Value<string> =>
  existing.startsWith('arn:')
    ? existing
    : sub`arn:${aws.partition}:secretsmanager:${aws.region}:${aws.accountId}:secret:${existing}-??????`;
