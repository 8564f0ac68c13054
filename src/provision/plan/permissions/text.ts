/** What is known when a template's values are read: parameters by name, and the types of its resources. */
export interface Names {
  readonly parameters: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, string>>;
  /** Logical ids of buckets by the names that the template gives them, as text. */
  readonly buckets: ReadonlyMap<string, string>;
}

// References are kept apart from literal text by two characters of Unicode's private use, which survive JSON.
const OPEN = '\uE000';
const CLOSE = '\uE001';
const reference = (name: string): string => `${OPEN}${name}${CLOSE}`;

type JsonObject = Readonly<Record<string, unknown>>;

/** Narrows to an object of JSON. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one intrinsic function that a value is, by its name. */
const intrinsic = (value: unknown): readonly [string, unknown] | undefined => {
  if (!isObject(value)) return undefined;
  const [entry, ...rest] = Object.entries(value);
  if (entry === undefined || rest.length > 0) return undefined;
  return entry[0] === 'Ref' || entry[0] === 'Condition' || entry[0].startsWith('Fn::')
    ? entry
    : undefined;
};

/** A member of a list, and the condition of the template under which it is there. */
export interface Member {
  readonly value: unknown;
  readonly when: string;
}

const both = (one: string, other: string) => (one === '' ? other : `${one} and ${other}`);

/** One value or several, with both branches of each `Fn::If`. */
export const members = (value: unknown, when = ''): readonly Member[] => {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => members(item, when));
  const [name, argument] = intrinsic(value) ?? [];
  if (name === 'Ref' && argument === 'AWS::NoValue') return [];
  if (name === 'Fn::If' && Array.isArray(argument)) {
    const [condition, then, otherwise] = argument as readonly unknown[];
    return [
      ...members(then, both(when, String(condition))),
      ...members(otherwise, both(when, `not ${String(condition)}`)),
    ];
  }
  return [{ value, when }];
};

/** A value as text that can be compared: references stand in marks, known parameters by their value. */
export const textOf = (value: unknown, names: Names): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const [name, argument] = intrinsic(value) ?? [];
  switch (name ?? '') {
    case 'Ref':
      return nameOrValue(String(argument), names);
    case 'Fn::GetAtt':
      return reference(Array.isArray(argument) ? argument.join('.') : String(argument));
    case 'Fn::Sub':
      return normalised(substituted(argument, names), names);
    case 'Fn::Join': {
      const [separator, list] = Array.isArray(argument) ? (argument as readonly unknown[]) : [];
      if (typeof separator !== 'string' || !Array.isArray(list)) break;
      return normalised(list.map((item: unknown) => textOf(item, names)).join(separator), names);
    }
    case 'Fn::ImportValue':
      return reference(`import ${textOf(argument, names)}`);
  }
  if (name !== undefined) return `${name}(${argumentsText(argument, names)})`;
  return Array.isArray(value)
    ? `[${value.map((item: unknown) => textOf(item, names)).join(', ')}]`
    : JSON.stringify(value);
};

const argumentsText = (argument: unknown, names: Names): string =>
  Array.isArray(argument)
    ? argument.map((item: unknown) => textOf(item, names)).join(', ')
    : textOf(argument, names);

const nameOrValue = (name: string, { parameters }: Names): string =>
  Object.hasOwn(parameters, name) ? (parameters[name] ?? '') : reference(name);

const substituted = (argument: unknown, names: Names): string => {
  const [text, values] = Array.isArray(argument) ? (argument as readonly unknown[]) : [argument];
  return String(text).replaceAll(/\$\{([^}]+)\}/g, (_whole, inside: string) => {
    if (inside.startsWith('!')) return `\${${inside.slice(1)}}`;
    if (isObject(values) && Object.hasOwn(values, inside)) return textOf(values[inside], names);
    return nameOrValue(inside, names);
  });
};

const BUCKET_ARN = new RegExp(`arn:(?:${OPEN}AWS::Partition${CLOSE}|aws[a-z-]*):s3:::`, 'g');
const LEADING = new RegExp(`^${OPEN}([^.${CLOSE}]+)${CLOSE}(?=/|$)`);

/** The ARN of a bucket is written in three ways: by its attribute, by its name, by what names it. They are one. */
const normalised = (text: string, { types, buckets }: Names): string => {
  const [start, ...parts] = text.split(BUCKET_ARN);
  const prefixes = text.match(BUCKET_ARN) ?? [];
  return parts.reduce((written, part, index) => {
    const named = [...buckets].find(
      ([name]) => part === name || part.startsWith(`${name}/`) || part.startsWith(`${name}*`),
    );
    const bucket = named?.[0] ?? LEADING.exec(part)?.[0] ?? '';
    const id = named?.[1] ?? LEADING.exec(part)?.[1];
    return id !== undefined && types[id] === 'AWS::S3::Bucket'
      ? `${written}${reference(`${id}.Arn`)}${part.slice(bucket.length)}`
      : `${written}${prefixes[index] ?? ''}${part}`;
  }, start ?? '');
};

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': '<partition>',
  'AWS::Region': '<region>',
  'AWS::AccountId': '<account>',
  'AWS::StackName': '<stack>',
  'AWS::StackId': '<stack id>',
  'AWS::URLSuffix': '<url suffix>',
};

const REFERENCE = new RegExp(`${OPEN}([^${CLOSE}]*)${CLOSE}`, 'g');

/** The same text for a reader: `Photos/*`, `Api.ApiId`, `<region>`. */
export const readable = (text: string): string =>
  text.replaceAll(
    REFERENCE,
    (_whole, name: string) => PSEUDO[name] ?? name.replace(/\.(?:Arn|TopicArn|Id)$/, ''),
  );

/** The resource whose name, ARN or id a text is, and nothing more; undefined for any other text. */
export const referred = (text: string): string | undefined => {
  const inside = new RegExp(`^${OPEN}([^${CLOSE}.:]+)(?:\\.[A-Za-z]+)?${CLOSE}$`).exec(text)?.[1];
  return inside === undefined || inside.startsWith('import ') ? undefined : inside;
};

/**
 * Whether everything that one pattern of IAM matches is matched by the other. It is careful: what it does not see, it
 * denies.
 */
export const covers = (wide: string, narrow: string): boolean => {
  if (wide === narrow || wide === '*') return true;
  if (!/[*?]/.test(wide)) return false;
  const pattern = wide
    .split(/([*?])/)
    .map((part) =>
      part === '*'
        ? '[\\s\\S]*'
        : part === '?'
          ? '[^*]'
          : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(narrow);
};
