import { readFileSync } from 'node:fs';

/** What AWS's schema says of a resource type. */
export interface ResourceType {
  readonly type: string;
  /** By property: whether it is required, and whether a change replaces the resource: 0 never, 1 always, 2 perhaps. */
  readonly properties: Readonly<Record<string, readonly [required: 0 | 1, replaces: 0 | 1 | 2]>>;
  readonly attributes: readonly string[];
  readonly identifier: readonly string[];
  /** Property that takes tags. */
  readonly tags?: string;
}

const FILE = new URL('../../../models/cloudformation-types.ndjson', import.meta.url);
const known = new Map<string, ResourceType | undefined>();
let text: string | undefined;

/** The schema of a type, or undefined for one that AWS does not have. Only the lines asked for are parsed. */
export const resourceType = (type: string): ResourceType | undefined => {
  if (known.has(type)) return known.get(type);
  text ??= readFileSync(FILE, 'utf8');
  const at = text.indexOf(`{"type":"${type}",`);
  const found =
    at < 0 ? undefined : (JSON.parse(text.slice(at, text.indexOf('\n', at))) as ResourceType);
  known.set(type, found);
  return found;
};
