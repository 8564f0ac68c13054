import { compilePolicy, parsePolicy, PolicyError } from '../../iam/index.ts';
import type { CompiledPolicy } from '../../iam/index.ts';

/** A service control policy of the organization that the account is a member of. */
export interface ServiceControlPolicy {
  /** What denials call it, such as the name of its file. */
  readonly name: string;
  /** The document, as text or parsed. */
  readonly document: string | object;
}

/** https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html, as raised on 2026-05-15. */
const LIMITS = {
  /** Characters of a document, white space included. */
  size: 10_240,
  /** Policies attached to one account. */
  perAccount: 10,
} as const;

/**
 * AWS attaches it to every root, unit and account when service control policies are turned on.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
 */
const FULL_ACCESS = compilePolicy(
  {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
  'FullAWSAccess',
);

/**
 * Makes the policies of an account ready to be asked; undefined when there are none, which is to be in no organization.
 *
 * They all stand at one level, the account's. As long as none of them allows anything, AWS's own `FullAWSAccess` stands
 * beside them, as it does on AWS until it is detached: a list of denials denies these and no more.
 *
 * @throws {PolicyError} naming the policy that is none, and why
 */
export const compileServiceControlPolicies = (
  policies: readonly ServiceControlPolicy[] = [],
): readonly CompiledPolicy[] | undefined => {
  if (policies.length === 0) return undefined;
  if (policies.length > LIMITS.perAccount)
    throw new PolicyError(
      'INVALID_VALUE',
      `${policies.length} service control policies are given; an account takes at most ${LIMITS.perAccount}. Put statements of several into one.`,
      { path: '', detail: 'too many policies' },
    );
  const compiled = policies.map(compileOne);
  const allows = compiled.some(({ statements }) => statements.some(({ denies }) => !denies));
  return allows ? compiled : [FULL_ACCESS, ...compiled];
};

const compileOne = ({ name, document }: ServiceControlPolicy): CompiledPolicy => {
  const size = (typeof document === 'string' ? document : JSON.stringify(document)).length;
  if (size > LIMITS.size)
    throw refused(
      name,
      'INVALID_VALUE',
      '',
      `it has ${size} characters; ${LIMITS.size} are allowed`,
    );
  try {
    return compilePolicy(parsePolicy(document, 'service-control'), name);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw refused(name, error.code, error.path, error.detail);
  }
};

const refused = (
  name: string,
  code: PolicyError['code'],
  path: string,
  detail: string,
): PolicyError =>
  new PolicyError(
    code,
    `The service control policy ${name} is refused: ${path === '' ? '' : `${path}: `}${detail}.`,
    { path, detail },
  );
