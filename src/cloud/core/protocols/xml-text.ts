import { AwsError } from '../aws-error.ts';

/** An element: name without prefix, attributes, children or text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const malformed = (what: string): AwsError =>
  new AwsError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema (${what})`,
  );

/** Deep enough for every request of AWS; a deeper one is an attack on the stack. */
const MOST_DEPTH = 64;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Text with its five entities and numeric references resolved; others do not exist here. */
const unescape = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+);?/g, (whole, name: string) => {
        const code = name.startsWith('#x')
          ? Number.parseInt(name.slice(2), 16)
          : Number(name.slice(1));
        if (name.startsWith('#')) {
          if (code > 0x10ffff) throw malformed('a character reference is out of range');
          return String.fromCodePoint(code);
        }
        const known = ENTITIES[name];
        if (known === undefined || !whole.endsWith(';'))
          throw malformed(`the entity ${whole.slice(0, 20)} is unknown`);
        return known;
      })
    : text;

const TAG =
  /<(?:(\?[\s\S]*?\?)|(!--[\s\S]*?--)|!\[CDATA\[([\s\S]*?)\]\]|(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?))>/y;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Reads a document. No DTD, no entities of its own. @throws {MalformedXML} */
export const parseXml = (body: Uint8Array): XmlElement => {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const root: Open = { name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  let at = 0;
  while (at < text.length) {
    const top = stack.at(-1) ?? root;
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) top.text += unescape(text.slice(at, end));
    if (next < 0) break;
    TAG.lastIndex = next;
    const match = TAG.exec(text);
    if (match === null) throw malformed(`at character ${next}`);
    at = TAG.lastIndex;
    const [, instruction, comment, cdata, closing, name = '', attributes = '', empty] = match;
    if (instruction !== undefined || comment !== undefined) continue;
    if (cdata !== undefined) top.text += cdata;
    else if (closing === '/') {
      const open = stack.pop();
      if (stack.length === 0 || open === undefined || open.name !== name)
        throw malformed(`</${name}> closes nothing`);
      stack.at(-1)?.children.push({ ...open, name: localName(name) });
    } else {
      const element: Open = {
        name,
        attributes: readAttributes(attributes),
        children: [],
        text: '',
      };
      if (empty === '/') top.children.push({ ...element, name: localName(name) });
      else stack.push(element);
      if (stack.length > MOST_DEPTH) throw malformed(`it is nested over ${MOST_DEPTH} deep`);
    }
  }
  const [element] = root.children;
  if (
    stack.length !== 1 ||
    element === undefined ||
    root.children.length !== 1 ||
    root.text.trim() !== ''
  )
    throw malformed(
      stack.length > 1 ? `<${stack.at(-1)?.name}> is not closed` : 'it has not one root element',
    );
  return element;
};

const readAttributes = (text: string): Record<string, string> =>
  text === ''
    ? {}
    : Object.fromEntries(
        [...text.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [
          name,
          unescape(double ?? single ?? ''),
        ]),
      );

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

export const escapeXml = (text: string): string =>
  /[&<>"\r]/.test(text)
    ? text.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character)
    : text;
