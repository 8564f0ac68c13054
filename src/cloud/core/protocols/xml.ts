import type { Member, Shape, StructureShape } from './model.ts';
import {
  fromBase64,
  printTimestamp,
  readBigInt,
  readBoolean,
  readNumber,
  readTimestamp,
  toBase64,
} from './scalars.ts';
import type { XmlElement } from './xml-text.ts';
import { escapeXml } from './xml-text.ts';

/** XML bodies, of restXml and of answers in the query protocol. https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings */

const memberTag = (member: Member) => member.traits.xmlName ?? member.name;

export const readXmlStructure = (
  shape: StructureShape,
  element: XmlElement,
): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const tag = memberTag(member);
    if (member.traits.xmlAttribute === 1) {
      const value = element.attributes[tag];
      if (value !== undefined) result[member.name] = value;
      continue;
    }
    const found = element.children.filter((child) => child.name === localTag(tag));
    if (found.length > 0) result[member.name] = readXmlMember(member, found);
  }
  return result;
};

const localTag = (tag: string) => tag.slice(tag.indexOf(':') + 1);

const readXmlMember = (member: Member, found: readonly XmlElement[]): unknown => {
  const { shape } = member;
  const [first] = found;
  if (first === undefined) return undefined;
  if (shape.kind === 'list') {
    const items =
      member.traits.xmlFlattened === 1
        ? found
        : first.children.filter(({ name }) => name === (shape.member.traits.xmlName ?? 'member'));
    return items.map((item) => readXml(shape.member.shape, item));
  }
  if (shape.kind === 'map') {
    const entries =
      member.traits.xmlFlattened === 1
        ? found
        : first.children.filter(({ name }) => name === 'entry');
    return Object.fromEntries(
      entries.map((entry) => {
        const key = entry.children.find(({ name }) => name === (shape.key.traits.xmlName ?? 'key'));
        const value = entry.children.find(
          ({ name }) => name === (shape.value.traits.xmlName ?? 'value'),
        );
        return [
          key?.text ?? '',
          value === undefined ? undefined : readXml(shape.value.shape, value),
        ];
      }),
    );
  }
  return readXml(shape, first);
};

export const readXml = (shape: Shape, element: XmlElement): unknown => {
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return readXmlStructure(shape, element);
    case 'list':
      return element.children.map((child) => readXml(shape.member.shape, child));
    case 'map':
      return {};
    case 'scalar':
      return readText(shape, element.text, element.name);
  }
};

/** A scalar from its text, in XML and in the query protocol. */
export const readText = (
  shape: Shape & { kind: 'scalar' },
  text: string,
  where: string,
): unknown => {
  switch (shape.type) {
    case 'number':
      return readNumber(text, where);
    case 'boolean':
      return readBoolean(text, where);
    case 'bigint':
      return readBigInt(text, where);
    case 'timestamp':
      return readTimestamp(text.trim(), where);
    case 'blob':
      return fromBase64(text);
    case 'string':
    case 'bigdecimal':
    case 'document':
      return text;
  }
};

const printText = (shape: Shape & { kind: 'scalar' }, value: unknown): string => {
  switch (shape.type) {
    case 'timestamp':
      return printTimestamp(value, shape.format ?? 'date-time');
    case 'blob':
      return toBase64(value);
    default:
      return escapeXml(String(value));
  }
};

const namespaceOf = ({ xmlNamespace }: Member['traits']): string => {
  if (xmlNamespace === undefined) return '';
  const [prefix, uri] = typeof xmlNamespace === 'string' ? ['', xmlNamespace] : xmlNamespace;
  return ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`;
};

/** One element, or several of a flattened list. */
export const printXmlMember = (member: Member, value: unknown, tag = memberTag(member)): string => {
  if (value === undefined || value === null) return '';
  const { shape } = member;
  if (shape.kind === 'list') {
    const items = value as readonly unknown[];
    if (member.traits.xmlFlattened === 1)
      return items.map((item) => printXml(shape.member, item, tag)).join('');
    const inner = shape.member.traits.xmlName ?? 'member';
    return `<${tag}${namespaceOf(member.traits)}>${items.map((item) => printXml(shape.member, item, inner)).join('')}</${tag}>`;
  }
  if (shape.kind === 'map') {
    const [keyTag, valueTag] = [
      shape.key.traits.xmlName ?? 'key',
      shape.value.traits.xmlName ?? 'value',
    ];
    const flat = member.traits.xmlFlattened === 1;
    const entries = Object.entries(value as object).map(
      ([key, item]) =>
        `<${flat ? tag : 'entry'}><${keyTag}>${escapeXml(key)}</${keyTag}>${printXml(shape.value, item, valueTag)}</${flat ? tag : 'entry'}>`,
    );
    return flat ? entries.join('') : `<${tag}>${entries.join('')}</${tag}>`;
  }
  return printXml(member, value, tag);
};

const printXml = (member: Member, value: unknown, tag: string): string => {
  if (value === undefined || value === null) return '';
  const { shape } = member;
  switch (shape.kind) {
    case 'unit':
      return `<${tag}/>`;
    case 'structure': {
      const given = value as Readonly<Record<string, unknown>>;
      const attributes = shape.members
        .filter((inner) => inner.traits.xmlAttribute === 1 && given[inner.name] !== undefined)
        .map((inner) => ` ${memberTag(inner)}="${escapeXml(String(given[inner.name]))}"`)
        .join('');
      return `<${tag}${namespaceOf(member.traits)}${attributes}>${printXmlMembers(shape.members, given)}</${tag}>`;
    }
    case 'list':
    case 'map':
      return printXmlMember(member, value, tag);
    case 'scalar':
      return `<${tag}${namespaceOf(member.traits)}>${printText(shape, value)}</${tag}>`;
  }
};

export const printXmlMembers = (
  members: readonly Member[],
  value: Readonly<Record<string, unknown>>,
): string => {
  let text = '';
  for (const member of members)
    if (member.traits.xmlAttribute !== 1) text += printXmlMember(member, value[member.name]);
  return text;
};
