import { constraintsOf, resourceType } from '../schema/index.ts';
import { isList, isObject, mayBeAbsent } from './json.ts';
import type { Report } from './report.ts';
import type { ResourceFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html: "Each resource can have up to 50 user created tags"; each key once. */
const MOST_TAGS = 50;

/** The tags of a resource, whose count most schemas leave out. */
export const checkTags = ({ id, type, properties }: ResourceFacts, report: Report): void => {
  const property = resourceType(type)?.tagsProperty;
  if (property === undefined) return;
  const tags = properties[property];
  const path = { up: undefined, key: property };
  if (
    isObject(tags) ? Object.keys(tags).length > MOST_TAGS : isList(tags) && tags.length > MOST_TAGS
  ) {
    const certain = isList(tags)
      ? tags.filter((tag) => !mayBeAbsent(tag)).length
      : Object.keys(tags as object).length;
    // Some services take more or fewer, and their schemas say so.
    if (certain > MOST_TAGS && constraintsOf(type).p?.m?.[property]?.c === undefined)
      report.problem(
        'OVER_LIMIT',
        { id, path },
        `${id} has ${certain} tags; AWS takes ${MOST_TAGS}. Leave some out.`,
      );
  }
  if (!isList(tags)) return;
  const seen = new Set<unknown>();
  tags.forEach((tag, index) => {
    const key = isObject(tag) ? tag['Key'] : undefined;
    if (typeof key !== 'string') return;
    if (seen.has(key))
      report.problem(
        'INVALID_VALUE',
        { id, path: { up: path, key: index } },
        `${property} of ${id} have the key ${key} twice; AWS takes each once. Leave one out.`,
      );
    seen.add(key);
  });
};
