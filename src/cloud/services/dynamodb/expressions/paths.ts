import type { AttributeValue, Item } from '../values/index.ts';
import { attributeOf, putAttribute } from '../values/index.ts';
import type { Path } from './bindings.ts';
import type { ExpressionKind } from './tokens.ts';
import { expressionError } from './tokens.ts';

/** `[b, c, [1]]` */
export const showPath = (path: Path): string =>
  `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;

/** What stands at a path of an item. */
export const valueAt = (item: Item, path: Path): AttributeValue | undefined => {
  const [first] = path;
  let value = typeof first === 'string' ? attributeOf(item, first) : undefined;
  for (let at = 1; at < path.length && value !== undefined; at += 1) {
    const step = path[at];
    value =
      typeof step === 'number'
        ? value.L?.[step]
        : value.M === undefined
          ? undefined
          : attributeOf(value.M, step ?? '');
  }
  return value;
};

/** Paths as a tree: what is done at a place, or the places below it. */
export interface PathTree<A> {
  readonly children: Map<string | number, PathTree<A>>;
  action?: A;
}

export const createTree = <A>(): PathTree<A> => ({ children: new Map() });

/**
 * Adds a path to a tree of paths.
 * @throws {ValidationException} when one path leads through another, or they disagree on what is a list
 */
export const growTree = <A>(
  kind: ExpressionKind,
  root: PathTree<A>,
  path: Path,
  action: A,
): void => {
  let node = root;
  path.forEach((step, index) => {
    const [sibling] = node.children.keys();
    // Names and indexes at one place cannot both be right; at the top there are names alone.
    if (sibling !== undefined && typeof sibling !== typeof step)
      throw clash(kind, 'conflict', firstPath(root, path.slice(0, index)), path);
    let child = node.children.get(step);
    const last = index === path.length - 1;
    if (child !== undefined && (last || child.action !== undefined))
      throw clash(kind, 'overlap', firstPath(root, path.slice(0, index + 1)), path);
    if (child === undefined) node.children.set(step, (child = createTree<A>()));
    if (last) child.action = action;
    node = child;
  });
};

const clash = (kind: ExpressionKind, how: 'overlap' | 'conflict', one: Path, two: Path) =>
  expressionError(
    kind,
    `Two document paths ${how} with each other; must remove or rewrite one of these paths; path one: ${showPath(one)}, path two: ${showPath(two)}`,
  );

/** A path of the tree that begins so. */
const firstPath = <A>(root: PathTree<A>, beginning: Path): Path => {
  const path = [...beginning];
  let node: PathTree<A> | undefined = root;
  for (const step of beginning) node = node?.children.get(step);
  while (node !== undefined && node.action === undefined) {
    const next: [string | number, PathTree<A>] | undefined = [...node.children][0];
    if (next === undefined) break;
    path.push(next[0]);
    node = next[1];
  }
  return path;
};

/** The paths of one projection. */
export type Projection = PathTree<true>;

export const createProjection = (paths: readonly Path[]): Projection => {
  const tree = createTree<true>();
  for (const path of paths) growTree('ProjectionExpression', tree, path, true);
  return tree;
};

/** What a projection leaves of an item. */
export const project = (item: Item, tree: Projection): Item => {
  const result: Record<string, AttributeValue> = {};
  for (const [name, child] of tree.children) {
    const value = attributeOf(item, String(name));
    const kept = value === undefined ? undefined : projectValue(value, child);
    if (kept !== undefined) putAttribute(result, String(name), kept);
  }
  return result;
};

const projectValue = (value: AttributeValue, tree: Projection): AttributeValue | undefined => {
  if (tree.action !== undefined) return value;
  if (value.M !== undefined) {
    const kept = project(value.M, tree);
    return Object.keys(kept).length === 0 ? undefined : { M: kept };
  }
  if (value.L === undefined) return undefined;
  const { L } = value;
  const kept = [...tree.children]
    .filter((entry): entry is [number, Projection] => typeof entry[0] === 'number')
    .sort(([a], [b]) => a - b)
    .flatMap(([index, child]) => {
      const element = L[index];
      const projected = element === undefined ? undefined : projectValue(element, child);
      return projected === undefined ? [] : [projected];
    });
  return kept.length === 0 ? undefined : { L: kept };
};
