import { invalid } from '../errors.ts';
import { NESTING_LEVELS } from '../limits.ts';
import type { AttributeType, AttributeValue, Item } from './attribute-value.ts';
import { binaryText, putAttribute } from './attribute-value.ts';
import type { NumberProblem } from './decimal.ts';
import { canonicalNumber } from './decimal.ts';

/**
 * Values that a request brings: checked with AWS's texts, and in the one form under which they are kept (numbers without
 * superfluous digits). The texts are DynamoDB Local's and those that dynalite's authors saw from AWS.
 */

const EMPTY =
  'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes';
const SEVERAL =
  'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes';
const PARAMETER = 'One or more parameter values were invalid: ';

const NUMBER_PROBLEMS: Readonly<Record<NumberProblem, string>> = {
  syntax: 'The parameter cannot be converted to a numeric value',
  precision: 'Attempting to store more than 38 significant digits in a Number',
  overflow:
    'Number overflow. Attempting to store a number with magnitude larger than supported range',
  underflow:
    'Number underflow. Attempting to store a number with magnitude smaller than supported range',
};

/** @throws {ValidationException} for what is no number that DynamoDB keeps */
export const numberProblem = (problem: NumberProblem, given = '') =>
  invalid(`${NUMBER_PROBLEMS[problem]}${problem === 'syntax' && given !== '' ? `: ${given}` : ''}`);

const admitNumber = (text: string): string => {
  const read = canonicalNumber(text);
  if ('problem' in read) throw numberProblem(read.problem, text);
  return read.text;
};

const onlyType = (value: AttributeValue): AttributeType => {
  let found: AttributeType | undefined;
  for (const type in value) {
    if (found !== undefined) throw invalid(SEVERAL);
    found = type as AttributeType;
  }
  if (found === undefined) throw invalid(EMPTY);
  return found;
};

/** The text for binary sets lacks a space on AWS, too. */
const distinct = (texts: readonly string[], shown: readonly string[], ofType = ' ') => {
  if (new Set(texts).size < texts.length)
    throw invalid(
      `${PARAMETER}Input collection [${shown.join(', ')}]${ofType}contains duplicates.`,
    );
};

/**
 * The value as it is kept.
 * @throws {ValidationException} when it is none
 */
export const admitValue = (value: AttributeValue, level = 0): AttributeValue => {
  const type = onlyType(value);
  switch (type) {
    case 'S':
    case 'B':
    case 'BOOL':
      return value;
    case 'N': {
      const text = value.N ?? '';
      const kept = admitNumber(text);
      return kept === text ? value : { N: kept };
    }
    case 'NULL':
      if (value.NULL !== true)
        throw invalid(`${PARAMETER}Null attribute value types must have the value of true`);
      return value;
    case 'SS': {
      const texts = value.SS ?? [];
      if (texts.length === 0) throw invalid(`${PARAMETER}An string set  may not be empty`);
      distinct(texts, texts);
      return value;
    }
    case 'NS': {
      const texts = value.NS ?? [];
      if (texts.length === 0) throw invalid(`${PARAMETER}An number set  may not be empty`);
      const kept = texts.map(admitNumber);
      if (new Set(kept).size < kept.length) throw invalid('Input collection contains duplicates');
      return { NS: kept };
    }
    case 'BS': {
      const all = value.BS ?? [];
      if (all.length === 0) throw invalid(`${PARAMETER}Binary sets should not be empty`);
      distinct(
        all.map(binaryText),
        all.map((bytes) => Buffer.from(bytes).toString('base64')),
        'of type BS ',
      );
      return value;
    }
    case 'L':
      deeper(level);
      return { L: (value.L ?? []).map((element) => admitValue(element ?? {}, level + 1)) };
    case 'M':
      deeper(level);
      return { M: admitItem(value.M ?? {}, level + 1) };
  }
};

const deeper = (level: number) => {
  if (level >= NESTING_LEVELS)
    throw invalid(
      'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
    );
};

/** All attributes of an item. The same object where nothing had to change. */
export const admitItem = (item: Item, level = 0): Item => {
  let changed: Record<string, AttributeValue> | undefined;
  for (const name of Object.keys(item)) {
    const value = item[name] ?? {};
    const kept = admitValue(value, level);
    if (kept === value) continue;
    changed ??= { ...item };
    putAttribute(changed, name, kept);
  }
  return changed ?? item;
};
