import { AwsError } from '../aws-error.ts';
import type { Member, OperationModel, Shape, StructureShape } from './model.ts';

const NONE: ReadonlySet<Shape> = new Set();

/** Whether anything can be missing in a value of this shape. Most of a DynamoDB request, its items, need not be walked through. */
const requires = (shape: Shape, seen = NONE): boolean => {
  if (shape.kind === 'scalar' || shape.kind === 'unit' || seen.has(shape)) return false;
  const known = demanding.get(shape);
  if (known !== undefined) return known;
  const inner = new Set([...seen, shape]);
  const result =
    shape.kind === 'structure'
      ? shape.members.some((member) => member.required || requires(member.shape, inner))
      : requires(shape.kind === 'list' ? shape.member.shape : shape.value.shape, inner);
  // What was found inside of a circle holds for its beginning alone.
  if (seen.size === 0 || result) demanding.set(shape, result);
  return result;
};
const demanding = new WeakMap<Shape, boolean>();

/** Members that may be missing, or that something may be missing in. */
const demandsOf = (shape: StructureShape): readonly Member[] => {
  let demands = demandsByShape.get(shape);
  if (demands === undefined) {
    demands = shape.members.filter((member) => member.required || requires(member.shape));
    demandsByShape.set(shape, demands);
  }
  return demands;
};
const demandsByShape = new WeakMap<StructureShape, readonly Member[]>();

/** What the checks of a request found: members that the model requires and the request lacks. */
const missing = (shape: Shape, value: unknown, where: string, found: string[]): void => {
  if (value === undefined || value === null) return;
  if (shape.kind === 'structure')
    missingMembers(shape, value as Readonly<Record<string, unknown>>, where, found);
  else if (shape.kind === 'list' && Array.isArray(value))
    value.forEach((item, index) =>
      missing(shape.member.shape, item, `${where}.${index + 1}.member`, found),
    );
  else if (shape.kind === 'map')
    for (const [key, item] of Object.entries(value as object))
      missing(shape.value.shape, item, `${where}.${key}.member`, found);
};

const missingMembers = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  prefix: string,
  found: string[],
): void => {
  for (const member of demandsOf(shape)) {
    const given = value[member.name];
    if (given === undefined || given === null) {
      if (member.required && member.traits.httpPayload !== 1) found.push(placeOf(prefix, member));
    } else if (requires(member.shape)) missing(member.shape, given, placeOf(prefix, member), found);
  }
};

const placeOf = (prefix: string, { name }: Member) =>
  prefix === '' ? lowerFirst(name) : `${prefix}.${lowerFirst(name)}`;

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/**
 * Checks that what the model requires is there. All problems at once, in AWS's words.
 * @returns the error to answer with, or undefined
 */
export const validateInput = (
  operation: OperationModel,
  input: Readonly<Record<string, unknown>>,
  code: string,
): AwsError | undefined => {
  const found: string[] = [];
  missingMembers(operation.input, input, '', found);
  if (found.length === 0) return undefined;
  const problems = found.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  return new AwsError(
    code,
    `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
  );
};
