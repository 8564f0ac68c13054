import type { EventSource } from '../spec/event-source.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { FunctionSettings } from '../spec/lambda-options.ts';
import type { Referable } from '../spec/value.ts';
import type { TemplateBuilder } from './builder.ts';
import { logsId, roleId, synthesiseRole } from './role.ts';
import { expiringLog } from './retention.ts';
import { said } from './template.ts';

const DEFAULT_RETENTION_DAYS = 30;

/** What is there, and not the stack's, is known by its name. */
const existing = (target: Referable): string | undefined =>
  (target as { readonly options?: { readonly existing?: string } }).options?.existing;

const nameOf = (target: Referable, builder: TemplateBuilder): unknown =>
  existing(target) ?? builder.resolve({ kind: 'expression', form: { is: 'ref', target } });

/** Where a function has several sources of one kind, whose events say which by a name: those. */
const toldApart = ({ on }: FunctionDeclaration): readonly EventSource[] => {
  const named = on.filter(({ reader }) => reader?.byName === true);
  return named.filter(({ source, target }) =>
    named.some((other) => other.source === source && other.target.name !== target.name),
  );
};

/** Environment variables that the runtime reads: which function this is, and the physical names behind its clients. */
const environmentOf = (
  fn: FunctionDeclaration,
  builder: TemplateBuilder,
): Record<string, unknown> => {
  const variables: Record<string, unknown> = { SPARTA_FUNCTION: fn.name };
  for (const { target, physicalName } of toldApart(fn))
    variables[`SPARTA_${target.name}`] =
      physicalName === undefined ? nameOf(target, builder) : builder.resolve(physicalName);
  for (const { binding, target } of Object.values(fn.grants))
    if (binding?.physicalName !== undefined)
      variables[`SPARTA_${binding.resource}`] = binding.physicalName;
    else if (binding !== undefined && target !== undefined)
      variables[`SPARTA_${binding.resource}`] = nameOf(target, builder);
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

/** A function with its role and its log group. */
export const synthesiseFunction = (fn: FunctionDeclaration, builder: TemplateBuilder): void => {
  if (fn.settings.logging?.logGroup === undefined)
    builder.add(
      logsId(fn),
      {
        Type: 'AWS::Logs::LogGroup',
        ...expiringLog(fn.settings.logging?.replaceable),
        Properties: said({
          RetentionInDays: fn.settings.logging?.retentionDays ?? DEFAULT_RETENTION_DAYS,
          Tags: builder.tags(),
        }),
      },
      fn.declaredAt,
    );
  synthesiseRole(fn, builder);
  builder.add(
    fn.name,
    {
      Type: 'AWS::Lambda::Function',
      Properties: builder.resolve(propertiesOf(fn, builder)) as Record<string, unknown>,
    },
    fn.declaredAt,
  );
};
