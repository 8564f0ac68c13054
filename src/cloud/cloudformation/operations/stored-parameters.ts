import type { Parameter } from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import { validationError } from '../errors.ts';
import type { CloudFormationState } from '../state.ts';
import type { Template } from '../template/model.ts';
import type { ParameterValue } from '../template/parameters.ts';
import { resolveParameters as resolveGiven, storedType } from '../template/parameters.ts';

type Context = OperationContext<CloudFormationState>;

/** Names of one request. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const NAMES_PER_CALL = 10;

/**
 * Values of a template's parameters; those of the types `AWS::SSM::Parameter::Value<…>` with what Parameter Store holds now.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
 * @throws {AwsError} in CloudFormation's words
 */
export const resolveParameters = async (
  template: Pick<Template, 'parameters'>,
  given: readonly Parameter[],
  previous: readonly ParameterValue[] | undefined,
  context: Context,
): Promise<readonly ParameterValue[]> => {
  const values = resolveGiven(template, given, previous);
  const isStored = ({ ParameterKey }: ParameterValue) =>
    storedType(template.parameters.get(ParameterKey)?.type ?? '') !== undefined;
  const names = [...new Set(values.filter(isStored).map(({ ParameterValue: name }) => name))];
  if (names.length === 0) return values;
  const found = new Map<string, string>();
  for (let at = 0; at < names.length; at += NAMES_PER_CALL) {
    const { Parameters = [] } = (await context.call({
      service: 'ssm',
      operation: 'GetParameters',
      input: { Names: names.slice(at, at + NAMES_PER_CALL) },
    })) as { readonly Parameters?: readonly StoredParameter[] };
    for (const { Name = '', Value = '', Selector = '' } of Parameters)
      found.set(`${Name}${Selector}`, Value);
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw validationError(
      `Unable to fetch parameters [${missing.join(', ')}] from parameter store for this account.`,
    );
  return values.map((value) => {
    const ResolvedValue = isStored(value) ? found.get(value.ParameterValue) : undefined;
    return ResolvedValue === undefined ? value : { ...value, ResolvedValue };
  });
};

interface StoredParameter {
  readonly Name?: string;
  readonly Value?: string;
  /** `:3` or `:label` when the name asked for one. */
  readonly Selector?: string;
}
