import type * as Iam from '@aws-sdk/client-iam';
import type { AccessRequest, CompiledPolicy, Decision, PolicySet } from '../../../../iam/index.ts';
import {
  asList,
  compilePolicy,
  evaluate,
  parsePolicy,
  PolicyError,
} from '../../../../iam/index.ts';
import { AwsError, notSupported } from '../../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../../core/define-service.ts';
import { operation } from '../../../core/define-service.ts';
import {
  groupNotFound,
  policyNotFound,
  roleNotFound,
  userNotFound,
  validationError,
} from '../errors.ts';
import { PAGE_SIZE } from '../limits.ts';
import { paginate } from '../page.ts';
import type { Holder, IamState, User } from '../state.ts';
import { statementPlaces } from './statement-places.ts';

type Context = OperationContext<IamState>;
type Input = Iam.SimulateCustomPolicyRequest & Partial<Iam.SimulatePrincipalPolicyRequest>;

/** A policy that takes part, with the text that positions are told of. */
interface Source {
  readonly id: string;
  readonly text: string;
  readonly compiled: CompiledPolicy;
}

const sourceOf = (id: string, text: string): Source => {
  try {
    return { id, text, compiled: compilePolicy(parsePolicy(text), id) };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html#API_SimulateCustomPolicy_Errors
    throw new AwsError('InvalidInput', `Invalid policy ${id}: ${error.message}`);
  }
};

const given = (name: string, texts: readonly string[] = []): readonly Source[] =>
  texts.map((text, index) => sourceOf(`${name}.${index + 1}`, text));

/** Values of the request's own condition keys; a list is a list only when its type says so. */
const contextOf = (entries: readonly Iam.ContextEntry[] = []): AccessRequest['context'] =>
  Object.fromEntries(
    entries.map(({ ContextKeyName = '', ContextKeyValues = [], ContextKeyType = 'string' }) => [
      ContextKeyName,
      ContextKeyType.endsWith('List') ? ContextKeyValues : (ContextKeyValues[0] ?? ''),
    ]),
  );

const keysIn = (policies: readonly CompiledPolicy[]): readonly string[] =>
  [
    ...new Set(
      policies.flatMap(({ document }) =>
        document.Statement.flatMap(({ Condition = {}, Resource, NotResource }) => [
          ...Object.values(Condition).flatMap((keys) => Object.keys(keys)),
          // Variables stand for keys: `${aws:username}`, `${aws:username, 'nobody'}`.
          ...[
            ...asList(Resource),
            ...asList(NotResource),
            ...Object.values(Condition).flatMap((keys) =>
              Object.values(keys).flatMap((values) => asList(values).map(String)),
            ),
          ].flatMap((text) =>
            [...text.matchAll(/\$\{([a-zA-Z0-9-]+:[^},]+)[^}]*\}/g)].map(([, key = '']) =>
              key.trim(),
            ),
          ),
        ]),
      ),
    ),
  ].sort();

interface Simulation {
  readonly identity: readonly Source[];
  readonly boundary: readonly Source[] | undefined;
  readonly caller: string;
  /** Of the organization that the caller's account is in. */
  readonly serviceControl?: readonly CompiledPolicy[] | undefined;
}

// What AWS answers, beside the enumeration of its model:
// https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html#examples
const IAM_POLICY = 'IAM Policy' as Iam.PolicySourceType;

const DECISIONS = {
  allow: 'allowed',
  'explicit-deny': 'explicitDeny',
  'implicit-deny': 'implicitDeny',
} as const satisfies Readonly<Record<Decision['effect'], Iam.PolicyEvaluationDecisionType>>;

const simulate = (
  input: Input,
  { identity, boundary, caller, serviceControl }: Simulation,
  { accountId }: Context,
): Iam.SimulatePolicyResponse => {
  const context = contextOf(input.ContextEntries);
  const resource =
    input.ResourcePolicy === undefined
      ? undefined
      : sourceOf('ResourcePolicy', input.ResourcePolicy);
  const sources = [...identity, ...(boundary ?? []), ...(resource === undefined ? [] : [resource])];
  const set: PolicySet = {
    identity: identity.map(({ compiled }) => compiled),
    ...(boundary === undefined ? {} : { boundary: boundary.map(({ compiled }) => compiled) }),
    ...(resource === undefined ? {} : { resource: resource.compiled }),
    ...(serviceControl === undefined ? {} : { serviceControl }),
  };
  const owner = /\d{12}/.exec(input.ResourceOwner ?? '')?.[0] ?? accountId;
  const missing = keysIn(sources.map(({ compiled }) => compiled)).filter(
    (key) => !Object.keys(context).some((name) => name.toLowerCase() === key.toLowerCase()),
  );
  const resultOf = (action: string, arn: string): Iam.EvaluationResult => {
    const request: AccessRequest = {
      principal: {
        kind: caller.includes(':user/') ? 'user' : 'role-session',
        arn: caller,
        account: accountId,
        ...(caller.includes(':role/') ? { roleArn: caller } : {}),
      },
      action,
      resource: arn,
      resourceAccount: owner,
      context,
    };
    const decision = evaluate(request, set);
    return {
      EvalActionName: action,
      EvalResourceName: arn,
      EvalDecision: DECISIONS[decision.effect],
      MatchedStatements: decision.statements.flatMap(({ policy, index, kind }) => {
        const source = sources.find(({ id }) => id === policy);
        const place = source === undefined ? undefined : statementPlaces(source.text)[index];
        return [
          {
            SourcePolicyId: policy,
            SourcePolicyType: kind === 'resource' ? 'resource' : IAM_POLICY,
            ...(place === undefined ? {} : { StartPosition: place.start, EndPosition: place.end }),
          },
        ];
      }),
      MissingContextValues: missing,
      ...(serviceControl === undefined
        ? {}
        : { OrganizationsDecisionDetail: { AllowedByOrganizations: isAllowedAbove(decision) } }),
      ...(boundary === undefined
        ? {}
        : {
            PermissionsBoundaryDecisionDetail: {
              AllowedByPermissionsBoundary: decision.reason !== 'NO_BOUNDARY',
            },
          }),
    };
  };
  const results = (input.ActionNames ?? []).flatMap((action) => {
    if (!/^[a-zA-Z0-9-]+:[a-zA-Z0-9*]+$/.test(action))
      throw new AwsError('InvalidInput', `Invalid action name: ${action}`);
    return (input.ResourceArns ?? ['*']).map((arn) => resultOf(action, arn));
  });
  const keyed = results.map((result, index) => ({ key: String(index).padStart(6, '0'), result }));
  const page = paginate(keyed, { MaxItems: PAGE_SIZE, ...input }, ({ key }) => key);
  return {
    EvaluationResults: page.items.map(({ result }) => result),
    IsTruncated: page.IsTruncated,
    ...(page.Marker === undefined ? {} : { Marker: page.Marker }),
  };
};

/** Whether the policies of the organization let it pass, whatever the others say. */
const isAllowedAbove = ({ reason, statements }: Decision): boolean =>
  reason !== 'NO_SERVICE_CONTROL_POLICY' &&
  !(reason === 'EXPLICIT_DENY' && statements.some(({ kind }) => kind === 'service-control'));

/** A user, role or group by its ARN, and the groups whose policies are the user's too. */
const holdersOf = (state: IamState, arn: string): readonly [Holder, ...Holder[]] => {
  const [, kind, name = ''] = /:(user|role|group)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  switch (kind) {
    case 'user': {
      const user: User | undefined = state.user(name);
      if (user === undefined) throw userNotFound(name);
      return [user, ...state.groupsOf(user)];
    }
    case 'role': {
      const role = state.role(name);
      if (role === undefined) throw roleNotFound(name);
      return [role];
    }
    case 'group': {
      const group = state.group(name);
      if (group === undefined) throw groupNotFound(name);
      return [group];
    }
    default:
      throw validationError(`The ARN ${arn} names no user, role or group.`);
  }
};

const policiesOf = (state: IamState, arn: string) => {
  const holders = holdersOf(state, arn);
  const managed = (arn: string) => {
    const policy = state.policy(arn);
    const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
    if (version === undefined) throw policyNotFound(arn);
    return sourceOf(arn.split('/').at(-1) ?? arn, version.document);
  };
  return {
    identity: holders.flatMap(({ inlinePolicies, attachedPolicies }) => [
      ...inlinePolicies.map(({ name, document }) => sourceOf(name, document)),
      ...attachedPolicies.map(managed),
    ]),
    boundary: holders[0].boundary === undefined ? undefined : [managed(holders[0].boundary)],
  };
};

const onPrincipal =
  (action: string) =>
  ({ PolicySourceArn = '*' }: { readonly PolicySourceArn?: string | undefined }) => ({
    action: `iam:${action}`,
    resource: PolicySourceArn,
  });
const onAll = (action: string) => () => ({ action: `iam:${action}`, resource: '*' });

const NOT_SIMULATED = ['OrderedOrganizationPolicyInputList', 'PolicyExclusionList'] as const;

/** @throws {NotImplemented} for what would change the answer and is not simulated */
const refuseUnsupported = (input: object): void => {
  for (const member of NOT_SIMULATED)
    if (Object.hasOwn(input, member)) throw notSupported(`${member} of policy simulations`);
};

/** What policies would say, from the evaluator that decides every call of the cloud. */
export const simulateOperations: OperationTable<IamState> = {
  SimulateCustomPolicy: operation<
    IamState,
    Iam.SimulateCustomPolicyRequest,
    Iam.SimulatePolicyResponse
  >({
    needs: onAll('SimulateCustomPolicy'),
    handle: (input, context) => {
      refuseUnsupported(input);
      return simulate(
        input,
        {
          identity: given('PolicyInputList', input.PolicyInputList),
          boundary:
            input.PermissionsBoundaryPolicyInputList === undefined
              ? undefined
              : given(
                  'PermissionsBoundaryPolicyInputList',
                  input.PermissionsBoundaryPolicyInputList,
                ),
          caller: input.CallerArn ?? `arn:aws:iam::${context.accountId}:user/simulated`,
        },
        context,
      );
    },
  }),

  SimulatePrincipalPolicy: operation<
    IamState,
    Iam.SimulatePrincipalPolicyRequest,
    Iam.SimulatePolicyResponse
  >({
    needs: onPrincipal('SimulatePrincipalPolicy'),
    handle: (input, context) => {
      const arn = input.PolicySourceArn ?? '';
      refuseUnsupported(input);
      const own = policiesOf(context.state, arn);
      return simulate(
        input as Input,
        {
          identity: [...own.identity, ...given('PolicyInputList', input.PolicyInputList)],
          boundary:
            input.PermissionsBoundaryPolicyInputList === undefined
              ? own.boundary
              : given(
                  'PermissionsBoundaryPolicyInputList',
                  input.PermissionsBoundaryPolicyInputList,
                ),
          caller: input.CallerArn ?? arn,
          serviceControl: context.serviceControl,
        },
        context,
      );
    },
  }),

  GetContextKeysForCustomPolicy: operation<
    IamState,
    Iam.GetContextKeysForCustomPolicyRequest,
    Iam.GetContextKeysForPolicyResponse
  >({
    needs: onAll('GetContextKeysForCustomPolicy'),
    handle: ({ PolicyInputList }) => ({
      ContextKeyNames: [
        ...keysIn(given('PolicyInputList', PolicyInputList).map(({ compiled }) => compiled)),
      ],
    }),
  }),

  GetContextKeysForPrincipalPolicy: operation<
    IamState,
    Iam.GetContextKeysForPrincipalPolicyRequest,
    Iam.GetContextKeysForPolicyResponse
  >({
    needs: onPrincipal('GetContextKeysForPrincipalPolicy'),
    handle: ({ PolicySourceArn = '', PolicyInputList }, { state }) => ({
      ContextKeyNames: [
        ...keysIn(
          [
            ...policiesOf(state, PolicySourceArn).identity,
            ...given('PolicyInputList', PolicyInputList),
          ].map(({ compiled }) => compiled),
        ),
      ],
    }),
  }),
};
