import type { Reference } from '../references.ts';
import type { StackLimits } from './limits.ts';
import type { ResourceGraph } from './resource-graph.ts';

/** What a nested stack holds, and what crosses its border. */
export interface Load {
  readonly members: ReadonlySet<string>;
  /** Resources outside of it that it needs. */
  readonly needs: ReadonlySet<string>;
  /** What comes in by parameters, by the words of {@link crossingOf}. */
  readonly imports: ReadonlySet<string>;
  /** What goes out by outputs. */
  readonly exports: ReadonlySet<string>;
  readonly bytes: number;
}

export const EMPTY_LOAD: Load = {
  members: new Set(),
  needs: new Set(),
  imports: new Set(),
  exports: new Set(),
  bytes: 0,
};

/** One thing that crosses: `Photos`, `Photos.Arn`. */
export const crossingOf = ({ name, attribute }: Reference): string =>
  attribute === undefined ? name : `${name}.${attribute}`;

/** Pseudo parameters that mean another thing inside a nested stack. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
export const OF_THE_STACK: readonly string[] = [
  'AWS::StackName',
  'AWS::StackId',
  'AWS::NotificationARNs',
];

const comesIn = (name: string): boolean => !name.startsWith('AWS::') || OF_THE_STACK.includes(name);

/** A load with more in it. `outputs` is what the outputs of the service refer to. */
export const loadWith = (
  load: Load,
  added: readonly string[],
  graph: ResourceGraph,
  outputs: readonly Reference[],
): Load => {
  const members = new Set([...load.members, ...added]);
  const more = new Set(added);
  const outside = (id: string) => !members.has(id);
  const imports = new Set(
    [...load.imports].filter((crossing) => !more.has(crossing.split('.')[0] ?? '')),
  );
  const needs = new Set([...load.needs].filter(outside));
  for (const id of added) {
    for (const reference of graph.references(id))
      if (outside(reference.name) && comesIn(reference.name)) imports.add(crossingOf(reference));
    for (const other of graph.needs(id)) if (outside(other)) needs.add(other);
  }
  const touched = new Set([
    ...added,
    ...added.flatMap(graph.needs).filter((id) => members.has(id)),
  ]);
  const exports = new Set(
    [...load.exports].filter((crossing) => !touched.has(crossing.split('.')[0] ?? '')),
  );
  const leave = (reference: Reference) => {
    if (touched.has(reference.name)) exports.add(crossingOf(reference));
  };
  for (const user of new Set([...touched].flatMap(graph.neededBy)))
    if (outside(user)) for (const reference of graph.references(user)) leave(reference);
  for (const reference of outputs) leave(reference);
  return {
    members,
    needs,
    imports,
    exports,
    bytes: added.reduce((sum, id) => sum + graph.bytes(id), load.bytes),
  };
};

export const fits = (load: Load, limits: StackLimits): boolean =>
  load.members.size <= limits.resources &&
  load.imports.size <= limits.parameters &&
  load.exports.size <= limits.outputs &&
  load.bytes <= limits.bytes;
