import type { StackResource } from '../provision/index.ts';
import type { DeclaredAt } from '../spec/declared-at.ts';
import type { ClientBinding } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Referable, Value } from '../spec/value.ts';
import { isExpression } from '../spec/value.ts';

/** By which of Sparta's words a resource was declared. */
export type DeclaredKind =
  | 'bucket'
  | 'topic'
  | 'queue'
  | 'stream'
  | 'table'
  | 'function'
  | 'parameter'
  | 'secret'
  | 'bus'
  | 'archive'
  | 'scheduleGroup'
  | 'logGroup'
  | 'resource';

/** A resource of the service behind an ARN. */
export interface NamedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly declared: DeclaredKind;
  /** Whether CloudFormation's `Ref` of it is its ARN. */
  readonly arnIsRef: boolean;
  /** What follows the resource's own ARN: `/in/photo.jpg` of an object, `:3` of a version. */
  readonly rest: string;
}

/** Translates between what AWS calls things and what the program calls them. */
export interface StackNames {
  /** The function whose role this is: a role's ARN, or that of a session of it. */
  functionOfRole(arn: string): FunctionDeclaration | undefined;
  roleNameOf(functionName: string): string | undefined;
  resourceOf(arn: string): NamedResource | undefined;
}

/** `arn:aws:iam::…:role/path/NAME`, `arn:aws:sts::…:assumed-role/NAME/SESSION` */
export const roleNameIn = (arn: string): string | undefined =>
  /:assumed-role\/([^/]+)\//.exec(arn)?.[1] ?? /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];

/** The part of an ARN that names a resource, for the types whose physical id is a name. */
const NAMED_BY: Readonly<Record<string, (physicalId: string, arn: string) => string>> = {
  'AWS::S3::Bucket': (name) => `:s3:::${name}`,
  // https://sqs.REGION.amazonaws.com/ACCOUNT/NAME
  'AWS::SQS::Queue': (url, arn) =>
    `:sqs:${arn.split(':')[3] ?? ''}:${url.split('/').slice(-2).join(':')}`,
  'AWS::Kinesis::Stream': (name) => `:stream/${name}`,
  'AWS::Lambda::Function': (name) => `:function:${name}`,
  'AWS::Logs::LogGroup': (name) => `:log-group:${name}`,
  'AWS::DynamoDB::Table': (name) => `:table/${name}`,
  'AWS::IAM::Role': (name) => `:role/${name}`,
  'AWS::SecretsManager::Secret': (name) => `:secret:${name}`,
  'AWS::SSM::Parameter': (name) => `:parameter/${name.replace(/^\//, '')}`,
  'AWS::Events::EventBus': (name) => `:event-bus/${name}`,
  'AWS::Events::Archive': (name) => `:archive/${name}`,
  // What is done in a group is done to its schedules.
  'AWS::Scheduler::ScheduleGroup': (name) => `:schedule/${name}`,
  'AWS::CloudWatch::Alarm': (name) => `:alarm:${name}`,
  // A rule of another bus than the default one is called BUS|NAME.
  'AWS::Events::Rule': (name) => `:rule/${name.replace('|', '/')}`,
  // …:schedule/GROUP/NAME
  'AWS::Scheduler::Schedule': (name, arn) =>
    `:schedule/${arn.split(':schedule/')[1]?.split('/')[0] ?? ''}/${name}`,
  // …:execute-api:REGION:ACCOUNT:API/STAGE/…
  'AWS::ApiGatewayV2::Api': (id, arn) =>
    `:execute-api:${arn.split(':').slice(3, 5).join(':')}:${id}`,
};

/** What a type is declared by, where the program does not show it. */
const USUAL: Readonly<Record<string, DeclaredKind>> = {
  'AWS::S3::Bucket': 'bucket',
  'AWS::SNS::Topic': 'topic',
  'AWS::SQS::Queue': 'queue',
  'AWS::Kinesis::Stream': 'stream',
  'AWS::DynamoDB::Table': 'table',
  'AWS::Lambda::Function': 'function',
  'AWS::SSM::Parameter': 'parameter',
  'AWS::SecretsManager::Secret': 'secret',
  'AWS::Events::EventBus': 'bus',
  'AWS::Events::Archive': 'archive',
  'AWS::Scheduler::ScheduleGroup': 'scheduleGroup',
};
const KINDS = new Set<string>([...Object.values(USUAL), 'logGroup', 'resource']);
const isKind = (kind: string): kind is DeclaredKind => KINDS.has(kind);

/** What an ARN is made of, where it is not known yet. */
const referredTo = (value: Value<string | number>): readonly Referable[] => {
  if (!isExpression(value)) return [];
  const { form } = value;
  if (form.is === 'sub') return form.values.flatMap(referredTo);
  return form.is === 'pseudo' ? [] : [form.target];
};

/** How things were declared, by logical id, as far as functions and the service name them. */
const declaredKinds = (service: ServiceDeclaration): ReadonlyMap<string, DeclaredKind> =>
  new Map(
    [
      ...service.resources,
      ...service.functions,
      ...service.functions.flatMap(({ on, grants }) => [
        ...on.map(({ target }) => target),
        ...Object.values(grants).flatMap(({ target, statements }) => [
          ...(target === undefined ? [] : [target]),
          ...statements.flatMap(({ resources }) => resources.flatMap(referredTo)),
        ]),
      ]),
    ].flatMap(({ kind, name }) => (isKind(kind) ? [[name, kind] as const] : [])),
  );

/** Types of what a program can name that is not its stack's. */
const EXISTING: Readonly<Partial<Record<ClientBinding['kind'], string>>> = {
  parameter: 'AWS::SSM::Parameter',
  secret: 'AWS::SecretsManager::Secret',
  bus: 'AWS::Events::EventBus',
  stream: 'AWS::Kinesis::Stream',
};

/** Settings, secrets, buses and streams that are not the stack's, as if they were: the program has words for them. */
const existingOnes = (service: ServiceDeclaration): readonly StackResource[] =>
  service.functions.flatMap(({ grants }) =>
    Object.values(grants).flatMap(({ binding }) =>
      binding?.physicalName === undefined
        ? []
        : [
            {
              logicalId: binding.resource,
              resourceType: EXISTING[binding.kind],
              physicalId: binding.physicalName,
            } as StackResource,
          ],
    ),
  );

export const stackNames = (
  service: ServiceDeclaration,
  resources: readonly StackResource[],
): StackNames => {
  const idOf = new Map(
    resources.map(({ physicalId = '', logicalId }) => [physicalId, logicalId] as const),
  );
  const declared = declaredKinds(service);
  const known = [...resources, ...existingOnes(service)];
  const functions = new Map(service.functions.map((fn) => [fn.name, fn]));
  return {
    functionOfRole: (arn) => {
      const id = idOf.get(roleNameIn(arn) ?? '') ?? '';
      return id.endsWith('Role') ? functions.get(id.slice(0, -'Role'.length)) : undefined;
    },
    roleNameOf: (functionName) =>
      resources.find(({ logicalId }) => logicalId === `${functionName}Role`)?.physicalId,
    resourceOf: (arn) => {
      let best: NamedResource | undefined;
      for (const { logicalId, resourceType: type, physicalId } of known) {
        if (physicalId === undefined) continue;
        const own = physicalId.startsWith('arn:') ? physicalId : NAMED_BY[type]?.(physicalId, arn);
        const at = own === undefined ? -1 : arn.indexOf(own);
        if (own === undefined || at < 0) continue;
        const rest = arn.slice(at + own.length);
        if (rest !== '' && !/^[/:]/.test(rest)) continue;
        // What is in something is meant, not what it is in.
        if (best !== undefined && best.rest.length <= rest.length) continue;
        best = {
          logicalId,
          type,
          rest,
          declared: declared.get(logicalId) ?? USUAL[type] ?? 'resource',
          arnIsRef: physicalId.startsWith('arn:'),
        };
      }
      return best;
    },
  };
};

/** `app.ts:12` */
export const placeOf = (at: DeclaredAt | undefined): string | undefined =>
  at === undefined ? undefined : `${at.file.split(/[\\/]/).at(-1)}:${at.line}`;
