import { FrameworkError } from '../spec/errors.ts';
import type { ErrorCode, Problem } from '../spec/errors.ts';
import type { DeclaredAt } from '../spec/declared-at.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Resolver } from './resolve.ts';
import type { Template, TemplateResource } from './template.ts';

/** A template in the making, and the mistakes that were found on the way. */
export interface TemplateBuilder extends Resolver {
  readonly service: ServiceDeclaration;
  /** Adds a resource under a logical id of Sparta's own making. */
  add(logicalId: string, resource: TemplateResource, declaredAt?: DeclaredAt): void;
  /** Runs `work`; what it adds is of the declaration of that name. One may stand in another. */
  within(owner: string, work: () => void): void;
  /** The declaration that made a resource. */
  ownerOf(logicalId: string): string | undefined;
  /** Changes a resource that is there. */
  amend(logicalId: string, change: (resource: TemplateResource) => TemplateResource): void;
  output(name: string, value: unknown, description: string): void;
  problem(code: ErrorCode, message: string, declaredAt?: DeclaredAt): void;
  /** Tags of the service and of one resource, in CloudFormation's list form. */
  tags(
    own?: Readonly<Record<string, string>>,
  ): readonly { readonly Key: string; readonly Value: string }[] | undefined;
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: ReadonlyMap<string, Template['Outputs'][string]>;
  readonly problems: readonly Problem[];
  /** Where a logical id was declared, when it was in the program. */
  declaredAt(logicalId: string): DeclaredAt | undefined;
  /** Says that properties of a resource are not to be held to AWS's schemas. */
  uncheck(logicalId: string, unchecked: Unchecked): void;
  /** What was said with {@link uncheck}. */
  uncheckedOf(logicalId: string): Unchecked | undefined;
  /** Says that properties of a resource were stated elsewhere than the resource. */
  adjusted(logicalId: string, properties: readonly string[], at: DeclaredAt | undefined): void;
  /** What was said with {@link adjusted}: where each property was stated last. */
  adjustmentsOf(logicalId: string): ReadonlyMap<string, DeclaredAt>;
}

/** Properties that are not held to AWS's schemas: all, or by their paths. */
export type Unchecked = true | readonly string[];

/** `app.ts:12`, short enough to read; the path is cut to its last part. */
export const place = (at: DeclaredAt | undefined): string | undefined =>
  at === undefined ? undefined : `${at.file.split(/[\\/]/).at(-1)}:${at.line}`;

export const createBuilder = (service: ServiceDeclaration, resolver: Resolver): TemplateBuilder => {
  const resources = new Map<string, TemplateResource>();
  const outputs = new Map<string, Template['Outputs'][string]>();
  const places = new Map<string, DeclaredAt>();
  const owners = new Map<string, string>();
  const unchecked = new Map<string, Unchecked>();
  const adjustments = new Map<string, ReadonlyMap<string, DeclaredAt>>();
  let current: string | undefined;
  const problems: Problem[] = [];
  const problem = (code: ErrorCode, message: string, declaredAt?: DeclaredAt) => {
    const at = place(declaredAt);
    problems.push({ code, message, ...(at === undefined ? {} : { at }) });
  };
  return {
    ...resolver,
    service,
    resources,
    outputs,
    problems,
    problem,
    declaredAt: (logicalId) => places.get(logicalId),
    uncheck: (logicalId, more) => {
      const before = unchecked.get(logicalId) ?? [];
      unchecked.set(logicalId, before === true || more === true ? true : [...before, ...more]);
    },
    uncheckedOf: (logicalId) => unchecked.get(logicalId),
    adjusted: (logicalId, properties, at) => {
      if (at === undefined) return;
      const before = adjustments.get(logicalId) ?? [];
      const now = properties.map((property) => [property, at] as const);
      adjustments.set(logicalId, new Map([...before, ...now]));
    },
    adjustmentsOf: (logicalId) => adjustments.get(logicalId) ?? new Map(),
    within: (owner, work) => {
      const outer = current;
      current = owner;
      work();
      current = outer;
    },
    ownerOf: (logicalId) => owners.get(logicalId),
    add: (logicalId, resource, declaredAt) => {
      const other = place(places.get(logicalId));
      if (resources.has(logicalId))
        problem(
          'DUPLICATE_NAME',
          `The logical id ${logicalId} stands for two things${other === undefined ? '' : ` (the other is at ${other})`}. Rename one of them.`,
          declaredAt,
        );
      resources.set(logicalId, resource);
      if (current !== undefined) owners.set(logicalId, current);
      if (declaredAt !== undefined) places.set(logicalId, declaredAt);
    },
    amend: (logicalId, change) => {
      const before = resources.get(logicalId);
      if (before !== undefined) resources.set(logicalId, change(before));
    },
    output: (name, value, description) =>
      outputs.set(name, { Description: description, Value: value }),
    tags: (own = {}) => {
      const all = { ...service.tags, ...own };
      const keys = Object.keys(all).sort();
      return keys.length === 0 ? undefined : keys.map((Key) => ({ Key, Value: all[Key] ?? '' }));
    },
  };
};

/** All mistakes at once. @throws {FrameworkError} when there are any */
export const assertNoProblems = (service: string, problems: readonly Problem[]): void => {
  const [only] = problems;
  if (only === undefined) return;
  const line = ({ message, at }: Problem) => `${at === undefined ? '' : `${at}: `}${message}`;
  if (problems.length === 1) throw new FrameworkError(only.code, line(only), problems);
  throw new FrameworkError(
    'INVALID_SERVICE',
    `The service ${service} has ${problems.length} mistakes:\n${problems.map((problem) => `  ${line(problem)}`).join('\n')}`,
    problems,
  );
};
