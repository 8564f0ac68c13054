import type * as Lambda from '@aws-sdk/client-lambda';
import { notSupported } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from '../constraints.ts';
import {
  conflict,
  invalidParameterValue,
  preconditionFailed,
  resourceNotFound,
} from '../errors.ts';
import { functionArn, readReference, resolveFunction } from '../names.ts';
import { LIMITS } from '../limits.ts';
import type { LambdaState, PolicyRecord, PolicyStatement } from '../state.ts';
import { onFunction } from '../needs.ts';

type Context = OperationContext<LambdaState>;

/** Key of the policy and ARN of what it is attached to. */
const target = (
  context: Context,
  input: { readonly FunctionName?: string | undefined; readonly Qualifier?: string | undefined },
) => {
  const reference = readReference(context, input.FunctionName, input.Qualifier);
  const { name, qualifier, arn } = resolveFunction(context.state, reference);
  if (qualifier === '$LATEST')
    throw invalidParameterValue('We currently do not support adding policies for $LATEST.');
  return { key: qualifier === undefined ? name : `${name}:${qualifier}`, arn };
};

const principalOf = (given: string): PolicyStatement['Principal'] => {
  if (given === '*') return '*';
  if (/^\d{12}$/.test(given)) return { AWS: `arn:aws:iam::${given}:root` };
  if (given.startsWith('arn:')) return { AWS: given };
  if (!/^[\w.-]+\.[\w.-]+$/.test(given))
    throw invalidParameterValue(
      'The provided principal was invalid. Please check the principal and try again.',
    );
  return { Service: given };
};

/** Conditions as AWS writes them into the policy. */
const conditionOf = (input: Lambda.AddPermissionRequest): PolicyStatement['Condition'] => {
  const equal: Record<string, string> = {};
  if (input.SourceAccount !== undefined) equal['AWS:SourceAccount'] = input.SourceAccount;
  if (input.EventSourceToken !== undefined)
    equal['lambda:EventSourceToken'] = input.EventSourceToken;
  if (input.FunctionUrlAuthType !== undefined)
    equal['lambda:FunctionUrlAuthType'] = input.FunctionUrlAuthType;
  if (input.PrincipalOrgID !== undefined) equal['aws:PrincipalOrgID'] = input.PrincipalOrgID;
  const condition = {
    ...(Object.keys(equal).length === 0 ? {} : { StringEquals: equal }),
    ...(input.SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return Object.keys(condition).length === 0 ? undefined : condition;
};

const record = (context: Context, statements: readonly PolicyStatement[]): PolicyRecord => ({
  statements,
  revisionId: context.random.uuid(),
  document: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: statements }),
});

const addPermission = operation<
  LambdaState,
  Lambda.AddPermissionRequest,
  Lambda.AddPermissionResponse
>({
  needs: (input, context) => ({
    ...onFunction('lambda:AddPermission')(input, context),
    conditions: { 'lambda:Principal': input.Principal ?? '' },
  }),
  handle: (input, context) => {
    const { state } = context;
    const { key, arn } = target(context, input);
    constraints()
      .pattern('statementId', input.StatementId, /^[\w-]{1,100}$/, '([a-zA-Z0-9-_]+)')
      .pattern(
        'action',
        input.Action,
        /^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/,
        '(lambda:[*]|lambda:[a-zA-Z]+|[*])',
      )
      .pattern('sourceAccount', input.SourceAccount, /^\d{12}$/, '\\d{12}')
      .check();
    if (input.InvokedViaFunctionUrl !== undefined) throw notSupported('Function URLs');
    const policy = state.policies.get(key);
    if (policy?.statements.some(({ Sid }) => Sid === input.StatementId) === true)
      throw conflict(
        `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      );
    if (input.RevisionId !== undefined && input.RevisionId !== policy?.revisionId)
      throw preconditionFailed('GetPolicy');
    const condition = conditionOf(input);
    const statement: PolicyStatement = {
      Sid: input.StatementId ?? '',
      Effect: 'Allow',
      Principal: principalOf(input.Principal ?? ''),
      Action: input.Action ?? '',
      Resource: arn,
      ...(condition === undefined ? {} : { Condition: condition }),
    };
    const next = record(context, [...(policy?.statements ?? []), statement]);
    if (next.document.length > LIMITS.policyBytes)
      throw invalidParameterValue(
        `The final policy size (${next.document.length}) is bigger than the limit (${LIMITS.policyBytes}).`,
      );
    state.policies.set(key, next);
    return { Statement: JSON.stringify(statement) };
  },
});

const removePermission = operation<LambdaState, Lambda.RemovePermissionRequest, object>({
  needs: onFunction('lambda:RemovePermission'),
  handle: (input, context) => {
    const { state } = context;
    const { key } = target(context, input);
    const policy = state.policies.get(key);
    if (policy === undefined)
      throw resourceNotFound('No policy is associated with the given resource.');
    const left = policy.statements.filter(({ Sid }) => Sid !== input.StatementId);
    if (left.length === policy.statements.length)
      throw resourceNotFound(`Statement ${input.StatementId} is not found in resource policy.`);
    if (input.RevisionId !== undefined && input.RevisionId !== policy.revisionId)
      throw preconditionFailed('GetPolicy');
    if (left.length === 0) state.policies.delete(key);
    else state.policies.set(key, record(context, left));
    return {};
  },
});

const getPolicy = operation<LambdaState, Lambda.GetPolicyRequest, Lambda.GetPolicyResponse>({
  needs: onFunction('lambda:GetPolicy'),
  handle: (input, context) => {
    const { key } = target(context, input);
    const policy = context.state.policies.get(key);
    if (policy === undefined) throw resourceNotFound('The resource you requested does not exist.');
    return { Policy: policy.document, RevisionId: policy.revisionId };
  },
});

/** The policy of a function, version or alias by its ARN. */
export const policyOfArn = (arn: string, state: LambdaState): string | undefined => {
  const prefix = functionArn(state, '');
  if (!arn.startsWith(prefix)) return undefined;
  return state.policies.get(arn.slice(prefix.length))?.document;
};

export const permissionOperations: OperationTable<LambdaState> = {
  AddPermission: addPermission,
  RemovePermission: removePermission,
  GetPolicy: getPolicy,
};
