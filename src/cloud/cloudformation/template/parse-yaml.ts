import type { Node, Scalar } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { formatError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isList, objectOf } from '../json.ts';
import { MAX_TEMPLATE_DEPTH } from '../limits.ts';

/**
 * YAML as CloudFormation reads it: version 1.1 without aliases, merges and timestamps, with the short forms of functions.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
 * @throws {AwsError} `Template format error: YAML …`
 */
export const parseYaml = (text: string): Json => {
  const lines = new LineCounter();
  // The failsafe schema leaves every scalar as it is written; what it means is decided here.
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: true,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw formatError(`YAML not well-formed. (line ${line}, column ${col})`);
  }
  return toJson(document.contents, 0);
};

const toJson = (node: Node | null | undefined, depth: number): Json => {
  if (depth > MAX_TEMPLATE_DEPTH)
    throw formatError(
      `the template is nested deeper than ${MAX_TEMPLATE_DEPTH} levels. Make it flatter.`,
    );
  if (node === null || node === undefined) return null;
  if (isAlias(node)) throw formatError('YAML aliases are not allowed in CloudFormation templates');
  return withTag(node, bareValue(node, depth));
};

const bareValue = (node: Node, depth: number): Json => {
  if (isScalar(node)) return scalarValue(node);
  if (isSeq(node)) return node.items.map((item) => toJson(item as Node, depth + 1));
  if (isMap(node))
    return objectOf(
      node.items.map(({ key, value }) => [
        isScalar(key) ? String(key.source ?? key.value) : keyIsNoText(),
        toJson(value as Node | null, depth + 1),
      ]),
    );
  return null;
};

const keyIsNoText = (): never => {
  throw formatError('unsupported structure.');
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const withTag = (node: Node, value: Json): Json => {
  const tag = (node as { tag?: string }).tag;
  // Tags of YAML itself, such as `!!str`, are written out in full by the parser.
  if (tag === undefined || !tag.startsWith('!')) {
    return tag === 'tag:yaml.org,2002:str' && isScalar(node)
      ? String(node.source ?? node.value)
      : value;
  }
  const name = tag.slice(1);
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': dot < 0 ? value : [value.slice(0, dot), value.slice(dot + 1)] };
  }
  if (name === 'ValueOf' && isList(value)) return { 'Fn::ValueOf': value };
  return { [`Fn::${name}`]: value };
};

const scalarValue = (node: Scalar): Json => {
  const text = String(node.value ?? '');
  if (node.type !== 'PLAIN') return text;
  // A tagged plain scalar (`!Ref Name`) is text, unless it is one of the two that are lists of numbers.
  const tag = (node as { tag?: string }).tag;
  if (tag !== undefined && tag.startsWith('!')) return text;
  return plainValue(text);
};

// https://yaml.org/type/bool.html, without the single letters, as the Java libraries read it
const TRUE = /^(?:true|True|TRUE|yes|Yes|YES|on|On|ON)$/;
const FALSE = /^(?:false|False|FALSE|no|No|NO|off|Off|OFF)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/**
 * A number is one only when nothing of it would be lost: an account id that begins with 0 or has more digits than a
 * number can hold, and a version such as 1.10, stay the text that they are.
 */
const plainValue = (text: string): Json => {
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL')
    return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (NUMBER.test(text) && String(Number(text)) === text) return Number(text);
  return text;
};
