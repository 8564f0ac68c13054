import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { ChangeSet } from '../change-set/change-set.ts';
import type { TemplateFacts } from '../change-set/parameters.ts';
import { isAbort, readFailure } from '../failure/explain-failure.ts';
import { deployedTemplate, wasSplit } from '../nested/deployed-template.ts';
import type { StackState } from '../stack/stack-state.ts';
import type { Ground, PlanRequest } from './ground.ts';
import { comparePermissions } from './permissions/index.ts';
import type { PlannedChange, PlannedPermissions } from './plan.ts';

/** Properties and types that can hold a permission, or name who has it. */
const GRANTS =
  /polic|role|statement|principal|permission|AWS::IAM::|AWS::Lambda::Permission|LayerVersionPermission/i;

/** Whether a change can touch permissions: what only gets other code, memory or tags cannot. */
const mayGrant = ({ action, resourceType, properties }: PlannedChange): boolean =>
  action !== 'modify' ||
  GRANTS.test(resourceType) ||
  properties.some(({ path }) => path === 'Properties' || GRANTS.test(path));

/**
 * What the change set does to permissions. The deployed template is asked for only when some change can touch them.
 */
export const planPermissions = async (
  api: CloudFormationApi,
  {
    request,
    ground,
    changeSet,
    changes,
  }: {
    readonly request: PlanRequest;
    readonly ground: Ground;
    readonly changeSet: ChangeSet;
    readonly changes: readonly PlannedChange[];
  },
): Promise<PlannedPermissions> => {
  if (!changes.some(mayGrant)) return { known: true, holders: [] };
  const { signal, template } = request;
  const { kind, current } = ground;
  try {
    const [before, after] = await Promise.all([
      kind === 'update' ? deployedOf(api, current, changeSet, signal) : undefined,
      // A macro writes what the template itself does not say.
      template.Transform === undefined
        ? template
        : templateOf(api, { StackName: changeSet.stackId, ChangeSetName: changeSet.id }, signal),
    ]);
    if ((kind === 'update' && before === undefined) || after === undefined)
      return { known: false, why: 'the deployed template is not JSON: another tool wrote it' };
    const deployed = kind === 'update' ? (current?.parameters ?? {}) : {};
    const defaults = Object.fromEntries(
      Object.entries(template.Parameters ?? {}).flatMap(([name, { Default: value }]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    );
    return {
      known: true,
      holders: comparePermissions(
        before === undefined ? undefined : { template: before, parameters: deployed },
        { template: after, parameters: { ...defaults, ...deployed, ...request.parameters } },
        changes,
      ),
    };
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    // The rest of the plan stands without it; whoever may not read the template is told so.
    return {
      known: false,
      why: `the deployed template cannot be read: ${readFailure(error).message}`,
    };
  }
};

/** A service that was split is read as it was written: what it grants is said where its program says it. */
const deployedOf = (
  api: CloudFormationApi,
  current: StackState | undefined,
  { stackId }: ChangeSet,
  signal: AbortSignal,
): Promise<TemplateFacts | undefined> =>
  current !== undefined && wasSplit(current)
    ? deployedTemplate(api, current, signal)
    : templateOf(api, { StackName: stackId }, signal);

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html: after transforms; the original where there are none.
const templateOf = async (
  api: CloudFormationApi,
  which: { readonly StackName: string; readonly ChangeSetName?: string },
  signal: AbortSignal,
): Promise<TemplateFacts | undefined> => {
  const { TemplateBody = '' } = await api.getTemplate(
    { ...which, TemplateStage: 'Processed' },
    signal,
  );
  try {
    const parsed: unknown = JSON.parse(TemplateBody);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
};
