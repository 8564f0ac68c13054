import { contextValue, type AccessRequest } from './access-request.ts';
import { escapeWildcards } from './wildcard.ts';

/**
 * A text with policy variables, such as `home/${aws:username}`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export interface Template {
  readonly parts: readonly TemplatePart[];
}

type TemplatePart = string | Variable;

interface Variable {
  readonly key: string;
  readonly lower: string;
  readonly fallback: string | undefined;
}

/** `${*}`, `${?}` and `${$}` stand for the characters themselves (#policy-vars-specialchars). */
const SPECIAL_CHARACTERS = /^[*?$]$/;

/**
 * Reads the variables of a text.
 *
 * @param kind - `pattern` when `*` and `?` are wildcards in the text, so that those that come out of a variable
 * must not be; `text` when it is compared as it stands.
 * @returns the text itself when nothing in it depends on the request.
 */
export function compileTemplate(source: string, kind: 'pattern' | 'text'): string | Template {
  if (!source.includes('${')) return source;
  const parts: TemplatePart[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('${', at);
    const close = open === -1 ? -1 : source.indexOf('}', open);
    if (close === -1) {
      text += source.slice(at);
      break;
    }
    text += source.slice(at, open);
    const inner = source.slice(open + 2, close);
    if (SPECIAL_CHARACTERS.test(inner)) {
      text += kind === 'pattern' ? escapeWildcards(inner) : inner;
    } else {
      parts.push(text, parseVariable(inner));
      text = '';
    }
    at = close + 1;
  }
  if (parts.length === 0) return text;
  return { parts: [...parts, text].filter((part) => part !== '') };
}

/** `aws:userid` or `aws:userid, 'a default'` (#policy-vars-default-values). */
function parseVariable(inner: string): Variable {
  const withDefault = /^([^,]*),\s*'(.*)'\s*$/s.exec(inner);
  const key = (withDefault?.[1] ?? inner).trim();
  return { key, lower: key.toLowerCase(), fallback: withDefault?.[2] };
}

/**
 * The text for one request, or undefined when a variable has no value and no default: what it stands in then
 * matches nothing. A key with several values cannot be used as a variable.
 */
export function resolveTemplate(
  template: Template,
  request: AccessRequest,
  kind: 'pattern' | 'text',
): string | undefined {
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const found = contextValue(request, part.key, part.lower);
    const value = Array.isArray(found) ? (found.length === 1 ? found[0] : undefined) : found;
    const resolved = value === undefined ? part.fallback : String(value);
    if (resolved === undefined) return undefined;
    // Differs: AWS does not say whether a wildcard in a variable's value is one; taking it literally never
    // lets a caller who chooses a value (a session name, a tag) widen the statement.
    text += kind === 'pattern' ? escapeWildcards(resolved) : resolved;
  }
  return text;
}

/** Splits at the first `limit - 1` colons that are not inside a variable. */
export function splitOutsideVariables(source: string, limit: number): string[] {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < source.length && parts.length < limit - 1) {
    if (source.startsWith('${', at)) {
      const close = source.indexOf('}', at);
      at = close === -1 ? source.length : close + 1;
    } else if (source[at] === ':') {
      parts.push(source.slice(start, at));
      start = ++at;
    } else {
      at++;
    }
  }
  parts.push(source.slice(start));
  return parts;
}
