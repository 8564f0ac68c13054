import type { Grant, GrantStatement } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { FunctionSettings } from '../spec/lambda-options.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { TemplateBuilder } from './builder.ts';
import type { Packed, Statement } from './policy/index.ts';
import { LIMITS, mergeStatements, oneOrAll, packStatements, sizeOf } from './policy/index.ts';
import { said } from './template.ts';

export const roleId = (fn: { readonly name: string }): string => `${fn.name}Role`;
export const logsId = (fn: { readonly name: string }): string => `${fn.name}Logs`;

/** Permissions that settings imply, beside the log's. https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html */
const impliedStatements = ({ settings }: FunctionDeclaration): readonly unknown[] => [
  ...(settings.vpc === undefined
    ? []
    : [
        {
          Effect: 'Allow',
          Action: [
            'ec2:AssignPrivateIpAddresses',
            'ec2:CreateNetworkInterface',
            'ec2:DeleteNetworkInterface',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeSubnets',
            'ec2:UnassignPrivateIpAddresses',
          ],
          Resource: '*',
        },
      ]),
  ...(settings.tracing === 'Active'
    ? [
        {
          Effect: 'Allow',
          Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
          Resource: '*',
        },
      ]
    : []),
  ...deadLetterStatement(settings),
  ...mountStatements(settings),
];

/** An EFS access point. https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem-efs.html: mount and write; the condition keeps it to that access point. */
const mountStatements = ({ fileSystems = [] }: FunctionSettings): readonly unknown[] =>
  fileSystems.map(({ arn }) => ({
    Effect: 'Allow',
    Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
    Resource: '*',
    Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': arn } },
  }));

/**
 * A durable function keeps its own checkpoints. The policy names the function, which names the role: a policy beside the role breaks the circle.
 * https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html
 */
const synthesiseDurablePolicy = (fn: FunctionDeclaration, builder: TemplateBuilder): void =>
  builder.add(
    `${fn.name}DurablePolicy`,
    {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: `${fn.name}Durable`,
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'],
              Resource: { 'Fn::Sub': `\${${fn.name}.Arn}:*` },
            },
          ],
        },
        Roles: [{ Ref: roleId(fn) }],
      },
    },
    fn.declaredAt,
  );

const deadLetterStatement = ({ deadLetterArn }: FunctionSettings): readonly unknown[] => {
  if (deadLetterArn === undefined) return [];
  // Queue or topic is not known where the ARN is an expression; the other action then matches no such ARN.
  return [{ Effect: 'Allow', Action: ['sns:Publish', 'sqs:SendMessage'], Resource: deadLetterArn }];
};

const grantStatements = (fn: FunctionDeclaration): readonly unknown[] =>
  Object.keys(fn.grants)
    .sort()
    .flatMap((name) => fn.grants[name]?.statements ?? [])
    .map(asStatement);

/** What Lambda does at the function's sources in the function's name. */
const sourceStatements = (fn: FunctionDeclaration): readonly unknown[] =>
  [...fn.on]
    .sort((a, b) => (a.target.name < b.target.name ? -1 : 1))
    .flatMap(({ statements = [] }) => statements.map(asStatement));

/** A statement in IAM's own form. */
export const asStatement = ({
  effect = 'Allow',
  actions,
  resources,
  conditions,
}: GrantStatement): Record<string, unknown> =>
  said({
    Effect: effect,
    Action: oneOrAll(actions),
    Resource: oneOrAll(resources),
    Condition: conditions,
  });

const logStatement = (fn: FunctionDeclaration): readonly unknown[] =>
  fn.settings.logging?.logGroup === undefined
    ? [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: { 'Fn::GetAtt': [logsId(fn), 'Arn'] },
        },
      ]
    : [
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: {
            kind: 'expression',
            form: {
              is: 'sub',
              texts: ['arn:', ':logs:', ':', ':log-group:', ':*'],
              values: [
                pseudo('Partition'),
                pseudo('Region'),
                pseudo('AccountId'),
                fn.settings.logging.logGroup,
              ],
            },
          },
        },
      ];

const pseudo = (name: string) => ({
  kind: 'expression',
  form: { is: 'pseudo', name: `AWS::${name}` },
});

const BOUNDARY = 'PermissionsBoundary';

const boundaryOf = (fn: FunctionDeclaration, builder: TemplateBuilder): unknown => {
  const boundary = fn.settings.permissionsBoundary ?? builder.service.permissionsBoundary;
  if (boundary === undefined) return undefined;
  return isStated(boundary) ? { Ref: BOUNDARY } : builder.resolve(boundary);
};

const isStated = (
  boundary: ServiceDeclaration['permissionsBoundary'],
): boundary is readonly Grant[] => Array.isArray(boundary);

/**
 * A boundary that the program states: a policy of the service that every role must fit. Logs are within it always, since
 * a function whose log is lost fails in silence.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export const synthesiseBoundary = (builder: TemplateBuilder): void => {
  const { permissionsBoundary: boundary, name, declaredAt } = builder.service;
  if (boundary === undefined || !isStated(boundary)) return;
  builder.add(
    BOUNDARY,
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        Description: `What the functions of ${name} may do at most`,
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: builder.resolve([
            {
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              Resource: '*',
            },
            ...boundary.flatMap(({ statements }) => statements.map(asStatement)),
          ]),
        },
      },
    },
    declaredAt,
  );
};

/** Statements that fit a role's own policy stay as the program has them; more are joined, and what is over goes into managed policies. */
const packed = (statements: readonly Statement[]): Packed =>
  sizeOf(statements) <= LIMITS.inline
    ? { inline: statements, managed: [] }
    : packStatements(mergeStatements(statements));

const document = (statements: readonly Statement[]) => ({
  Version: '2012-10-17',
  Statement: statements,
});

/** Policies beside the role's own; the role names them, so that the function comes after them. */
const synthesiseManaged = (
  fn: FunctionDeclaration,
  managed: Packed['managed'],
  builder: TemplateBuilder,
): readonly string[] => {
  if (managed.length > LIMITS.attached || managed.some((one) => sizeOf(one) > LIMITS.managed))
    builder.problem(
      'POLICY_TOO_LARGE',
      `The grants of ${fn.name} are too many for one role: beside ${LIMITS.inline.toLocaleString('en')} characters of its own it takes ${LIMITS.attached} policies of ${LIMITS.managed.toLocaleString('en')}. Grant by prefix or tag in place of single resources (allow(…).when(…)), or divide the function.`,
      fn.declaredAt,
    );
  return managed.map((statements, index) => {
    const id = `${fn.name}Policy${index + 1}`;
    builder.add(
      id,
      {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: {
          Description: `Permissions of the function ${fn.name} of ${builder.service.name} that its role itself has no room for`,
          PolicyDocument: document(statements),
        },
      },
      fn.declaredAt,
    );
    return id;
  });
};

const synthesiseOwnRole = (fn: FunctionDeclaration, builder: TemplateBuilder): void => {
  const { inline, managed } = packed(
    builder.resolve([
      ...logStatement(fn),
      ...impliedStatements(fn),
      ...sourceStatements(fn),
      ...grantStatements(fn),
    ]) as readonly Statement[],
  );
  const policies = synthesiseManaged(fn, managed, builder);
  builder.add(
    roleId(fn),
    {
      Type: 'AWS::IAM::Role',
      Properties: said({
        AssumeRolePolicyDocument: document([
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ]),
        Description: `Permissions of the function ${fn.name} of ${builder.service.name}`,
        ManagedPolicyArns: policies.length === 0 ? undefined : policies.map((Ref) => ({ Ref })),
        PermissionsBoundary: boundaryOf(fn, builder),
        Policies: [{ PolicyName: fn.name, PolicyDocument: document(inline) }],
        Tags: builder.tags(),
      }),
    },
    fn.declaredAt,
  );
};

interface RolePolicies {
  readonly Policies: readonly {
    readonly PolicyName: string;
    readonly PolicyDocument: { readonly Version: string; readonly Statement: readonly unknown[] };
  }[];
}

/** Takes a statement out of a function's role. */
export const leaveOut = (
  builder: TemplateBuilder,
  without: { readonly function: string; readonly statement: number },
): void =>
  builder.amend(roleId({ name: without.function }), (role) => ({
    ...role,
    Properties: {
      ...role.Properties,
      Policies: (role.Properties as unknown as RolePolicies).Policies.map((policy) => ({
        ...policy,
        PolicyDocument: {
          ...policy.PolicyDocument,
          Statement: policy.PolicyDocument.Statement.filter(
            (_statement, index) => index !== without.statement,
          ),
        },
      })),
    },
  }));

/** The role of a function, unless it has one that is there. */
export const synthesiseRole = (fn: FunctionDeclaration, builder: TemplateBuilder): void => {
  if (fn.settings.role !== undefined) return;
  synthesiseOwnRole(fn, builder);
  if (fn.settings.durable !== undefined) synthesiseDurablePolicy(fn, builder);
};
