import { iamAction } from '../schema/index.ts';
import type { Template } from '../synth/index.ts';
import { boundariesOf, resourcePermissions } from './resource-permissions.ts';
import type { StackTemplate } from './resource-permissions.ts';
import { ARCHIVE_CALLS, ARTIFACT_STACK_CALLS, IN_PLACE_CALLS, STACK_CALLS } from './own-calls.ts';
import { splitPolicy } from './split-policy.ts';
import type { PolicyDocument } from './split-policy.ts';
import type { Permission } from './statement.ts';
import { statementsOf } from './statement.ts';

/** What is deployed, and how. */
export interface DeploySubject {
  readonly stackName: string;
  readonly template: Pick<Template, 'Resources'>;
  /** A bucket that is there, or the stack that makes one. */
  readonly artifacts:
    | { readonly bucket: string }
    | { readonly stackName: string; readonly template: Pick<Template, 'Resources'> };
  /** Whether `provision --inplace` is used. @defaultValue false */
  readonly inPlace?: boolean;
}

/** What whoever deploys a service may do, and no more. */
export interface DeployPolicy {
  /** Each fits a managed policy. ARNs have `${AWS::AccountId}` and its kin in them. */
  readonly policies: readonly PolicyDocument[];
  /** Types of which AWS publishes no permissions: to be added by hand. */
  readonly unpublished: readonly string[];
  /** What AWS's schemas list and no call needs. */
  readonly leftOut: readonly {
    readonly type: string;
    readonly action: string;
    readonly why: string;
  }[];
  /** Whether it could make a role that may do more than it may itself. */
  readonly unbounded: boolean;
}

/** The smallest policy that creates, updates, rolls back and deletes a service. Pure: nothing is asked of AWS. */
export const deployPolicy = (subject: DeploySubject): DeployPolicy => {
  const { stackName, template, artifacts } = subject;
  const bucket =
    'bucket' in artifacts
      ? `arn:\${AWS::Partition}:s3:::${artifacts.bucket}`
      : `arn:\${AWS::Partition}:s3:::${artifacts.stackName}-*`;
  const archive = `${bucket}/${stackName}/*`;
  const stack: StackTemplate = {
    stackName,
    resources: Object.entries(template.Resources),
    archive,
  };
  const own = resourcePermissions(stack, ['create', 'read', 'update', 'delete']);
  const made = 'bucket' in artifacts ? undefined : bucketStack(artifacts);
  const permissions: readonly Permission[] = [
    ...onStack('Stack', stackName, STACK_CALLS),
    ...ARCHIVE_CALLS.map((action) => ({ topic: 'Archive', action, resources: [archive] })),
    ...(made?.permissions ?? []),
    ...(subject.inPlace === true ? inPlace(own.permissions) : []),
    ...own.permissions,
  ];
  const hasRoles = stack.resources.some(([, { Type }]) => Type === 'AWS::IAM::Role');
  return {
    policies: splitPolicy(statementsOf(permissions)),
    unpublished: own.unpublished,
    leftOut: own.leftOut,
    unbounded: hasRoles && boundariesOf(stack) === undefined,
  };
};

const onStack = (topic: string, name: string, calls: readonly string[]): readonly Permission[] =>
  calls.map((call) => ({
    topic,
    action: `cloudformation:${call}`,
    // Some calls are on no stack: what imports an export, how far a detection is.
    resources:
      iamAction('cloudformation', call)?.arns.length === 0
        ? ['*']
        : [
            `arn:\${AWS::Partition}:cloudformation:\${AWS::Region}:\${AWS::AccountId}:stack/${name}/*`,
          ],
  }));

/** The bucket is made once, and kept when its stack goes: nothing of it is updated or deleted. */
const bucketStack = ({
  stackName,
  template,
}: {
  readonly stackName: string;
  readonly template: Pick<Template, 'Resources'>;
}): { readonly permissions: readonly Permission[] } => {
  const { permissions } = resourcePermissions(
    { stackName, resources: Object.entries(template.Resources) },
    ['create', 'read'],
  );
  return {
    permissions: [
      ...onStack('ArtifactStack', stackName, ARTIFACT_STACK_CALLS),
      ...permissions.map((permission) => ({ ...permission, topic: `Artifact${permission.topic}` })),
    ],
  };
};

const inPlace = (permissions: readonly Permission[]): readonly Permission[] => {
  const functions = permissions.find(({ action }) => action === 'lambda:UpdateFunctionCode');
  return functions === undefined
    ? []
    : IN_PLACE_CALLS.map((action) => ({
        topic: 'InPlace',
        action,
        resources: functions.resources,
      }));
};
