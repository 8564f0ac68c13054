import type { Parameter, Tag as SdkTag } from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import type { Changes, Revision } from '../change-set/compute-changes.ts';
import { computeChanges } from '../change-set/compute-changes.ts';
import { actingPrincipal } from '../engine/acting-principal.ts';
import type { Providers } from '../engine/context.ts';
import { keepTemplate } from '../engine/templates.ts';
import { notHere, validationError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { CloudFormationState, Stack, StackSpec, Tag } from '../state.ts';
import { checkCapabilities } from '../template/capabilities.ts';
import type { Template } from '../template/model.ts';
import { resolveParameters, secretParameters } from '../template/parameters.ts';
import { readTemplate } from '../template/read-template.ts';
import type { TemplateInput } from './template-source.ts';
import { templateText } from './template-source.ts';

type Context = OperationContext<CloudFormationState>;

/** What requests that change a stack have in common. */
export interface StackRequest extends TemplateInput {
  readonly Parameters?: readonly Parameter[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
  readonly RollbackConfiguration?: object | undefined;
  readonly RoleARN?: string | undefined;
  readonly Tags?: readonly SdkTag[] | undefined;
  readonly ResourceTypes?: readonly string[] | undefined;
}

/** A request that has been read: its template, and everything that it will be deployed with. */
export interface ReadRequest {
  readonly text: string;
  readonly revision: Revision;
}

/**
 * Reads what a request would make of a stack, and checks all that AWS checks before it answers.
 * @param stack - As it is; what the request leaves out stays as it was
 * @throws {AwsError} in CloudFormation's words
 */
export const readRequest = async (
  input: StackRequest,
  context: Context,
  stack?: Stack,
): Promise<ReadRequest> => {
  const text = await templateText(input, context, stack);
  const template = await readTemplate(text);
  checkCapabilities(template, input.Capabilities ?? []);
  checkResourceTypes(template, input.ResourceTypes);
  const previous = stack?.spec;
  const role = input.RoleARN ?? previous?.roleArn;
  if (input.RoleARN !== undefined) await checkRole(input.RoleARN, context);
  const spec: StackSpec = {
    // Kept under its key only once the request is accepted.
    templateKey: '',
    ...(template.description === undefined ? {} : { description: template.description }),
    parameters: resolveParameters(template, input.Parameters ?? [], previous?.parameters),
    secretParameters: secretParameters(template),
    tags: input.Tags === undefined ? (previous?.tags ?? []) : readTags(input.Tags),
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
    rollbackConfiguration:
      readRollbackConfiguration(input.RollbackConfiguration) ??
      previous?.rollbackConfiguration ??
      {},
    ...(role === undefined ? {} : { roleArn: role }),
    ...inertTypesOf(template),
  };
  return { text, revision: { template, spec } };
};

/** The specification with its template kept; call it when nothing can refuse the request any more. */
export const acceptedSpec = (context: Context, { text, revision }: ReadRequest): StackSpec => ({
  ...revision.spec,
  templateKey: keepTemplate(context, text),
});

/** `Metadata: { Sparta: { Inert: [types] } }`, or `true` for every type: what has no behaviour here becomes a record. */
const inertTypesOf = ({ metadata, resources }: Template): Pick<StackSpec, 'inertTypes'> => {
  const own = isObject(metadata) ? metadata['Sparta'] : undefined;
  const wanted = isObject(own) ? own['Inert'] : undefined;
  if (wanted === true)
    return { inertTypes: [...new Set([...resources.values()].map(({ type }) => type))] };
  return isList(wanted) ? { inertTypes: wanted.map(String) } : {};
};

const readRollbackConfiguration = (given: object | undefined): JsonObject | undefined => {
  if (given === undefined) return undefined;
  const { RollbackTriggers = [] } = given as { readonly RollbackTriggers?: readonly unknown[] };
  if (RollbackTriggers.length > 0)
    throw notHere('Rolling back on alarms (RollbackConfiguration.RollbackTriggers)');
  return given as JsonObject;
};

const readTags = (tags: readonly SdkTag[]): readonly Tag[] => {
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html
  if (tags.length > 50)
    throw validationError(`A stack can have at most 50 tags; the request has ${tags.length}.`);
  return tags.map(({ Key = '', Value = '' }) => {
    if (/^aws:/i.test(Key))
      throw validationError(
        `Tag keys that begin with aws: belong to AWS; choose another than ${Key}.`,
      );
    return { Key, Value };
  });
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html */
const checkRole = async (roleArn: string, context: Context): Promise<void> => {
  context.authorise({
    action: 'iam:PassRole',
    resource: roleArn,
    conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
  });
  await actingPrincipal(context, context.principal, roleArn);
};

const checkResourceTypes = (template: Template, allowed: readonly string[] | undefined): void => {
  if (allowed === undefined || allowed.length === 0) return;
  const patterns = allowed.map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ),
  );
  const other = [...template.resources.values()]
    .map(({ type }) => type)
    .filter((type) => !patterns.some((pattern) => pattern.test(type)));
  if (other.length > 0)
    throw validationError(
      `Resource type ${other[0]} is not allowed by parameter ResourceTypes [${allowed.join(', ')}]`,
    );
};

/** The revision that a stack was deployed with. */
export const deployedRevision = async (
  { state }: Context,
  { spec }: Stack,
): Promise<Revision | undefined> => {
  if (spec === undefined) return undefined;
  return { template: await readTemplate(state.templates.get(spec.templateKey) ?? ''), spec };
};

/** What a request would change. @throws {AwsError} when its template cannot be evaluated */
export const changesOf = async (
  how: { readonly context: Context; readonly providers: Providers },
  stack: Stack | Pick<Stack, 'id' | 'name' | 'outputs'>,
  after: Revision,
): Promise<{ readonly plain: Changes; readonly withValues: Changes }> => {
  const before = 'status' in stack ? await deployedRevision(how.context, stack) : undefined;
  const request = { ...how, stack, after, ...(before === undefined ? {} : { before }) };
  return { plain: computeChanges(request, false), withValues: computeChanges(request, true) };
};
