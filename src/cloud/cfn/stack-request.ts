import type { OperationContext } from '../core/define-service.ts';
import { checkReferences } from './dependencies.ts';
import { insufficientCapabilities, validationError } from './errors.ts';
import type { GivenParameter } from './parameters.ts';
import { resolveParameters } from './parameters.ts';
import type { ParsedTemplate } from './parse-template.ts';
import { LIMITS, parseTemplate } from './parse-template.ts';
import type { Providers } from './provider-calls.ts';
import { resourceType } from './resource-types.ts';
import { createStackScope } from './stack-scope.ts';
import type { CloudFormationState, Stack, Target } from './state.ts';

export type CfnContext = OperationContext<CloudFormationState>;

/** The members that creating and changing a stack share. */
export interface StackRequest {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
  readonly Parameters?: readonly GivenParameter[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  readonly Tags?:
    | readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
    | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
  readonly RoleARN?: string | undefined;
}

const readStream = async (body: unknown): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body;
  const pieces: Uint8Array[] = [];
  for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** `https://s3.REGION.amazonaws.com/BUCKET/KEY`, `https://BUCKET.s3.REGION.amazonaws.com/KEY`, or the cloud's own address. */
const objectOf = (url: string): { readonly Bucket: string; readonly Key: string } => {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw validationError('TemplateURL must be a supported URL.');
  }
  const parts = decodeURIComponent(parsed.pathname)
    .split('/')
    .filter((part) => part !== '');
  const virtual = /^(.+)\.s3[.-]/.exec(parsed.hostname)?.[1];
  const [Bucket = '', ...key] = virtual === undefined ? parts : [virtual, ...parts];
  if (Bucket === '' || key.length === 0)
    throw validationError('TemplateURL must reference a valid S3 object to which you have access.');
  return { Bucket, Key: key.join('/') };
};

/** The text of the template that a request names. */
export const templateOf = async (
  request: StackRequest,
  context: CfnContext,
  stack: Stack | undefined,
): Promise<string> => {
  if (request.UsePreviousTemplate === true) {
    if (stack?.current === undefined)
      throw validationError('UsePreviousTemplate needs a stack that has a template.');
    return stack.current.templateBody;
  }
  if (request.TemplateBody !== undefined) {
    const size = Buffer.byteLength(request.TemplateBody);
    if (size > LIMITS.bodyBytes)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${LIMITS.bodyBytes}`,
      );
    return request.TemplateBody;
  }
  if (request.TemplateURL === undefined)
    throw validationError('Either Template URL or Template Body must be specified.');
  try {
    const answer = (await context.call({
      service: 's3',
      operation: 'GetObject',
      input: objectOf(request.TemplateURL),
    })) as { readonly Body?: unknown };
    const bytes = await readStream(answer.Body);
    if (bytes.byteLength > LIMITS.urlBytes)
      throw validationError('Template may not exceed 1000000 bytes in size.');
    return Buffer.from(bytes).toString('utf8');
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') throw error;
    throw validationError(
      `S3 error: ${error instanceof Error ? error.message : String(error)}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html`,
    );
  }
};

/** Types that need the caller's word. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const IAM_TYPES =
  /^AWS::IAM::(AccessKey|Group|InstanceProfile|ManagedPolicy|Policy|Role|User|UserToGroupAddition)$/;
const NAMES = ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName', 'InstanceProfileName'];

export const capabilitiesOf = (
  template: ParsedTemplate,
): { readonly needed: readonly string[]; readonly reason: string } => {
  const iam = Object.entries(template.Resources).filter(([, { Type }]) => IAM_TYPES.test(Type));
  const named = iam.some(([, { Properties }]) =>
    NAMES.some((name) => Properties?.[name] !== undefined),
  );
  if (iam.length === 0) return { needed: [], reason: '' };
  return {
    needed: [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'],
    reason: `The following resource(s) require capabilities: [${[...new Set(iam.map(([, { Type }]) => Type))].join(', ')}]`,
  };
};

const checkCapabilities = (template: ParsedTemplate, given: readonly string[]): void => {
  for (const needed of capabilitiesOf(template).needed)
    if (!given.includes(needed) && !given.includes('CAPABILITY_NAMED_IAM'))
      throw insufficientCapabilities(needed);
};

/** Types that AWS does not have, then those that the cloud has no behaviour for: told before anything is made. */
export const checkTypes = (template: ParsedTemplate, providers: Providers): void => {
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))]
    .filter((type) => !providers.has(type))
    .sort();
  const unknown = types.filter((type) => resourceType(type) === undefined);
  if (unknown.length > 0)
    throw validationError(
      `Template format error: Unrecognized resource types: [${unknown.join(', ')}]`,
    );
  if (types.length > 0)
    throw validationError(
      `The embedded cloud has no behaviour for the resource type${types.length === 1 ? '' : 's'} ${types.join(', ')}. Take ${types.length === 1 ? 'it' : 'them'} out of the template, or deploy it to AWS.`,
    );
};

export const checkTemplate = (body: string, providers: Providers): ParsedTemplate => {
  const template = parseTemplate(body);
  checkTypes(template, providers);
  checkReferences(template);
  return template;
};

/** What a stack is to become, checked as far as it can be without making anything. */
export const readTarget = async (
  request: StackRequest,
  context: CfnContext,
  stack: Stack | undefined,
  providers: Providers,
): Promise<{ readonly target: Target; readonly template: ParsedTemplate }> => {
  const templateBody = await templateOf(request, context, stack);
  const template = checkTemplate(templateBody, providers);
  const capabilities = request.Capabilities ?? [];
  checkCapabilities(template, capabilities);
  const roleArn = request.RoleARN ?? stack?.current?.roleArn;
  if (request.RoleARN !== undefined)
    context.authorise({
      action: 'iam:PassRole',
      resource: request.RoleARN,
      conditions: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    });
  const target: Target = {
    templateBody,
    parameters: resolveParameters(
      template,
      request.Parameters ?? [],
      stack?.current?.parameters ?? {},
    ),
    tags: (request.Tags ?? stack?.current?.tags ?? []).map(({ Key = '', Value = '' }) => ({
      Key,
      Value,
    })),
    capabilities,
    notificationArns: request.NotificationARNs ?? stack?.current?.notificationArns ?? [],
    ...(roleArn === undefined ? {} : { roleArn }),
  };
  // Conditions and mappings that cannot be resolved are told now, not in the middle.
  createStackScope(
    template,
    target,
    stack ?? { stackId: 'new', stackName: 'new' },
    context,
    context.state,
    () => undefined,
  );
  return { target, template };
};
