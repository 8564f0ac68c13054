import { stackNames } from '../privileges/index.ts';
import type { StackNames } from '../privileges/index.ts';
import type { StackResource, Target } from '../provision/index.ts';
import { readStatus } from '../provision/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import { TestingError } from './testing-error.ts';

/** A resource of a provisioned service. */
export interface KnownResource {
  /** Logical id: the name of its declaration. */
  readonly name: string;
  /** `AWS::SQS::Queue` */
  readonly type: string;
}

interface StackedResource extends KnownResource {
  readonly physicalId: string;
  readonly stack: string;
}

/** What was read of the stacks of a cloud. */
export interface FoundNames {
  /** By logical id. */
  readonly resources: ReadonlyMap<string, StackedResource>;
  /** Functions by the names that sessions of their roles have. */
  readonly functions: ReadonlyMap<string, string>;
  readonly stacks: readonly StackNames[];
}

/** What is called what: what stands in the stacks of a cloud, by the names of their declarations and by AWS's. */
export interface CloudNames extends StackNames {
  /** Looks again. */
  read(): Promise<void>;
  /** What is known so far, for a cloud that begins with the same stacks. */
  readonly found: FoundNames;
  physicalName(logicalId: string): string | undefined;
  /** @throws {NOT_PROVISIONED} when there is none */
  required(logicalId: string): string;
  /** The resource of this name. @throws {NOT_PROVISIONED} when there is none */
  known(logicalId: string): KnownResource;
  /** The resource that an ARN belongs to: an object to its bucket, a stream to its table. */
  behind(arn: string): KnownResource | undefined;
  /** The function that a principal is, by its name. */
  functionBehind(principal: string): string | undefined;
  /** The stack of a declaration; of none, the only one that there is. */
  stackOf(logicalId: string | undefined): string | undefined;
  /** The name of the declaration, with what follows it, or the ARN itself. */
  nameOf(arn: string): string;
}

/**
 * @param services - Services whose stacks there are, which may grow.
 * @param found - What another cloud read of the same stacks.
 */
export const cloudNames = (
  target: Target,
  services: readonly ServiceDeclaration[],
  found?: FoundNames,
): CloudNames => {
  const known = new Map(found?.resources);
  const functions = new Map(found?.functions);
  const seen = new Map<string, KnownResource | undefined>();
  let stacks = found?.stacks ?? [];

  const first = <T>(look: (names: StackNames) => T | undefined): T | undefined => {
    for (const names of stacks) {
      const answer = look(names);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  const resourceOf = (arn: string) => first((names) => names.resourceOf(arn));
  const take = (resources: readonly StackResource[], stack: string) => {
    for (const { logicalId: name, resourceType: type, physicalId } of resources) {
      if (physicalId === undefined) continue;
      known.set(name, { name, type, physicalId, stack });
      if (type === 'AWS::Lambda::Function') functions.set(physicalId, name);
    }
  };
  const behind = (arn: string): KnownResource | undefined => {
    if (seen.has(arn)) return seen.get(arn);
    const owner = resourceOf(arn);
    const resource = owner === undefined ? undefined : known.get(owner.logicalId);
    seen.set(arn, resource);
    return resource;
  };
  const required = (logicalId: string) => {
    const resource = known.get(logicalId);
    if (resource !== undefined) return resource;
    throw new TestingError(
      'NOT_PROVISIONED',
      `${logicalId} is in no stack of this cloud. Provision the service that it belongs to first: await cloud.provision(service).`,
    );
  };

  return {
    read: async () => {
      const { signal } = new AbortController();
      stacks = await Promise.all(
        services.map(async (service) => {
          const resources = (await readStatus(target, service.name, signal))?.resources ?? [];
          take(resources, service.name);
          return stackNames(service, resources);
        }),
      );
      seen.clear();
    },
    get found() {
      return { resources: known, functions, stacks };
    },
    functionOfRole: (arn) => first((names) => names.functionOfRole(arn)),
    roleNameOf: (name) => first((names) => names.roleNameOf(name)),
    resourceOf,
    physicalName: (logicalId) => known.get(logicalId)?.physicalId,
    required: (logicalId) => required(logicalId).physicalId,
    known: required,
    behind,
    functionBehind: (principal) => {
      const session = /:assumed-role\/[^/]+\/(.+)$/.exec(principal)?.[1];
      return session === undefined ? undefined : functions.get(session);
    },
    stackOf: (logicalId = '') =>
      known.get(logicalId)?.stack ?? (services.length === 1 ? services[0]?.name : undefined),
    nameOf: (arn) => {
      const owner = resourceOf(arn);
      return owner === undefined ? arn : `${owner.logicalId}${owner.rest}`;
    },
  };
};
