import type { Origin, Origins } from '../synth/index.ts';
import type { JsonObject } from './json.ts';
import { isObject, membersOf } from './json.ts';

/** A resource of the template. */
export interface ResourceFacts {
  readonly id: string;
  readonly type: string;
  readonly definition: JsonObject;
  readonly properties: JsonObject;
  readonly origin: Origin | undefined;
}

/** What the checks ask of a template: its sections by name, whoever wrote it. */
export interface TemplateFacts {
  readonly template: JsonObject;
  readonly resources: ReadonlyMap<string, ResourceFacts>;
  readonly parameters: JsonObject;
  readonly conditions: JsonObject;
  readonly mappings: JsonObject;
  readonly outputs: JsonObject;
  /** Whether macros work on it before CloudFormation does: then there may be more in it than is seen. */
  readonly transformed: boolean;
}

export const readTemplate = (template: object, origins: Origins): TemplateFacts => {
  const sections = template as JsonObject;
  const resources = new Map<string, ResourceFacts>();
  for (const [id, written] of Object.entries(membersOf(sections['Resources']))) {
    // A loop of `AWS::LanguageExtensions` stands for resources that are not there yet.
    if (id.startsWith('Fn::') || !isObject(written)) continue;
    resources.set(id, {
      id,
      type: String(written['Type']),
      definition: written,
      properties: membersOf(written['Properties']),
      origin: origins.resources.get(id),
    });
  }
  return {
    template: sections,
    resources,
    parameters: membersOf(sections['Parameters']),
    conditions: membersOf(sections['Conditions']),
    mappings: membersOf(sections['Mappings']),
    outputs: membersOf(sections['Outputs']),
    transformed: sections['Transform'] !== undefined,
  };
};
