import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { Grant, GrantStatement } from '../spec/grant.ts';
import type { FunctionSettings } from '../spec/lambda-options.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { TemplateBuilder } from './builder.ts';
import { said } from './template.ts';

export const roleId = (fn: { readonly name: string }): string => `${fn.name}Role`;
export const logsId = (fn: { readonly name: string }): string => `${fn.name}Logs`;

const DEFAULT_RETENTION_DAYS = 30;

/** Environment variables that the runtime reads: which function this is, and the physical names behind its clients. */
const environmentOf = (
  fn: FunctionDeclaration,
  builder: TemplateBuilder,
): Record<string, unknown> => {
  const variables: Record<string, unknown> = { SPARTA_FUNCTION: fn.name };
  for (const { binding, target } of Object.values(fn.grants))
    if (binding?.physicalName !== undefined)
      variables[`SPARTA_${binding.resource}`] = binding.physicalName;
    else if (binding !== undefined && target !== undefined)
      variables[`SPARTA_${binding.resource}`] = builder.resolve({
        kind: 'expression',
        form: { is: 'ref', target },
      });
  for (const [name, value] of Object.entries(fn.settings.environment ?? {}))
    variables[name] = builder.resolve(value);
  return Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)));
};

const loggingConfig = (fn: FunctionDeclaration, builder: TemplateBuilder) => {
  const { format = 'JSON', level, systemLevel, logGroup } = fn.settings.logging ?? {};
  return said({
    LogFormat: format,
    ApplicationLogLevel: format === 'JSON' ? (level ?? 'INFO') : undefined,
    SystemLogLevel: format === 'JSON' ? (systemLevel ?? 'INFO') : undefined,
    LogGroup: logGroup === undefined ? { Ref: logsId(fn) } : builder.resolve(logGroup),
  });
};

const network = (settings: FunctionSettings) =>
  settings.vpc === undefined
    ? undefined
    : said({
        SubnetIds: settings.vpc.subnetIds,
        SecurityGroupIds: settings.vpc.securityGroupIds,
        Ipv6AllowedForDualStack: settings.vpc.ipv6,
      });

const runtimeManagement = ({ runtimeManagement: config }: FunctionSettings) =>
  config === undefined
    ? undefined
    : said({
        UpdateRuntimeOn: config.updateOn,
        RuntimeVersionArn: 'arn' in config ? config.arn : undefined,
      });

const durable = ({ durable: config }: FunctionSettings) =>
  config === undefined
    ? undefined
    : said({
        ExecutionTimeout: config.executionTimeout,
        RetentionPeriodInDays: config.retentionDays,
      });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const propertiesOf = (
  fn: FunctionDeclaration,
  builder: TemplateBuilder,
): Record<string, unknown> => {
  const { settings } = fn;
  return said({
    Architectures: [settings.architecture ?? 'arm64'],
    CapacityProviderConfig:
      settings.capacityProviderArn === undefined
        ? undefined
        : {
            LambdaManagedInstancesCapacityProviderConfig: {
              CapacityProviderArn: settings.capacityProviderArn,
            },
          },
    Code: { S3Bucket: { Ref: 'ArtifactBucket' }, S3Key: { Ref: 'ArtifactKey' } },
    CodeSigningConfigArn: settings.codeSigningConfigArn,
    DeadLetterConfig:
      settings.deadLetterArn === undefined ? undefined : { TargetArn: settings.deadLetterArn },
    Description: settings.description,
    DurableConfig: durable(settings),
    Environment: { Variables: environmentOf(fn, builder) },
    EphemeralStorage:
      settings.ephemeralStorageSize === undefined
        ? undefined
        : { Size: settings.ephemeralStorageSize },
    FileSystemConfigs: settings.fileSystems?.map(({ arn, localMountPath }) => ({
      Arn: arn,
      LocalMountPath: localMountPath,
    })),
    FunctionName: settings.functionName,
    Handler: 'index.handler',
    KmsKeyArn: settings.kmsKeyArn,
    Layers: settings.layers,
    LoggingConfig: loggingConfig(fn, builder),
    MemorySize: settings.memorySize ?? 128,
    RecursiveLoop: settings.recursiveLoop,
    ReservedConcurrentExecutions: settings.reservedConcurrency,
    Role: settings.role ?? { 'Fn::GetAtt': [roleId(fn), 'Arn'] },
    Runtime: settings.runtime ?? 'nodejs24.x',
    RuntimeManagementConfig: runtimeManagement(settings),
    SnapStart: settings.snapStart === undefined ? undefined : { ApplyOn: settings.snapStart },
    Tags: builder.tags(settings.tags),
    TenancyConfig:
      settings.tenancy === undefined
        ? undefined
        : { TenantIsolationMode: settings.tenancy.isolation },
    Timeout: settings.timeout ?? 3,
    TracingConfig: settings.tracing === undefined ? undefined : { Mode: settings.tracing },
    VpcConfig: network(settings),
  });
};

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

const oneOrAll = (values: readonly unknown[]) => (values.length === 1 ? values[0] : values);

const grantStatements = (fn: FunctionDeclaration): readonly unknown[] =>
  Object.keys(fn.grants)
    .sort()
    .flatMap((name) => fn.grants[name]?.statements ?? [])
    .map(asStatement);

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

const synthesiseRole = (fn: FunctionDeclaration, builder: TemplateBuilder): void =>
  builder.add(
    roleId(fn),
    {
      Type: 'AWS::IAM::Role',
      Properties: said({
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'lambda.amazonaws.com' },
              Action: 'sts:AssumeRole',
            },
          ],
        },
        Description: `Permissions of the function ${fn.name} of ${builder.service.name}`,
        PermissionsBoundary: boundaryOf(fn, builder),
        Policies: [
          {
            PolicyName: fn.name,
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: builder.resolve([
                ...logStatement(fn),
                ...impliedStatements(fn),
                ...grantStatements(fn),
              ]),
            },
          },
        ],
        Tags: builder.tags(),
      }),
    },
    fn.declaredAt,
  );

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

/** A function with its role and its log group. */
export const synthesiseFunction = (fn: FunctionDeclaration, builder: TemplateBuilder): void => {
  if (fn.settings.logging?.logGroup === undefined)
    builder.add(
      logsId(fn),
      {
        Type: 'AWS::Logs::LogGroup',
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Delete',
        Properties: said({
          LogGroupName: { 'Fn::Sub': `/aws/lambda/\${AWS::StackName}-${fn.name}` },
          RetentionInDays: fn.settings.logging?.retentionDays ?? DEFAULT_RETENTION_DAYS,
          Tags: builder.tags(),
        }),
      },
      fn.declaredAt,
    );
  if (fn.settings.role === undefined) {
    synthesiseRole(fn, builder);
    if (fn.settings.durable !== undefined) synthesiseDurablePolicy(fn, builder);
  }
  builder.add(
    fn.name,
    {
      Type: 'AWS::Lambda::Function',
      Properties: builder.resolve(propertiesOf(fn, builder)) as Record<string, unknown>,
    },
    fn.declaredAt,
  );
};
