import type {
  Constraint,
  PropertySchemas,
  PropertyType,
  ResourceType,
} from '../../src/schema/index.ts';
import { constraintsOf, patternOf } from '../../src/schema/index.ts';

/** Texts of which one fits most patterns of AWS; for the others a parameter stands in. */
const TEXTS: readonly string[] = [
  'a',
  'abc123',
  'Abc',
  '123456789012',
  '12345678',
  '1',
  '/a',
  '/aws/a',
  'a/b',
  'a:b',
  'aws:a',
  'a.b',
  'a.example.com',
  'https://example.com/a',
  's3://bucket/key',
  'a@example.com',
  '10.0.0.0/16',
  '10.0.0.1',
  '::/0',
  'us-east-1',
  'us-east-1a',
  'use1-az1',
  'true',
  '{}',
  '2030-01-01T00:00:00Z',
  '2030-01-01',
  '00:00',
  'sg-12345678',
  'subnet-12345678',
  'vpc-12345678',
  'i-12345678',
  'rate(1 day)',
  'abcdefghijklmnopqrstuvwxyz',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '0123456789abcdef0123456789abcdef',
  '01234567-89ab-cdef-0123-456789abcdef',
  'AROA1234567890123456',
  'arn:aws:iam::123456789012:role/a',
  'arn:aws:iam::123456789012:user/a',
  'arn:aws:s3:::bucket',
  'arn:aws:s3:::bucket/key',
  'arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef',
  'arn:aws:lambda:us-east-1:123456789012:function:a',
  'arn:aws:sns:us-east-1:123456789012:a',
  'arn:aws:sqs:us-east-1:123456789012:a',
  'arn:aws:logs:us-east-1:123456789012:log-group:a',
  'arn:aws:secretsmanager:us-east-1:123456789012:secret:a-abcdef',
  'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
  'arn:aws:dynamodb:us-east-1:123456789012:table/a',
  'arn:aws:kinesis:us-east-1:123456789012:stream/a',
  'arn:aws:organizations::123456789012:organization/o-1234567890',
];

/** What stands where no text of ours fits. */
export const PARAMETERS = {
  Text0: { Type: 'String' },
  Text1: { Type: 'String' },
  Text2: { Type: 'String' },
};

interface Scope {
  readonly type: ResourceType;
  readonly definitions: Readonly<Record<string, Constraint>>;
}

const resolved = (constraint: Constraint | undefined, { definitions }: Scope) =>
  constraint?.d === undefined ? constraint : definitions[constraint.d];

const within = (size: number, bounds: Constraint['l']): boolean =>
  bounds === undefined ||
  ((bounds[0] === null || size >= bounds[0]) && (bounds[1] === null || size <= bounds[1]));

const textFor = ({ e, f, r, l }: Constraint, nth: number): unknown => {
  const allowed = e ?? f;
  if (allowed !== undefined) return allowed[nth % allowed.length];
  const fitting = TEXTS.filter(
    (text) => within(text.length, l) && (r === undefined || patternOf(r)?.test(text) !== false),
  );
  return fitting[nth] ?? { Ref: `Text${nth % 3}` };
};

/** Items that require nothing are alike: what another stack tells stands in for all but one. */
const distinct = (items: readonly unknown[]): readonly unknown[] =>
  items.map((item, index) =>
    items.slice(0, index).some((other) => JSON.stringify(other) === JSON.stringify(item))
      ? { 'Fn::ImportValue': `item-${index}` }
      : item,
  );

const valueFor = (
  kind: PropertyType,
  stated: Constraint | undefined,
  scope: Scope,
  nth = 0,
): unknown => {
  const constraint = resolved(stated, scope) ?? {};
  switch (kind.kind) {
    case 'string':
      return textFor(constraint, nth);
    case 'date-time':
      return '2030-01-01T00:00:00Z';
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return constraint.e?.[0] ?? constraint.n?.[0] ?? Math.min(1, constraint.n?.[1] ?? 1);
    case 'json':
      // A policy would have to be one.
      return { Ref: 'Text0' };
    case 'tag':
      return { Key: `k${nth}`, Value: 'v' };
    case 'list':
      return distinct(
        Array.from({ length: Math.max(1, constraint.c?.[0] ?? 1) }, (_, index) =>
          valueFor(kind.element, constraint.i, scope, nth + index),
        ),
      );
    case 'map':
      return { a: valueFor(kind.element, constraint.k, scope) };
    case 'object':
      return membersFor(scope.type.definition(kind.name), constraint, scope, nth);
    case 'union': {
      const [first] = kind.members;
      return first === undefined ? {} : valueFor(first, stated, scope, nth);
    }
  }
};

const membersFor = (
  schemas: PropertySchemas,
  constraint: Constraint,
  scope: Scope,
  nth = 0,
): Record<string, unknown> => {
  const required = [...schemas].filter(([, schema]) => schema.required).map(([name]) => name);
  // The set that adds least to what is required anyway.
  const least = (sets: readonly (readonly string[])[] | undefined): readonly string[] =>
    [...(sets ?? [])]
      .filter((set) => set.every((name) => schemas.has(name)))
      .map((set) => set.filter((name) => !required.includes(name)))
      .sort((a, b) => a.length - b.length)[0] ?? [];
  const one = least(constraint.x);
  const any = (constraint.y ?? []).some((set) => set.every((name) => one.includes(name)))
    ? []
    : least(constraint.y);
  return Object.fromEntries(
    [...new Set([...required, ...one, ...any])].flatMap((name) => {
      const schema = schemas.get(name);
      return schema === undefined
        ? []
        : [[name, valueFor(schema.type, constraint.m?.[name], scope, nth)] as const];
    }),
  );
};

/** The least that AWS's schema takes for a resource of a type: what is required, and no more. */
export const minimalResource = (type: ResourceType) => {
  const { p = {}, d = {} } = constraintsOf(type.name);
  return { Type: type.name, Properties: membersFor(type.properties, p, { type, definitions: d }) };
};
