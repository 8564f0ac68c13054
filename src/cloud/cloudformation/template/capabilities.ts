import { insufficientCapabilities } from '../errors.ts';
import type { Template } from './model.ts';

/**
 * Types that need a capability, and the property that gives a name of one's own.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
const IAM_TYPES: Readonly<Record<string, string | undefined>> = {
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
};

/** What a template needs to be acknowledged, and because of which types. */
export interface NeededCapabilities {
  readonly capabilities: readonly string[];
  readonly types: readonly string[];
}

export const neededCapabilities = (template: Template): NeededCapabilities => {
  const found = [...template.resources.values()].filter(({ type }) => type in IAM_TYPES);
  if (found.length === 0) return { capabilities: [], types: [] };
  const named = found.some(({ type, properties }) => {
    const name = IAM_TYPES[type];
    return name !== undefined && Object.hasOwn(properties, name);
  });
  return {
    capabilities: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    types: [...new Set(found.map(({ type }) => type))],
  };
};

/** @throws {AwsError} `InsufficientCapabilitiesException` */
export const checkCapabilities = (template: Template, given: readonly string[]): void => {
  const { capabilities } = neededCapabilities(template);
  const lacking = capabilities.filter(
    (needed) =>
      !given.includes(needed) &&
      // CAPABILITY_NAMED_IAM covers resources without names too.
      !(needed === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')),
  );
  if (lacking.length > 0) throw insufficientCapabilities(lacking);
};
