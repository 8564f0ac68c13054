/** A CloudFormation value: JSON with intrinsic functions. */
export type CfnValue = unknown;

/** A resource of a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Properties?: Readonly<Record<string, CfnValue>>;
}

/** A CloudFormation template, as Sparta writes it. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description?: string;
  readonly Metadata?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<
    Record<string, { readonly Description?: string; readonly Value: CfnValue }>
  >;
}

/** The template's text: the same value gives the same bytes. */
export const printTemplate = (template: Template): string =>
  `${JSON.stringify(template, null, 2)}\n`;

/** Leaves out what is undefined, so that a property that was not said is not there. */
export const said = <T extends Readonly<Record<string, unknown>>>(
  value: T,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

/** Members in the order of their names: what a template holds does not depend on the order of the program. */
export const inOrder = <T>(record: ReadonlyMap<string, T>): Record<string, T> =>
  Object.fromEntries([...record].sort(([a], [b]) => (a < b ? -1 : 1)));
