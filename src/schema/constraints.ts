import { openModel } from './model-file.ts';

/** Least and most; null where there is none. */
type Bounds = readonly [number | null, number | null];

/** What a value must be, as AWS's schema says; the letters keep the file small. */
export interface Constraint {
  /** Name of the definition that says it. */
  readonly d?: string;
  /** Values that are allowed. */
  readonly e?: readonly string[];
  /** The same, whatever their case. */
  readonly f?: readonly string[];
  /** A regular expression. */
  readonly r?: string;
  /** Length of a text, in characters. */
  readonly l?: Bounds;
  /** Size of a number. */
  readonly n?: Bounds;
  /** Count of a list's items. */
  readonly c?: Bounds;
  /** No item twice. */
  readonly u?: boolean;
  /** Of a list's items. */
  readonly i?: Constraint;
  /** Of a map's values. */
  readonly k?: Constraint;
  /** Of an object's members. */
  readonly m?: Readonly<Record<string, Constraint>>;
  /** Exactly one of these sets of properties. */
  readonly x?: readonly (readonly string[])[];
  /** At least one of these sets of properties. */
  readonly y?: readonly (readonly string[])[];
}

/** What the properties of a type must be. */
export interface TypeConstraints {
  readonly p?: Constraint;
  readonly d?: Readonly<Record<string, Constraint>>;
  /** Properties that only AWS sets: `Arn`, `Endpoint.Address`. */
  readonly ro?: readonly string[];
  /** Properties that AWS gives up. */
  readonly dp?: readonly string[];
}

const NONE: TypeConstraints = {};
const model = openModel<TypeConstraints>('cloudformation-constraints.json');

/** Enums, patterns, lengths, ranges and read-only properties of a type; empty where AWS's schema says nothing. */
export const constraintsOf = (type: string): TypeConstraints => model.find(type) ?? NONE;

const expressions = new Map<string, RegExp | undefined>();

/** A schema's pattern as JavaScript reads it; undefined for one that means nothing to it. They are written for a Java program. */
export const patternOf = (text: string): RegExp | undefined => {
  if (!expressions.has(text)) {
    // Where the text begins and ends: `\A` and `\Z` there, which without the flag would be letters here.
    const translated = text.replaceAll(/\\(.)/gs, (escape, letter: string) =>
      letter === 'A' ? '^' : letter === 'Z' || letter === 'z' ? '$' : escape,
    );
    expressions.set(text, compile(translated, 'u') ?? compile(translated, ''));
  }
  return expressions.get(text);
};

/** Escapes that JavaScript knows without the flag; it takes any other letter for itself. */
const UNKNOWN_ESCAPE = /\\[^\WbBdDsSwWnrtfvucx0-9_]/;

const compile = (text: string, flags: string): RegExp | undefined => {
  if (flags === '' && UNKNOWN_ESCAPE.test(text.replaceAll('\\\\', ''))) return undefined;
  try {
    return new RegExp(text, flags);
  } catch {
    return undefined;
  }
};
