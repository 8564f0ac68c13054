import { AwsError } from '../aws-error.ts';
import type { Member, StructureShape } from './model.ts';
import { readText } from './xml.ts';

/** Requests of the query protocol: a form whose dotted names are a tree. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */

interface Node {
  value?: string;
  children?: Map<string, Node>;
}

const MOST_DEPTH = 32;

const toTree = (form: URLSearchParams): Node => {
  const root: Node = {};
  for (const [name, value] of form) {
    const parts = name.split('.');
    if (parts.length > MOST_DEPTH)
      throw new AwsError('MalformedInput', `The parameter ${name.slice(0, 80)} is nested too deep`);
    let node = root;
    for (const part of parts) {
      node.children ??= new Map();
      let child = node.children.get(part);
      if (child === undefined) node.children.set(part, (child = {}));
      node = child;
    }
    node.value = value;
  }
  return root;
};

export const readForm = (text: string): URLSearchParams => new URLSearchParams(text);

export const readQuery = (shape: StructureShape, form: URLSearchParams): Record<string, unknown> =>
  readStructure(shape, toTree(form));

const readStructure = (shape: StructureShape, node: Node): Record<string, unknown> => {
  const result: Record<string, unknown> = {};
  for (const member of shape.members) {
    const child = node.children?.get(member.traits.xmlName ?? member.name);
    if (child === undefined) continue;
    const value = readMember(member, child);
    if (value !== undefined) result[member.name] = value;
  }
  return result;
};

const numbered = (node: Node | undefined): readonly Node[] =>
  [...(node?.children ?? [])]
    .filter(([key]) => /^\d{1,9}$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);

const readMember = (member: Member, node: Node): unknown => {
  const { shape } = member;
  switch (shape.kind) {
    case 'unit':
      return {};
    case 'structure':
      return readStructure(shape, node);
    case 'list': {
      const flat = member.traits.xmlFlattened === 1;
      const inner = shape.member.traits.xmlName ?? 'member';
      // Old clients number `member.N` whatever the model names the items.
      const holder = flat ? node : (node.children?.get(inner) ?? node.children?.get('member'));
      return numbered(holder).map((item) => readMember(shape.member, item));
    }
    case 'map': {
      const holder = member.traits.xmlFlattened === 1 ? node : node.children?.get('entry');
      const [keyName, valueName] = [
        shape.key.traits.xmlName ?? 'key',
        shape.value.traits.xmlName ?? 'value',
      ];
      return Object.fromEntries(
        numbered(holder).map((entry) => [
          entry.children?.get(keyName)?.value ?? '',
          readMember(shape.value, entry.children?.get(valueName) ?? { value: '' }),
        ]),
      );
    }
    case 'scalar':
      return node.value === undefined ? undefined : readText(shape, node.value, member.name);
  }
};
