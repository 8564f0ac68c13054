import type { StackResource } from '../provision/index.ts';
import type { DeclaredAt } from '../spec/declared-at.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import type { ServiceDeclaration } from '../spec/service.ts';

/** A resource of the service behind an ARN. */
export interface NamedResource {
  readonly logicalId: string;
  readonly type: string;
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
const NAMED_BY: Readonly<Record<string, (physicalId: string) => string>> = {
  'AWS::S3::Bucket': (name) => `:s3:::${name}`,
  'AWS::Lambda::Function': (name) => `:function:${name}`,
  'AWS::Logs::LogGroup': (name) => `:log-group:${name}`,
  'AWS::DynamoDB::Table': (name) => `:table/${name}`,
  'AWS::IAM::Role': (name) => `:role/${name}`,
  'AWS::SSM::Parameter': (name) => `:parameter/${name.replace(/^\//, '')}`,
};

export const stackNames = (
  service: ServiceDeclaration,
  resources: readonly StackResource[],
): StackNames => {
  const idOf = new Map(
    resources.map(({ physicalId = '', logicalId }) => [physicalId, logicalId] as const),
  );
  const functions = new Map(service.functions.map((fn) => [fn.name, fn]));
  return {
    functionOfRole: (arn) => {
      const id = idOf.get(roleNameIn(arn) ?? '') ?? '';
      return id.endsWith('Role') ? functions.get(id.slice(0, -'Role'.length)) : undefined;
    },
    roleNameOf: (functionName) =>
      resources.find(({ logicalId }) => logicalId === `${functionName}Role`)?.physicalId,
    resourceOf: (arn) => {
      for (const { logicalId, resourceType: type, physicalId } of resources) {
        if (physicalId === undefined) continue;
        const own = physicalId.startsWith('arn:') ? physicalId : NAMED_BY[type]?.(physicalId);
        const at = own === undefined ? -1 : arn.indexOf(own);
        if (own === undefined || at < 0) continue;
        const rest = arn.slice(at + own.length);
        if (rest === '' || /^[/:]/.test(rest)) return { logicalId, type, rest };
      }
      return undefined;
    },
  };
};

/** `app.ts:12` */
export const placeOf = (at: DeclaredAt | undefined): string | undefined =>
  at === undefined ? undefined : `${at.file.split(/[\\/]/).at(-1)}:${at.line}`;
