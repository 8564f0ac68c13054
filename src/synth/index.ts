import { synthesiseAsyncInvocation, synthesiseAsyncSource } from '../sources/async/synth.ts';
import {
  synthesiseArchive,
  synthesiseBus,
  synthesiseEventBridgeSource,
} from '../sources/eventbridge/synth.ts';
import { synthesiseTable } from '../sources/dynamodb/synth.ts';
import { synthesiseDynamodbSource } from '../sources/dynamodb/synth-changes.ts';
import {
  synthesiseAlarm,
  synthesiseAlarmSource,
  synthesiseCompositeAlarm,
} from '../sources/alarm/synth.ts';
import { synthesiseHttpApi, synthesiseRoute } from '../sources/http-api/synth.ts';
import { synthesiseKinesisSource, synthesiseStream } from '../sources/kinesis/synth.ts';
import {
  synthesiseLogGroup,
  synthesiseLogMetric,
  synthesiseLogsSource,
} from '../sources/logs/synth.ts';
import { synthesiseParameter } from '../sources/parameter/synth.ts';
import { synthesiseS3Source } from '../sources/s3/synth.ts';
import {
  checkSchedule,
  synthesiseScheduleGroup,
  synthesiseSchedulerSource,
  synthesiseScheduleRole,
} from '../sources/scheduler/synth.ts';
import { synthesiseSecret } from '../sources/secret/synth.ts';
import { synthesiseSnsSource, synthesiseTopic } from '../sources/sns/synth.ts';
import { synthesiseQueue, synthesiseSqsSource } from '../sources/sqs/synth.ts';
import type { BucketOptions } from '../spec/bucket.ts';
import type { DeclaredAt } from '../spec/declared-at.ts';
import type { EventSource } from '../spec/event-source.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ResourceOptions } from '../spec/resource.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { applyAdjustment } from './adjustment.ts';
import { knownBucketNames, synthesiseBucket } from './bucket.ts';
import type { TemplateBuilder } from './builder.ts';
import { assertNoProblems, createBuilder } from './builder.ts';
import type { AnyDeclaration, Collected } from './collect.ts';
import { collect } from './collect.ts';
import { synthesiseFunction } from './function.ts';
import type { KnownName } from './resolve.ts';
import type { Origins } from './origins.ts';
import { originsOf } from './origins.ts';
import { chooseOutputs } from './outputs.ts';
import { createResolver } from './resolve.ts';
import { keepData, retentionOf } from './retention.ts';
import { leaveOut, synthesiseBoundary } from './role.ts';
import type { WithoutStatement } from './without-statement.ts';
import type { Warning } from './secrets.ts';
import { findSecrets } from './secrets.ts';
import type { Template } from './template.ts';
import { inOrder, printTemplate } from './template.ts';
import { validate } from './validate.ts';

export { assertNoProblems } from './builder.ts';
export type { Origin, Origins } from './origins.ts';
export type { Warning } from './secrets.ts';
export { changeVariables, readGetAtt } from './references.ts';
export type { Division, NestedTemplate, Placement } from './split/index.ts';
export { divide, readPlacement, SPLIT_ABOVE, TEMPLATES_PARAMETER } from './split/index.ts';
export type { Template, TemplateResource } from './template.ts';
export { printTemplate } from './template.ts';
export { WITHOUT, withoutStatement } from './without-statement.ts';

/** What synthesis wants to know beside the service. */
export interface SynthesisOptions {
  /** Default of the parameter `ArtifactKey`: where the archive lies in its bucket. */
  readonly artifactKey?: string;
  /** A statement of a function's role to leave out, to see whether anything misses it. */
  readonly without?: WithoutStatement;
}

/** A function as the bundler and the plan see it. */
export interface SynthesisedFunction {
  /** Value of `SPARTA_FUNCTION`, and logical id. */
  readonly name: string;
  readonly logicalId: string;
  /** Absolute path of the module that declares it, where it is known. */
  readonly module: string | undefined;
  readonly handler: string;
  readonly architecture: 'arm64' | 'x86_64';
  readonly runtime: string;
}

/** A service as a template. */
export interface Synthesis {
  readonly template: Template;
  /** The template's text; the same program gives the same bytes. */
  readonly templateBody: string;
  readonly functions: readonly SynthesisedFunction[];
  /** Where each resource is declared. */
  readonly origins: Origins;
  /** The declaration that made each resource, by logical id. */
  readonly owners: ReadonlyMap<string, string>;
  /** What is allowed, and hardly meant. */
  readonly warnings: readonly Warning[];
  /** Where the program declares a resource of the template. */
  readonly declaredAt: (logicalId: string) => DeclaredAt | undefined;
}

/** One line for each event source: the drawer that writes it. */
const SOURCES: Readonly<
  Record<
    EventSource['source'],
    (fn: FunctionDeclaration, source: EventSource, builder: TemplateBuilder) => void
  >
> = {
  s3: synthesiseS3Source,
  'http-api': synthesiseRoute,
  kinesis: synthesiseKinesisSource,
  sns: synthesiseSnsSource,
  sqs: synthesiseSqsSource,
  async: synthesiseAsyncSource,
  // CloudFormation calls the function in the name of whoever makes the stack.
  'custom-resource': () => {},
  eventbridge: synthesiseEventBridgeSource,
  scheduler: synthesiseSchedulerSource,
  dynamodb: synthesiseDynamodbSource,
  alarm: synthesiseAlarmSource,
  logs: synthesiseLogsSource,
};

/** One line for each kind of resource. */
const RESOURCES: Readonly<
  Record<
    string,
    (declaration: AnyDeclaration, builder: TemplateBuilder, name: ReturnType<KnownName>) => void
  >
> = {
  bucket: (declaration, builder, name) => synthesiseBucket(declaration, name, builder),
  topic: synthesiseTopic,
  queue: synthesiseQueue,
  stream: synthesiseStream,
  bus: synthesiseBus,
  archive: synthesiseArchive,
  schedule: checkSchedule,
  scheduleGroup: synthesiseScheduleGroup,
  scheduleRole: synthesiseScheduleRole,
  table: synthesiseTable,
  httpApi: synthesiseHttpApi,
  parameter: synthesiseParameter,
  secret: synthesiseSecret,
  alarm: synthesiseAlarm,
  compositeAlarm: synthesiseCompositeAlarm,
  logGroup: synthesiseLogGroup,
  metric: synthesiseLogMetric,
  resource: (declaration, builder) => synthesiseResource(declaration, builder),
};

const synthesiseResource = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as ResourceOptions;
  builder.add(
    declaration.name,
    {
      Type: String(declaration['type']),
      ...(options.dependsOn === undefined
        ? {}
        : { DependsOn: options.dependsOn.map(({ name }) => name).sort() }),
      ...withMetadata(retentionOf(String(declaration['type']), options), options.metadata),
      Properties: builder.resolve(declaration['properties']) as Record<string, unknown>,
    },
    declaration.declaredAt,
  );
  const unchecked = declaration['unchecked'] === true ? true : options.unchecked;
  if (unchecked !== undefined) builder.uncheck(declaration.name, unchecked);
};

const withMetadata = (
  retention: ReturnType<typeof retentionOf>,
  metadata: ResourceOptions['metadata'],
): ReturnType<typeof retentionOf> =>
  metadata === undefined
    ? retention
    : { ...retention, Metadata: { ...retention.Metadata, ...metadata } };

/** Buckets that start functions: their names must be known before they are made. */
const starters = ({ functions }: Collected): ReadonlyMap<string, BucketOptions> =>
  new Map(
    functions
      .flatMap(({ on }) => on)
      .filter(({ source }) => source === 's3')
      .map(({ target }) => [
        target.name,
        (target as unknown as { readonly options: BucketOptions }).options,
      ]),
  );

const byName = <T extends { readonly name: string }>(items: readonly T[]) =>
  [...items].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Where the functions' archive lies. */
const archiveParameters = ({ artifactKey }: SynthesisOptions) => ({
  ArtifactBucket: { Type: 'String', Description: 'Bucket that holds the archive' },
  ArtifactKey: {
    Type: 'String',
    Description: 'Key of the archive',
    ...(artifactKey === undefined ? {} : { Default: artifactKey }),
  },
});

/** The routes and events of a function in an order that is not the program's. */
const bySource = (sources: readonly EventSource[]) =>
  [...sources].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
const keyOf = ({ source, target, detail }: EventSource) =>
  `${source} ${target.name} ${JSON.stringify(detail, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`;

/**
 * Writes a service as a CloudFormation template. Pure: no file, no clock, no chance; the order of the program does not matter.
 * What stands in the template is not checked here: that is for `src/validate`.
 *
 * @throws {FrameworkError} with every mistake that was found, each with its place in the program
 */
export const synthesise = (
  service: ServiceDeclaration,
  options: SynthesisOptions = {},
): Synthesis => {
  const collected = collect(service);
  const nameOf = knownBucketNames(service.name, starters(collected));
  const builder = createBuilder(service, createResolver(nameOf));
  validate(collected, builder);
  assertNoProblems(service.name, builder.problems);

  for (const declaration of byName([...collected.resources.values()]))
    builder.within(declaration.name, () =>
      RESOURCES[declaration.kind]?.(declaration, builder, nameOf(declaration)),
    );
  const functions = byName(collected.functions);
  for (const fn of functions)
    builder.within(fn.name, () => {
      synthesiseFunction(fn, builder);
      synthesiseAsyncInvocation(fn, builder);
    });
  for (const fn of functions)
    builder.within(fn.name, () => {
      for (const source of bySource(fn.on)) SOURCES[source.source](fn, source, builder);
    });
  synthesiseBoundary(builder);
  for (const adjustment of service.adjustments) applyAdjustment(adjustment, builder);
  keepData(builder);
  for (const [name, value] of Object.entries(service.outputs))
    builder.output(name, builder.resolve(value), name);
  const parameters = functions.length === 0 ? {} : archiveParameters(options);
  if (options.without !== undefined) leaveOut(builder, options.without);
  assertNoProblems(service.name, builder.problems);

  const chosen = chooseOutputs(builder);
  const template: Template = {
    AWSTemplateFormatVersion: '2010-09-09',
    ...(service.description === undefined ? {} : { Description: service.description }),
    ...(functions.length === 0 ? {} : { Parameters: parameters }),
    Resources: inOrder(builder.resources),
    Outputs: inOrder(chosen.outputs),
  };
  return {
    template,
    templateBody: printTemplate(template),
    origins: originsOf(builder),
    owners: new Map(
      [...builder.resources.keys()].flatMap((id) => {
        const owner = builder.ownerOf(id);
        return owner === undefined ? [] : [[id, owner] as const];
      }),
    ),
    warnings: [...findSecrets(builder), ...chosen.warnings],
    declaredAt: builder.declaredAt,
    functions: functions.map((fn) => ({
      name: fn.name,
      logicalId: fn.name,
      module: fn.declaredAt?.module,
      handler: 'index.handler',
      architecture: fn.settings.architecture ?? 'arm64',
      runtime: fn.settings.runtime ?? 'nodejs24.x',
    })),
  };
};
