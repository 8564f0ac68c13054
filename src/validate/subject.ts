import type { Constraint, ResourceType, TypeConstraints } from '../schema/index.ts';
import type { CheckValue } from './expected.ts';
import type { PropertyPath } from './property-path.ts';
import { printPath } from './property-path.ts';
import type { Report } from './report.ts';
import type { TemplateFacts } from './template-facts.ts';

/** The resource whose properties are checked, and what is known of it. */
export interface Subject {
  readonly id: string;
  readonly type: ResourceType;
  readonly constraints: TypeConstraints;
  readonly report: Report;
  readonly facts: TemplateFacts;
  /** Goes on with what is inside. */
  readonly check: CheckValue;
}

/** `VisibilityTimeout of Jobs`, as sentences begin. */
export const nameOf = (subject: Subject, path: PropertyPath): string =>
  `${printPath(path)} of ${subject.id}`;

/** A constraint, or the definition that it names. */
export const resolved = (
  constraint: Constraint | undefined,
  { constraints }: Subject,
): Constraint | undefined =>
  constraint?.d === undefined ? constraint : constraints.d?.[constraint.d];
