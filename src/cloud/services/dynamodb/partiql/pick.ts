import type { Path } from '../expressions/index.ts';
import { createProjection, project, valueAt } from '../expressions/index.ts';
import type { AttributeValue, Item } from '../values/index.ts';
import { attributeOf, putAttribute } from '../values/index.ts';

/**
 * What a SELECT tells of an item: of each path the value, under the last of its names; from an index of a list on, under the
 * list's name with that index. DynamoDB Local does so; AWS's pages do not show it.
 */
export const pick = (item: Item, paths: readonly Path[]): Item => {
  const picked: Record<string, AttributeValue> = {};
  for (const path of paths) {
    const index = path.findIndex((step) => typeof step === 'number');
    const end = index < 0 ? path.length : index + 1;
    const name = index < 0 ? String(path.at(-1)) : `${path[index - 1]}[${path[index]}]`;
    const value = valueAt(item, path.slice(0, end));
    if (value === undefined) continue;
    const rest = path.slice(end);
    if (rest.length === 0) putAttribute(picked, name, value);
    else {
      const part = project({ [name]: value }, createProjection([[name, ...rest]]));
      const told = attributeOf(part, name);
      if (told !== undefined) putAttribute(picked, name, told);
    }
  }
  return picked;
};
