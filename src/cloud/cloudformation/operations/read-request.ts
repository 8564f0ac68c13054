import type {
  DeploymentConfig,
  Parameter,
  RollbackConfiguration,
  Tag as SdkTag,
} from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext } from '../../core/define-service.ts';
import type { Changes, Revision } from '../change-set/compute-changes.ts';
import { computeChanges } from '../change-set/compute-changes.ts';
import { actingPrincipal } from '../engine/acting-principal.ts';
import type { Providers } from '../engine/context.ts';
import { deployedText, keepTemplate } from '../engine/templates.ts';
import { validationError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import type { CloudFormationState, ResourceDrift, Stack, StackSpec, Tag } from '../state.ts';
import { checkCapabilities } from '../template/capabilities.ts';
import type { Template } from '../template/model.ts';
import type { ParameterValue } from '../template/parameters.ts';
import { secretParameters } from '../template/parameters.ts';
import { readTemplate } from '../template/read-template.ts';
import {
  checkExpansion,
  checkParameterRules,
  declaredParameters,
  processTemplate,
} from './process-template.ts';
import { resolveParameters } from './stored-parameters.ts';
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
  readonly DeploymentConfig?: DeploymentConfig | undefined;
}

/** A request that has been read: its template, and everything that it will be deployed with. */
export interface ReadRequest {
  readonly text: string;
  /** As its transforms made it; the same text where it has none. */
  readonly processed: string;
  readonly revision: Revision;
  /** Why its transforms failed: then the template is empty. */
  readonly failure?: string;
}

/**
 * Reads what a request would make of a stack, and checks all that AWS checks before it answers.
 * @param stack - As it is; what the request leaves out stays as it was
 * @param mode - `review` for change sets, which show what transforms make before anything is deployed
 * @throws {AwsError} in CloudFormation's words
 */
export const readRequest = async (
  input: StackRequest,
  context: Context,
  stack?: Stack,
  mode: 'deploy' | 'review' = 'deploy',
): Promise<ReadRequest> => {
  const text = await templateText(input, context, stack);
  const before = stack?.spec?.parameters;
  const given = input.Parameters ?? [];
  const declared = { parameters: await declaredParameters(text) };
  const first = await resolveParameters(declared, given, before, context);
  if (mode === 'deploy') await checkExpansion(text, input.Capabilities ?? []);
  const { processed, failure } = await transformed(text, first, context, mode);
  const template = failure === undefined ? await readTemplate(processed) : EMPTY_TEMPLATE;
  const parameters =
    processed === text
      ? first
      : await resolveParameters(template, given.filter(isOf(template)), before, context);
  checkCapabilities(template, input.Capabilities ?? []);
  checkResourceTypes(template, input.ResourceTypes);
  checkParameterRules(template, parameters, context);
  const previous = stack?.spec;
  const role = input.RoleARN ?? previous?.roleArn;
  if (input.RoleARN !== undefined) await checkRole(input.RoleARN, context);
  const spec: StackSpec = {
    // Kept under its key only once the request is accepted.
    templateKey: '',
    ...(template.description === undefined ? {} : { description: template.description }),
    parameters,
    secretParameters: secretParameters(template),
    tags: input.Tags === undefined ? (previous?.tags ?? []) : readTags(input.Tags),
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
    rollbackConfiguration:
      readRollbackConfiguration(input.RollbackConfiguration) ??
      previous?.rollbackConfiguration ??
      {},
    ...(role === undefined ? {} : { roleArn: role }),
    ...(input.DeploymentConfig === undefined ? {} : { deploymentConfig: input.DeploymentConfig }),
    ...inertTypesOf(template),
  };
  return {
    text,
    processed,
    revision: { template, spec },
    ...(failure === undefined ? {} : { failure }),
  };
};

/** The specification with its template kept; call it when nothing can refuse the request any more. */
export const acceptedSpec = (
  context: Context,
  { text, processed, revision }: ReadRequest,
): StackSpec => ({
  ...revision.spec,
  templateKey: keepTemplate(context, text),
  ...(processed === text ? {} : { processedKey: keepTemplate(context, processed) }),
});

/** What transforms make of a text. A change set tells of their failure; a deployment is refused. */
const transformed = async (
  text: string,
  parameters: readonly ParameterValue[],
  context: Context,
  mode: 'deploy' | 'review',
): Promise<{ readonly processed: string; readonly failure?: string }> => {
  try {
    return { processed: await processTemplate(text, parameters, context) };
  } catch (error) {
    if (mode === 'deploy' || !(error instanceof AwsError) || !isTransformFailure(error))
      throw error;
    return { processed: text, failure: error.message };
  }
};

const isTransformFailure = ({ message }: AwsError) =>
  message.startsWith('Transform ') || message.startsWith('No transform named ');

const EMPTY_TEMPLATE: Template = {
  transforms: [],
  parameters: new Map(),
  mappings: new Map(),
  conditions: new Map(),
  rules: new Map(),
  resources: new Map(),
  outputs: new Map(),
};

/** Transforms may make and unmake parameters. */
const isOf =
  ({ parameters }: Template) =>
  ({ ParameterKey = '' }: Parameter) =>
    parameters.has(ParameterKey);

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
  const { RollbackTriggers = [], MonitoringTimeInMinutes: minutes = 0 } =
    given as RollbackConfiguration;
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html
  if (RollbackTriggers.length > 5)
    throw validationError(
      `1 validation error detected: Value at 'rollbackConfiguration.rollbackTriggers' failed to satisfy constraint: Member must have length less than or equal to 5. It has ${RollbackTriggers.length}.`,
    );
  if (minutes < 0 || minutes > 180)
    throw validationError(
      `1 validation error detected: Value '${minutes}' at 'rollbackConfiguration.monitoringTimeInMinutes' failed to satisfy constraint: Member must have value between 0 and 180`,
    );
  for (const { Arn = '', Type = '' } of RollbackTriggers)
    if (!TRIGGER_TYPES.includes(Type) || !/^arn:[^:]+:cloudwatch:[^:]+:[^:]+:alarm:/.test(Arn))
      throw validationError(
        `The rollback trigger ${Arn} of the type ${Type} is none: triggers are ARNs of alarms, of the types ${TRIGGER_TYPES.join(' and ')}.`,
      );
  return given as JsonObject;
};

const TRIGGER_TYPES: readonly string[] = [
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
];

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
  context: Context,
  { spec }: Stack,
): Promise<Revision | undefined> => {
  if (spec === undefined) return undefined;
  return { template: await readTemplate(deployedText(context, spec)), spec };
};

/** What a request would change. @throws {AwsError} when its template cannot be evaluated */
export const changesOf = async (
  how: { readonly context: Context; readonly providers: Providers },
  stack: Stack | Pick<Stack, 'id' | 'name' | 'outputs'>,
  after: Revision,
  drifts?: ReadonlyMap<string, ResourceDrift>,
): Promise<{ readonly plain: Changes; readonly withValues: Changes }> => {
  const before = 'status' in stack ? await deployedRevision(how.context, stack) : undefined;
  const request = {
    ...how,
    stack,
    after,
    ...(before === undefined ? {} : { before }),
    ...(drifts === undefined ? {} : { drifts }),
  };
  return { plain: computeChanges(request, false), withValues: computeChanges(request, true) };
};
