import type { ServiceContext } from '../../core/define-service.ts';
import type { Cause } from '../../core/journal.ts';
import type { Principal } from '../../core/principals.ts';
import { assumeFunctionRole } from '../environment/function-session.ts';
import type { FunctionVersion, LambdaState } from '../state.ts';
import { POLLING } from './limits.ts';

/** A call to a source, and the journal's entries that it belongs to. */
export interface RoleCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cause?: Cause | undefined;
  /** What it is made for, where it is not the function. */
  readonly source?: string;
}

/** Calls under the role of a function. */
export interface RoleCaller {
  /** @throws {AwsError} what the operation answers, or that the role cannot be assumed */
  call(version: FunctionVersion, call: RoleCall): Promise<unknown>;
  /** Assumes the role anew with the next call. */
  forget(): void;
}

export const createRoleCaller = (context: ServiceContext<LambdaState>): RoleCaller => {
  let session:
    | { readonly role: string; readonly principal: Principal; readonly until: number }
    | undefined;

  const principalOf = async (version: FunctionVersion): Promise<Principal> => {
    const now = context.clock.now();
    if (session?.role === version.role && now < session.until) return session.principal;
    const { credential, principal } = await assumeFunctionRole(context, version);
    // Nobody signs with these keys: what is wanted is whom they stand for.
    context.credentials.remove(credential.accessKeyId);
    session = { role: version.role, principal, until: now + POLLING.sessionMs };
    return principal;
  };

  return {
    call: async (version, request) =>
      context.call({ ...request, principal: await principalOf(version) }),
    forget: () => {
      session = undefined;
    },
  };
};
