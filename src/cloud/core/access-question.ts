import type { AccessRequest, RequestContext, RequestPrincipal } from '../../iam/index.ts';
import type { Need } from './define-service.ts';
import type { Principal } from './principals.ts';

/** The caller as IAM's rules know it. */
export const subjectOf = (principal: Principal): RequestPrincipal => {
  switch (principal.kind) {
    case 'root':
      return { kind: 'root', arn: principal.arn, account: principal.accountId };
    case 'user':
      return { kind: 'user', arn: principal.arn, account: principal.accountId };
    case 'session':
      return {
        kind: 'role-session',
        arn: principal.arn,
        account: principal.accountId,
        roleArn: principal.roleArn,
        ...(principal.token?.federatedProvider === undefined
          ? {}
          : { federated: principal.token.federatedProvider }),
      };
    case 'service':
      return { kind: 'service', arn: principal.service, service: principal.service };
    case 'anonymous':
      return principal.webIdentity === undefined
        ? { kind: 'anonymous', arn: '*' }
        : { kind: 'anonymous', arn: '*', federated: principal.webIdentity.provider };
  }
};

/** A need, put to IAM. Its condition keys are gathered when a policy asks for one, which most policies never do. */
export class AccessQuestion implements AccessRequest {
  readonly principal: RequestPrincipal;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly #gather: () => RequestContext;
  #context: RequestContext | undefined;

  constructor(
    principal: Principal,
    { action, resource }: Need,
    resourceAccount: string,
    gather: () => RequestContext,
  ) {
    this.principal = subjectOf(principal);
    this.action = action;
    this.resource = resource;
    this.resourceAccount = resourceAccount;
    this.#gather = gather;
  }

  get context(): RequestContext {
    return (this.#context ??= this.#gather());
  }
}
