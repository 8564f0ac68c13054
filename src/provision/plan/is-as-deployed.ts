import type { Parameter } from '@aws-sdk/client-cloudformation';
import { fitsRequest } from '../artifacts/template-upload.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { isAbort } from '../failure/explain-failure.ts';
import type { Ground, PlanRequest } from './ground.ts';

/**
 * What makes the same template another one later: what CloudFormation looks up outside of it, and what macros, modules and
 * nested templates make of it. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html:
 * "CloudFormation fetches values stored against Systems Manager parameter keys … whenever you create or update a stack"
 */
const LOOKED_UP =
  /\{\{resolve:|AWS::SSM::Parameter::|Fn::GetAZs|Fn::GetStackOutput|Transform|Fn::ForEach|::MODULE"|AWS::CloudFormation::(Stack|Macro|Module)/;

/** Through, and not rolled back: the stack has what its template says. */
const COMPLETE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'];

/** As CloudFormation shows a value that it hides. */
const HIDDEN = '****';

/**
 * Whether a stack has this very template, with these values and tags, so that a change set would hold no change. It is asked
 * where a change set costs most: a template that goes through the bucket takes S3's client and three calls more. Any doubt is
 * left to CloudFormation.
 */
export const isAsDeployed = async (
  api: CloudFormationApi,
  { tags, signal }: PlanRequest,
  { kind, current, body, deployable }: Ground,
  parameters: readonly Parameter[],
): Promise<boolean> => {
  if (fitsRequest(body) || deployable.isNested || LOOKED_UP.test(body)) return false;
  if (kind !== 'update' || current === undefined || !COMPLETE.includes(current.status))
    return false;
  const hasValues = parameters.every(
    ({ ParameterKey = '', ParameterValue, UsePreviousValue }) =>
      UsePreviousValue === true ||
      (ParameterValue !== HIDDEN && ParameterValue === current.parameters[ParameterKey]),
  );
  if (!hasValues || !hasTags(current.tags, tags)) return false;
  try {
    const { TemplateBody } = await api.getTemplate(
      { StackName: current.stackId, TemplateStage: 'Original' },
      signal,
    );
    return TemplateBody === body;
  } catch (error) {
    // Who may not read it asks for the change set.
    if (isAbort(error)) throw error;
    return false;
  }
};

/** None that are given leave those that there are. */
const hasTags = (there: Readonly<Record<string, string>>, given: PlanRequest['tags']): boolean => {
  if (given === undefined) return true;
  const own = Object.keys(there).filter((name) => !name.startsWith('aws:'));
  return (
    own.length === Object.keys(given).length && own.every((name) => there[name] === given[name])
  );
};
