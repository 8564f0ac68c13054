import { declaredAt } from '../../spec/declared-at.ts';
import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { Grant, GrantStatement } from '../../spec/grant.ts';
import type { Keeping } from '../../spec/keeping.ts';
import { logicalIdOf } from '../../spec/keeping.ts';
import type { ReadOptions, SettingReader } from '../../spec/setting-client.ts';
import type { Value } from '../../spec/value.ts';
import { aws, ref, sub } from '../../spec/value.ts';

/** How a parameter is made, or which one it is. */
export interface ParameterOptions extends Keeping {
  /** Makes it, as text of up to 4 KB. Not for secrets: a template shows it. */
  readonly value?: Value<string>;
  /** Name of one that is there: `/shop/url`. Its value stays out of template and environment. */
  readonly existing?: string;
  /** ARN of the customer's key that an existing secure string is encrypted with. @defaultValue AWS's own key */
  readonly keyArn?: Value<string>;
  /** What it is for, up to 1,024 characters. */
  readonly description?: string;
  /** Physical name. Left out, CloudFormation makes one. */
  readonly parameterName?: string;
}

/** A parameter of Parameter Store as data. */
export interface ParameterDeclaration {
  readonly kind: 'parameter';
  /** Logical id. */
  readonly name: string;
  /** How it is made, or which one it is. */
  readonly options: ParameterOptions;
  /** Where it is declared. */
  readonly declaredAt?: DeclaredAt;
  /** Its ARN. */
  readonly arn: Value<string>;
  /** Its name. */
  readonly parameterName: Value<string>;
  /** Lets a function read it. */
  read(options?: ReadOptions): Grant<SettingReader>;
}

/**
 * States a parameter of Parameter Store: made with the stack (`value`), or one that is there (`existing`), secure strings
 * among them. A function fetches it when it needs it, and keeps it for five minutes.
 *
 * @param name - Logical id: a letter, then letters and digits.
 * @example
 * ```ts
 * import { lambda, parameter } from 'sparta';
 * const url = parameter('ShopUrl', { existing: '/shop/url' });
 * export const look = lambda('Look', { grants: { url: url.read() } }, async (_event, { url }) => fetch(await url.get()));
 * ```
 */
export const parameter = (declared: string, options: ParameterOptions): ParameterDeclaration => {
  const name = logicalIdOf(declared, options);
  const self = { kind: 'parameter', name, options, ...declaredAt() } as const;
  const { existing, keyArn } = options;
  const parameterName = existing ?? ref(self);
  // The ARN of `/a/b` is `…:parameter/a/b`; a name that CloudFormation makes has no slash before it.
  const known = existing ?? options.parameterName;
  const arn = sub`arn:${aws.partition}:ssm:${aws.region}:${aws.accountId}:parameter/${
    known === undefined ? ref(self) : known.replace(/^\//, '')
  }`;
  const statements: readonly GrantStatement[] = [
    { actions: ['ssm:GetParameter'], resources: [arn] },
    ...(keyArn === undefined ? [] : [{ actions: ['kms:Decrypt'], resources: [keyArn] }]),
  ];
  return Object.freeze({
    ...self,
    arn,
    parameterName,
    read: ({ maxAge = DEFAULT_MAX_AGE_SECONDS }: ReadOptions = {}): Grant<SettingReader> => ({
      kind: 'grant',
      statements,
      binding: {
        kind: 'parameter',
        resource: name,
        modes: [String(maxAge)],
        ...(existing === undefined ? {} : { physicalName: existing }),
      },
      ...(existing === undefined ? { target: self } : {}),
    }),
  });
};

const DEFAULT_MAX_AGE_SECONDS = 300;
