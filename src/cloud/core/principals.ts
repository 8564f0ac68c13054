import type { Clock } from './clock.ts';
import type { Random } from './random.ts';
import { UPPER_ALPHANUMERIC } from './random.ts';
import type { Table } from './store.ts';

/** What temporary keys carry of the call that issued them. */
export interface TokenFacts {
  /** Milliseconds since the epoch: `aws:TokenIssueTime`. */
  readonly issuedAt: number;
  /** Session tags, those that an earlier session passed on included: `aws:PrincipalTag/…`, over the role's own. */
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
  /** Keys of the tags that pass on to the next role of a chain. */
  readonly transitiveTagKeys?: readonly string[];
  /** `aws:SourceIdentity`: once set, of the whole chain. */
  readonly sourceIdentity?: string;
  /** ARN of the OpenID Connect provider that vouched for the caller: `aws:FederatedProvider`. */
  readonly federatedProvider?: string;
}

/** Whom an identity provider vouched for, in `AssumeRoleWithWebIdentity`. */
export interface WebIdentity {
  /** ARN of the provider: what a trust policy names as `Federated`. */
  readonly provider: string;
}

/** What a service that calls for its caller adds to the caller. */
export interface Forwarded {
  /** Service principals of the services that called on behalf of this one, first to last. */
  readonly calledVia?: readonly string[];
}

/** Who makes a call. */
export type Principal =
  | (Forwarded & {
      readonly kind: 'root';
      readonly accountId: string;
      readonly arn: string;
      readonly userId: string;
      /** What its temporary keys carry; long-term keys carry nothing. */
      readonly token?: TokenFacts;
      /** A look-up of a service in the account, which no service control policy bounds. */
      readonly isLookUp?: true;
    })
  | (Forwarded & {
      readonly kind: 'user';
      readonly accountId: string;
      readonly arn: string;
      readonly userId: string;
      readonly userName: string;
      readonly token?: TokenFacts;
    })
  | (Forwarded & {
      readonly kind: 'session';
      readonly accountId: string;
      /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION` */
      readonly arn: string;
      /** `AROA…:SESSION` */
      readonly userId: string;
      readonly roleArn: string;
      readonly roleName: string;
      readonly sessionName: string;
      /** Policy documents (JSON) that bound this session, from `AssumeRole`. */
      readonly sessionPolicies?: readonly string[];
      readonly token?: TokenFacts;
    })
  | {
      readonly kind: 'service';
      /** `s3.amazonaws.com` */
      readonly service: string;
      readonly sourceArn?: string;
      readonly sourceAccount?: string;
    }
  | { readonly kind: 'anonymous'; readonly webIdentity?: WebIdentity };

/** ARN of a principal, or the service's name, or `anonymous`: for messages and the journal. */
export const principalName = (principal: Principal): string => {
  switch (principal.kind) {
    case 'service':
      return principal.service;
    case 'anonymous':
      return 'anonymous';
    default:
      return principal.arn;
  }
};

/** A principal as a person knows it: the name of the role, of the user, of the service. */
export const shortName = (principal: Principal): string => {
  switch (principal.kind) {
    case 'session':
      return principal.roleName;
    case 'user':
      return principal.userName;
    case 'service':
      return principal.service;
    default:
      return principal.kind;
  }
};

/**
 * A caller for whom a service makes further calls, in a forward access session; a service stays what it is.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
 */
export const forwardedBy = (principal: Principal, service: string): Principal =>
  principal.kind === 'service' || principal.kind === 'anonymous'
    ? principal
    : { ...principal, calledVia: [...(principal.calledVia ?? []), service] };

/** An AWS service acting on its own behalf, for deliveries. */
export const servicePrincipal = (
  service: string,
  source: { readonly sourceArn?: string; readonly sourceAccount?: string } = {},
): Principal => ({ kind: 'service', service, ...source });

/** A pair of keys and who they stand for. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly principal: Principal;
  /** Milliseconds since the epoch; temporary credentials only. */
  readonly expiresAt?: number;
  readonly inactive?: boolean;
}

/** The keys that the cloud knows. */
export interface CredentialRegistry {
  find(accessKeyId: string): Credential | undefined;
  /** Long-term keys of a user. */
  issueUserKey(principal: Principal & { kind: 'user' }): Credential;
  setUserKeyActive(accessKeyId: string, active: boolean): void;
  remove(accessKeyId: string): void;
  /**
   * Temporary keys for a role session.
   * @param durationSeconds - How long they live, on the cloud's clock.
   * @param facts - What they carry beside the time of their issue.
   */
  issueSession(
    principal: Exclude<Principal, { readonly kind: 'service' | 'anonymous' }>,
    durationSeconds: number,
    facts?: Omit<TokenFacts, 'issuedAt'>,
  ): Credential & { readonly expiresAt: number };
}

export const rootPrincipal = (accountId: string): Principal & { kind: 'root' } => ({
  kind: 'root',
  accountId,
  arn: `arn:aws:iam::${accountId}:root`,
  userId: accountId,
});

/**
 * The account itself, for what a service looks up there to serve a call: the caller needs no permission to see it, and
 * no policy of an organization stands in the way.
 */
export const lookUpPrincipal = (accountId: string): Principal & { kind: 'root' } => ({
  ...rootPrincipal(accountId),
  isLookUp: true,
});

/** @param root - The developer's keys, which stand for the account's root. */
export const createCredentialRegistry = (
  table: Table<Credential>,
  root: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly accountId: string;
  },
  clock: Clock,
  { random, secrets }: { readonly random: Random; readonly secrets: Random },
): CredentialRegistry => {
  const rootCredential: Credential = {
    accessKeyId: root.accessKeyId,
    secretAccessKey: root.secretAccessKey,
    principal: rootPrincipal(root.accountId),
  };
  const secret = () => Buffer.from(secrets.bytes(30)).toString('base64');
  const issue = (credential: Credential) => {
    table.set(credential.accessKeyId, credential);
    return credential;
  };
  let swept = clock.now();
  const SWEEP_MS = 3_600_000;
  const sweep = () => {
    const now = clock.now();
    if (now - swept < SWEEP_MS) return;
    swept = now;
    // An expired key is remembered for a day, so that its user is told "expired", not "unknown".
    for (const [id, { expiresAt }] of table.entries())
      if (expiresAt !== undefined && now - expiresAt > 24 * SWEEP_MS) table.delete(id);
  };
  return {
    find: (accessKeyId) =>
      accessKeyId === root.accessKeyId ? rootCredential : table.get(accessKeyId),
    issueUserKey: (principal) =>
      issue({
        accessKeyId: `AKIA${random.text(16, UPPER_ALPHANUMERIC)}`,
        secretAccessKey: secret(),
        principal,
      }),
    setUserKeyActive: (accessKeyId, active) => {
      const credential = table.get(accessKeyId);
      if (credential !== undefined) table.set(accessKeyId, { ...credential, inactive: !active });
    },
    remove: (accessKeyId) => void table.delete(accessKeyId),
    issueSession: (principal, durationSeconds, facts = {}) => {
      sweep();
      const issuedAt = clock.now();
      const expiresAt = issuedAt + durationSeconds * 1000;
      const credential = {
        accessKeyId: `ASIA${random.text(16, UPPER_ALPHANUMERIC)}`,
        secretAccessKey: secret(),
        sessionToken: Buffer.from(secrets.bytes(96)).toString('base64'),
        principal: { ...principal, token: { ...facts, issuedAt } },
        expiresAt,
      };
      issue(credential);
      return credential;
    },
  };
};
