/** Placeholders that need no path. */
export const PREDEFINED = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
] as const;

const PLACEHOLDERS = /<([\w.$-]+)>/g;
const PLACEHOLDER_HERE = new RegExp(PLACEHOLDERS.source, 'y');

/** Names of the placeholders of a template, in order. */
export const placeholdersOf = (template: string): readonly string[] =>
  Array.from(template.matchAll(PLACEHOLDERS), ([, name = '']) => name);

/** Whether the template is a JSON object; otherwise it is text in quotation marks. */
export const isObjectTemplate = (template: string): boolean => template.trimStart().startsWith('{');

/** A value inside of quotation marks stands as it is: a text is not escaped, an object loses its quotation marks. */
const insideText = (value: unknown): string => {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
};

/** A value that nothing stands around is JSON; one that is not there is an empty text. */
const asJson = (value: unknown): string => (value === undefined ? '""' : JSON.stringify(value));

/**
 * Fills a template. What each placeholder becomes is recorded from AWS by LocalStack's snapshot tests
 * (test_events_inputs.snapshot.json); that values are not escaped is AWS's own statement.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-issues
 * @returns JSON without white space, or undefined when what comes out is none
 */
export const fillTemplate = (
  template: string,
  values: ReadonlyMap<string, unknown>,
): string | undefined => {
  let filled = '';
  let inText = false;
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at] ?? '';
    if (character === '<') {
      PLACEHOLDER_HERE.lastIndex = at;
      const [whole = '', name = ''] = PLACEHOLDER_HERE.exec(template) ?? [];
      if (values.has(name)) {
        const value = values.get(name);
        filled += inText ? insideText(value) : asJson(value);
        at += whole.length - 1;
        continue;
      }
    }
    filled += character;
    if (character === '\\' && inText) {
      at += 1;
      filled += template[at] ?? '';
    } else if (character === '"') inText = !inText;
  }
  return minify(filled) ?? minifyLines(filled);
};

const minify = (text: string): string | undefined => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/** A text of several lines is one JSON text a line. */
const minifyLines = (text: string): string | undefined => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const read = lines.map(minify);
  return lines.every((line) => line.startsWith('"')) && read.every((line) => line !== undefined)
    ? read.join('\n')
    : undefined;
};
