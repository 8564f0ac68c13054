import { formatError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { MAX_TEMPLATE_DEPTH } from '../limits.ts';

/**
 * A template's text, JSON or YAML, as data. YAML's library is loaded only when there is YAML.
 * @throws {AwsError} `Template format error: …`
 */
export const parseText = async (text: string): Promise<JsonObject> => {
  const first = /\S/.exec(text)?.[0];
  if (first === undefined) throw formatError('unsupported structure.');
  refuseDepth(text);
  const value = first === '{' ? parseJson(text) : (await import('./parse-yaml.ts')).parseYaml(text);
  if (!isObject(value)) throw formatError('unsupported structure.');
  return value;
};

const parseJson = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const [, line = '1', column = '1'] =
      /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '') ?? endOf(text);
    throw formatError(`JSON not well-formed. (line ${line}, column ${column})`);
  }
};

/** V8 names no place for a text that ends too early. */
const endOf = (text: string): readonly string[] => {
  const lines = text.split('\n');
  return ['', String(lines.length), String((lines.at(-1) ?? '').length + 1)];
};

/** Everything that walks a template does so by recursion; a text of brackets alone must not end the process. */
const refuseDepth = (text: string): void => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_TEMPLATE_DEPTH)
        throw formatError(
          `the template is nested deeper than ${MAX_TEMPLATE_DEPTH} levels. Make it flatter.`,
        );
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth = Math.max(0, depth - 1);
  }
};

const [QUOTE, BACKSLASH, NEWLINE] = [34, 92, 10];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];

/** In YAML a quotation mark may stand alone, so a string is taken to end with its line. */
const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE || code === NEWLINE) return at;
  }
  return text.length;
};
