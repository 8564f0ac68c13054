import { checkForm } from './check-form.ts';
import { checkReferences } from './check-references.ts';
import type { Template } from './model.ts';
import { parseText } from './parse-text.ts';

// A deployment names one text several times (summary, change set, execution), so the last few are kept as they were read.
const CAPACITY = 4;
const recent = new Map<string, Promise<Template>>();

/**
 * A template's text, read and checked.
 * @throws {AwsError} in CloudFormation's words
 */
export const readTemplate = (text: string): Promise<Template> => {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const read = parseText(text).then((raw) => {
    const template = checkForm(raw);
    checkReferences(template);
    return template;
  });
  recent.set(text, read);
  read.catch(() => recent.delete(text));
  for (const oldest of recent.keys()) {
    if (recent.size <= CAPACITY) break;
    recent.delete(oldest);
  }
  return read;
};
