import type { CompiledPolicy } from '../../iam/index.ts';
import type { PolicySources } from './authorise.ts';
import type { ServiceDefinition } from './define-service.ts';
import type { Principal } from './principals.ts';

/** What {@link createPolicySources} asks. */
export interface PolicySourceOptions {
  readonly services: readonly ServiceDefinition[];
  /** Of whoever belongs to no account. */
  readonly accountId: string;
  /** Where IAM is asked, which is one for the world. */
  readonly region: string;
  readonly serviceControl: readonly CompiledPolicy[] | undefined;
  stateOf(service: ServiceDefinition, accountId: string, region: string): unknown;
}

const NO_POLICIES = { identity: [] };

/** The third part of an ARN: the name that stands in it, which is that of a service's principal. */
const serviceOfArn = (arn: string): string => {
  const start = arn.indexOf(':', arn.indexOf(':') + 1) + 1;
  return arn.slice(start, Math.max(start, arn.indexOf(':', start)));
};

/** The policies that services keep: IAM's of users and roles, everyone's of their own resources. */
export const createPolicySources = ({
  services,
  accountId,
  region,
  serviceControl,
  stateOf,
}: PolicySourceOptions): PolicySources => {
  const iam = services.find((service) => service.identityPolicies !== undefined);
  const byArn = (part: 'resourcePolicy' | 'resourceKeys') =>
    Map.groupBy(
      services.filter((service) => service[part] !== undefined),
      ({ principal }) => principal.split('.', 1)[0] ?? '',
    );
  const policyOwners = byArn('resourcePolicy');
  const keyOwners = byArn('resourceKeys');
  const accountOf = (principal: Principal) =>
    'accountId' in principal ? principal.accountId : accountId;
  return {
    accountId,
    ...(serviceControl === undefined ? {} : { serviceControl }),
    identityPolicies: (principal) =>
      iam?.identityPolicies?.(principal, stateOf(iam, accountOf(principal), region)) ?? NO_POLICIES,
    resourcePolicy: (arn, account, ofRegion) => {
      for (const owner of policyOwners.get(serviceOfArn(arn)) ?? []) {
        const policy = owner.resourcePolicy?.(arn, stateOf(owner, account, ofRegion));
        if (policy !== undefined) return policy;
      }
      return undefined;
    },
    resourceKeys: (arn, account, ofRegion) => {
      for (const owner of keyOwners.get(serviceOfArn(arn)) ?? []) {
        const keys = owner.resourceKeys?.(arn, stateOf(owner, account, ofRegion));
        if (keys !== undefined) return keys;
      }
      return undefined;
    },
  };
};
