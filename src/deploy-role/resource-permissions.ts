import type { Handler } from '../schema/index.ts';
import { iamAction, isCustomResource, permissionsOf } from '../schema/index.ts';
import type { TemplateResource } from './name-patterns.ts';
import { arnsOfType, placesOf } from './name-patterns.ts';
import { BY_PROPERTY, OVERSTATED, UNLISTED } from './property-permissions.ts';
import type { Permission } from './statement.ts';
import { knownAction } from './statement.ts';

/** A stack whose resources are looked at. */
export interface StackTemplate {
  readonly stackName: string;
  readonly resources: readonly (readonly [logicalId: string, resource: TemplateResource])[];
  /** Where the archive of its functions lies, if it has one. */
  readonly archive?: string;
}

/** What the handlers of a stack's resources need, and what could not be told. */
export interface ResourcePermissions {
  readonly permissions: readonly Permission[];
  /** Types of which AWS publishes no permissions. */
  readonly unpublished: readonly string[];
  /** Listed by a schema, and needed by no call: `AWS::S3::Bucket s3:DeleteObject`, with the reason. */
  readonly leftOut: readonly {
    readonly type: string;
    readonly action: string;
    readonly why: string;
  }[];
}

const CUSTOM = 'AWS::CloudFormation::CustomResource';

/**
 * What CloudFormation's handlers need for these resources: what each type's schema lists, without what belongs to
 * properties that none of them states, on the ARNs that they have or will have.
 */
export const resourcePermissions = (
  stack: StackTemplate,
  handlers: readonly Handler[],
): ResourcePermissions => {
  const types = [
    ...new Set(stack.resources.map(([, { Type }]) => (isCustomResource(Type) ? CUSTOM : Type))),
  ].sort();
  const permissions: Permission[] = [];
  const unpublished: string[] = [];
  const leftOut: ResourcePermissions['leftOut'][number][] = [];
  for (const type of types) {
    const listed = handlers.flatMap((handler) => permissionsOf(type, handler) ?? []);
    const unlisted = unlistedOf(type, stack);
    if (listed.length + unlisted.length === 0) unpublished.push(type);
    const conditional = actionsByProperty(type, stack);
    const overstated = OVERSTATED[type] ?? {};
    for (const listedAction of new Set([...listed, ...unlisted])) {
      const action = knownAction(listedAction);
      if (action === undefined || conditional.get(action) === false) continue;
      // Taking the boundary off would undo what it is for.
      if (action === UNBIND && boundariesOf(stack) !== undefined) continue;
      const why = overstated[action];
      if (why !== undefined) leftOut.push({ type, action, why });
      else permissions.push(permissionOf(type, action, stack));
    }
  }
  return { permissions, unpublished, leftOut };
};

const ofType = (type: string, { resources }: StackTemplate) =>
  resources.filter(([, { Type }]) => (isCustomResource(Type) ? CUSTOM : Type) === type);

/** Whether a property is stated by any resource of a type: `Code.S3ObjectVersion`, or one of several, parted by a space. */
const isStated = (names: string, type: string, stack: StackTemplate): boolean =>
  ofType(type, stack).some(([, { Properties = {} }]) =>
    names.split(' ').some((path) => isThere(Properties, path.split('.'))),
  );

/** A path leads into every member of a list. */
const isThere = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
  if (name === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((member) => isThere(member, [name, ...rest]));
  return typeof value === 'object' && value !== null && isThere(Reflect.get(value, name), rest);
};

/** Actions that hang on properties, and whether any of these is stated. */
const actionsByProperty = (type: string, stack: StackTemplate): ReadonlyMap<string, boolean> => {
  const actions = new Map<string, boolean>();
  for (const [names, own] of Object.entries(BY_PROPERTY[type] ?? {})) {
    const stated = isStated(names, type, stack);
    for (const action of own) actions.set(action, stated || actions.get(action) === true);
  }
  return actions;
};

const unlistedOf = (type: string, stack: StackTemplate): readonly string[] =>
  (UNLISTED[type] ?? []).flatMap(({ property, actions }) =>
    property === undefined || isStated(property, type, stack) ? actions : [],
  );

const topicOf = (type: string): string => type.replace(/^AWS/, '').replaceAll(/\W/g, '');

const permissionOf = (type: string, action: string, stack: StackTemplate): Permission => {
  const topic = topicOf(type);
  if (action === 'iam:PassRole') return passRole(type, topic, stack);
  if (action.startsWith('s3:GetObject') && stack.archive !== undefined)
    return { topic, action, resources: [stack.archive] };
  const condition =
    type === MAPPING ? mappingCondition(action, stack) : boundaryCondition(action, stack);
  return {
    topic,
    action,
    resources: resourcesOf(type, action, stack),
    ...(condition === undefined ? {} : { condition }),
  };
};

/** An ARN of AWS's reference with `*` for what it leaves open, and ours for the account. */
const open = (arn: string): string =>
  arn
    .replaceAll(/\$\{(\w+)\}/g, (_match, name: string) =>
      name === 'Partition' || name === 'Region'
        ? `\${AWS::${name}}`
        : name === 'Account'
          ? '${AWS::AccountId}'
          : '*',
    )
    .replaceAll(/\*{2,}/g, '*');

/** Whether an ARN of ours may be what AWS's reference means by an action's resource. */
const fits = (reference: string, arn: string): boolean => {
  const [referenceService, referenceRest] = parts(reference);
  const [service, rest] = parts(arn);
  if (referenceService !== service) return false;
  const expression = open(referenceRest)
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.+');
  return new RegExp(`^${expression}$`).test(rest);
};

const parts = (arn: string): readonly [service: string, rest: string] => {
  const [, , service = '', , , ...rest] = arn.replaceAll('AWS::', '').split(':');
  return [service, rest.join(':')];
};

const resourcesOf = (type: string, action: string, stack: StackTemplate): readonly string[] => {
  const [service = '', name = ''] = action.split(':');
  const places = service === 'apigateway' ? placesOf(type, name) : undefined;
  if (places !== undefined) return places;
  // References name two ARNs in one where two kinds of API share an action.
  const references = (iamAction(service, name)?.arns ?? []).flatMap((arn) => arn.split(', '));
  if (references.length === 0) return ['*'];
  const own = arnsOfType(type, stack.resources, stack.stackName).filter((arn) =>
    references.some((reference) => fits(reference, arn)),
  );
  return own.length > 0 ? own : [...new Set(references.map(open))];
};

/**
 * Who a role is passed to, by the type that states it.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEventBridgeFullAccess.html
 */
const PASSED_TO: Readonly<Record<string, string>> = {
  'AWS::Events::Rule': 'events.amazonaws.com',
  'AWS::Lambda::Function': 'lambda.amazonaws.com',
  'AWS::Scheduler::Schedule': 'scheduler.amazonaws.com',
};

/** Roles go to the service that they are for alone: one of a schedule is nothing that a function could be given. */
const passRole = (type: string, topic: string, stack: StackTemplate): Permission => {
  const stated = ofType(type, stack).flatMap(([, { Properties = {} }]) =>
    typeof Properties['Role'] === 'string' ? [Properties['Role']] : [],
  );
  const made = arnsOfType('AWS::IAM::Role', stack.resources, stack.stackName);
  const service = PASSED_TO[type];
  return {
    topic,
    action: 'iam:PassRole',
    resources: [...new Set([...made, ...stated])],
    ...(service === undefined
      ? {}
      : { condition: { StringEquals: { 'iam:PassedToService': service } } }),
  };
};

const MAPPING = 'AWS::Lambda::EventSourceMapping';

/**
 * Mappings have ids that Lambda makes, so they are told by the function that they feed; tags and reads know no such condition.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
 */
const mappingCondition = (action: string, stack: StackTemplate): Permission['condition'] => {
  const [service = '', name = ''] = action.split(':');
  const key = 'lambda:FunctionArn';
  const functions = arnsOfType('AWS::Lambda::Function', stack.resources, stack.stackName);
  return iamAction(service, name)?.conditionKeys.includes(key) === true &&
    ofType(MAPPING, stack).every(([, { Properties = {} }]) => feedsOwn(Properties, stack))
    ? { ArnLike: { [key]: functions } }
    : undefined;
};

const feedsOwn = (
  { FunctionName: name }: Readonly<Record<string, unknown>>,
  stack: StackTemplate,
): boolean => {
  if (typeof name !== 'object' || name === null) return false;
  const attribute: unknown = Reflect.get(name, 'Fn::GetAtt');
  const id: unknown = Array.isArray(attribute) ? attribute[0] : Reflect.get(name, 'Ref');
  return ofType('AWS::Lambda::Function', stack).some(([logicalId]) => logicalId === id);
};

/**
 * Actions on roles for which IAM looks at the role's boundary.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#available-keys-for-iam
 */
const BOUNDED: readonly string[] = [
  'iam:AttachRolePolicy',
  'iam:CreateRole',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:PutRolePermissionsBoundary',
  'iam:PutRolePolicy',
];
const UNBIND = 'iam:DeleteRolePermissionsBoundary';

/** Where every role of the service has a boundary, the deployer makes and changes no role without it. */
const boundaryCondition = (action: string, stack: StackTemplate): Permission['condition'] => {
  const boundaries = BOUNDED.includes(action) ? boundariesOf(stack) : undefined;
  return boundaries === undefined
    ? undefined
    : { StringLike: { 'iam:PermissionsBoundary': boundaries } };
};

/** The boundaries of a stack's roles; undefined when a role has none. */
export const boundariesOf = (stack: StackTemplate): readonly string[] | undefined => {
  const roles = ofType('AWS::IAM::Role', stack);
  const found = roles.flatMap(([, { Properties = {} }]) => {
    const boundary = Properties['PermissionsBoundary'];
    if (typeof boundary === 'string') return [boundary];
    return boundary === undefined
      ? []
      : arnsOfType('AWS::IAM::ManagedPolicy', stack.resources, stack.stackName).slice(0, 1);
  });
  return roles.length > 0 && found.length === roles.length ? [...new Set(found)] : undefined;
};
