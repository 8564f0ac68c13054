import { resourceTagKeys } from '../../core/resource-tags.ts';
import type { IamState, Tag } from './state.ts';

const IAM_ARN = /^arn:[^:]+:iam::\d+:(role|user|instance-profile|policy|oidc-provider)\/(.+)$/;

const lastPart = (pathAndName: string) => pathAndName.slice(pathAndName.lastIndexOf('/') + 1);

/**
 * The condition keys that follow from a resource of IAM: its tags. `iam:ResourceTag` is for users and roles,
 * `aws:ResourceTag` for all that take tags; "because IAM does not support tags for groups, you cannot use tags to control
 * access to groups".
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
export const resourceKeys = (
  arn: string,
  state: IamState,
): Readonly<Record<string, string>> | undefined => {
  const [, kind, rest = ''] = IAM_ARN.exec(arn) ?? [];
  switch (kind) {
    case 'role':
    case 'user': {
      const found = kind === 'role' ? state.role(lastPart(rest)) : state.user(lastPart(rest));
      return found?.arn === arn ? keysOf(found.tags, 'iam:ResourceTag/') : undefined;
    }
    case 'instance-profile': {
      const found = state.instanceProfile(lastPart(rest));
      return found?.arn === arn ? keysOf(found.tags) : undefined;
    }
    case 'policy':
      return keysOf(state.policy(arn)?.tags ?? []);
    case 'oidc-provider':
      return keysOf(state.oidcProvider(arn)?.tags ?? []);
    default:
      return undefined;
  }
};

const keysOf = (tags: readonly Tag[], ...ownPrefixes: readonly string[]) =>
  resourceTagKeys(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])), ...ownPrefixes);
