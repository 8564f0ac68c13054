/** A resource as a template says it. */
export interface StatedResource {
  readonly Type?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: unknown;
  readonly UpdateReplacePolicy?: unknown;
  readonly Metadata?: unknown;
}

export type StatedResources = Readonly<Record<string, StatedResource>>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A template as data. One that is not JSON (another tool's YAML) is not looked into: then undefined. */
export const readTemplate = (body: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const template: unknown = JSON.parse(body);
    return isRecord(template) && isRecord(template['Resources']) ? template : undefined;
  } catch {
    return undefined;
  }
};

/** The resources of a template's text, by logical id. */
export const readResources = (body: string): StatedResources | undefined =>
  resourcesOf(readTemplate(body));

/** The resources of a template, by logical id. */
export const resourcesOf = (
  template: Readonly<Record<string, unknown>> | undefined,
): StatedResources | undefined => {
  const resources = template?.['Resources'];
  return isRecord(resources)
    ? Object.fromEntries(
        Object.entries(resources).map(([id, resource]) => [id, isRecord(resource) ? resource : {}]),
      )
    : undefined;
};

/** Whether the program says that data of this resource may be lost. */
export const isReplaceable = (resource: StatedResource | undefined): boolean => {
  const metadata = resource?.Metadata;
  const ours = isRecord(metadata) ? metadata['Sparta'] : undefined;
  return isRecord(ours) && ours['Replaceable'] === true;
};
