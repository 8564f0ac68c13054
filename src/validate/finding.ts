import type { Problem } from '../spec/errors.ts';

/** What is wrong with a template, or hardly meant, and where. */
export interface Finding extends Problem {
  /** A problem stops; a warning is told. */
  readonly severity: 'problem' | 'warning';
  /** The resource, output, parameter or condition that it is about; undefined for the template as a whole. */
  readonly logicalId?: string;
  /** The property, from the resource's properties on: `Code.S3Key`, `Policies[0].PolicyDocument`. */
  readonly path?: string;
}
