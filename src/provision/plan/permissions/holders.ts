import type { TemplateFacts } from '../../change-set/parameters.ts';
import type { Atom } from './statement.ts';
import { asDocument, documentAtoms, statementAtoms } from './statement.ts';
import type { Names } from './text.ts';
import { isObject, members, readable, referred, textOf } from './text.ts';

/** Who holds permissions, or what is guarded by them. */
export interface Holder {
  /** What a reader calls it: the function of a role that serves one function, else the logical id. */
  readonly name: string;
  readonly kind: 'function' | 'role' | 'user' | 'group' | 'policy' | 'resource';
  /** `AWS::S3::Bucket`, where the resource is in the template. */
  readonly type?: string;
  /** The role, when the name is its function's. */
  readonly role?: string;
  readonly atoms: readonly Atom[];
}

interface Resource {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly when: string;
  readonly isThere: boolean;
}

/** Every holder of a template, by a key that stays when the name changes. */
export const holdersOf = (
  template: TemplateFacts,
  parameters: Readonly<Record<string, string>>,
  isThere: (logicalId: string, isConditional: boolean) => boolean,
): ReadonlyMap<string, Holder> => {
  const resources = readResources(template, isThere);
  const bare: Names = {
    parameters,
    types: Object.fromEntries(resources.map(({ id, type }) => [id, type])),
    buckets: new Map(),
  };
  const names: Names = {
    ...bare,
    buckets: new Map(
      resources.flatMap(({ id, type, properties: { BucketName: name } }) =>
        type === 'AWS::S3::Bucket' && name !== undefined ? [[textOf(name, bare), id]] : [],
      ),
    ),
  };
  const atoms = new Map<string, Atom[]>();
  const add = (key: string, found: readonly Atom[]) => {
    if (found.length > 0) atoms.set(key, [...(atoms.get(key) ?? []), ...found]);
  };
  const present = resources.filter((resource) => resource.isThere);
  for (const resource of present)
    for (const [key, found] of atomsOf(resource, names)) add(key, under(resource.when, found));
  addAttached(present, names, atoms, add);
  const serving = functionsOfRoles(resources, names);
  return new Map(
    [...atoms].map(([key, own]) => [key, { ...titleOf(key, names, serving), atoms: own }]),
  );
};

const readResources = (
  { Resources: resources = {} }: TemplateFacts,
  isThere: (logicalId: string, isConditional: boolean) => boolean,
): readonly Resource[] =>
  Object.entries(resources).flatMap(([id, resource]): Resource[] => {
    if (!isObject(resource)) return [];
    const { Type: type, Properties: properties, Condition: when } = resource;
    return [
      {
        isThere: isThere(id, when !== undefined),
        id,
        type: String(type),
        properties: isObject(properties) ? properties : {},
        when: typeof when === 'string' ? when : '',
      },
    ];
  });

/** Kinds of holders in IAM, and where each type of theirs keeps policies. */
const IDENTITIES: Readonly<Record<string, 'role' | 'user' | 'group'>> = {
  'AWS::IAM::Role': 'role',
  'AWS::IAM::User': 'user',
  'AWS::IAM::Group': 'group',
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html and its neighbours
const ATTACHMENTS: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::Policy': ['Roles', 'Users', 'Groups'],
  'AWS::IAM::RolePolicy': ['RoleName'],
  'AWS::IAM::UserPolicy': ['UserName'],
  'AWS::IAM::GroupPolicy': ['GroupName'],
};

/** What a policy of a resource guards, where that is another resource. */
const GUARDED: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'Bucket',
  'AWS::S3Express::BucketPolicy': 'Bucket',
  'AWS::S3Tables::TableBucketPolicy': 'TableBucketARN',
  'AWS::S3::AccessPoint': 'Bucket',
  'AWS::SQS::QueuePolicy': 'Queues',
  'AWS::SQS::QueueInlinePolicy': 'Queue',
  'AWS::SNS::TopicPolicy': 'Topics',
  'AWS::SNS::TopicInlinePolicy': 'TopicArn',
  'AWS::SecretsManager::ResourcePolicy': 'SecretId',
  'AWS::Kinesis::ResourcePolicy': 'ResourceArn',
  'AWS::CloudTrail::ResourcePolicy': 'ResourceArn',
  'AWS::Bedrock::ResourcePolicy': 'ResourceArn',
  'AWS::Events::EventBusPolicy': 'EventBusName',
};

type Found = readonly (readonly [key: string, atoms: readonly Atom[]])[];

const atomsOf = (resource: Resource, names: Names): Found => {
  const { id, type, properties } = resource;
  const identity = IDENTITIES[type];
  if (identity !== undefined) return [[`identity ${id}`, identityAtoms(properties, names)]];
  const attachments = ATTACHMENTS[type];
  if (attachments !== undefined)
    return held(
      attachments.map((property) => properties[property]),
      documentAtoms(properties['PolicyDocument'], names),
      names,
    );
  switch (type) {
    case 'AWS::IAM::ManagedPolicy':
      return []; // once it is known who has it
    case 'AWS::Lambda::Function':
      return [[`function ${id}`, attached('role', properties['Role'], names)]];
    case 'AWS::Lambda::Permission':
    case 'AWS::Lambda::LayerVersionPermission':
      return [invocation(resource, names)];
    case 'AWS::Events::EventBusPolicy':
      return guarded(resource, eventBusAtoms(properties, names), names);
    default:
      return guarded(resource, documentsIn(properties, names), names);
  }
};

const identityAtoms = (
  properties: Readonly<Record<string, unknown>>,
  names: Names,
): readonly Atom[] => [
  ...members(properties['Policies']).flatMap(({ value, when }) =>
    isObject(value) ? under(when, documentAtoms(value['PolicyDocument'], names)) : [],
  ),
  ...documentAtoms(properties['AssumeRolePolicyDocument'], names, 'trust'),
  ...attached('managed-policy', properties['ManagedPolicyArns'], names),
  ...attached('boundary', properties['PermissionsBoundary'], names),
];

const under = (when: string, atoms: readonly Atom[]): readonly Atom[] =>
  when === '' ? atoms : atoms.map((atom) => ({ ...atom, when: atom.when || when }));

const attached = (kind: Atom['kind'], value: unknown, names: Names): readonly Atom[] =>
  members(value).map((member) => ({
    kind,
    effect: 'allow',
    who: '',
    action: textOf(member.value, names),
    resource: '',
    condition: '',
    when: member.when,
  }));

/** The atoms under each identity that a policy names. */
const held = (lists: readonly unknown[], atoms: readonly Atom[], names: Names): Found =>
  lists.flatMap((list) =>
    members(list).map(({ value, when }) => {
      const text = textOf(value, names);
      const id = referred(text);
      return [id === undefined ? `named ${text}` : `identity ${id}`, under(when, atoms)] as const;
    }),
  );

/** A managed policy of the template stands with everyone who has it, or by itself when no one here does. */
const addAttached = (
  resources: readonly Resource[],
  names: Names,
  atoms: ReadonlyMap<string, Atom[]>,
  add: (key: string, found: readonly Atom[]) => void,
): void => {
  for (const { id, type, properties, when } of resources) {
    if (type !== 'AWS::IAM::ManagedPolicy') continue;
    const own = under(when, documentAtoms(properties['PolicyDocument'], names));
    const named = held(
      ['Roles', 'Users', 'Groups'].map((property) => properties[property]),
      own,
      names,
    );
    const holders = [...atoms].filter(([, list]) =>
      list.some((atom) => atom.kind === 'managed-policy' && referred(atom.action) === id),
    );
    for (const [key, found] of named) add(key, found);
    for (const [key] of holders) add(key, own);
    if (named.length + holders.length === 0) add(`policy ${id}`, own);
  }
};

const guarded = (
  { id, type, properties }: Resource,
  atoms: readonly Atom[],
  names: Names,
): Found => {
  if (atoms.length === 0) return [];
  const targets = members(properties[GUARDED[type] ?? '']).map(({ value }) => textOf(value, names));
  return (targets.length === 0 ? [undefined] : targets).map((target) => {
    if (target === undefined) return [`resource ${id}`, atoms] as const;
    const guardedId = referred(target);
    return [guardedId === undefined ? `named ${target}` : `resource ${guardedId}`, atoms] as const;
  });
};

/** Policy documents wherever they stand in the properties: key policies, repository policies, and those to come. */
const documentsIn = (value: unknown, names: Names): readonly Atom[] => {
  if (typeof value === 'string' || isObject(value)) {
    const document = asDocument(value, names);
    if (document !== undefined) {
      const atoms = documentAtoms(document, names);
      // A `Statement` of something else (a firewall's rule) has neither.
      return atoms.filter(({ action }) => /^\*$|:|^anything but/.test(action));
    }
  }
  if (Array.isArray(value)) return value.flatMap((item: unknown) => documentsIn(item, names));
  return isObject(value)
    ? Object.values(value).flatMap((member) => documentsIn(member, names))
    : [];
};

/** https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html */
const invocation = (
  { id, properties }: Resource,
  names: Names,
): readonly [string, readonly Atom[]] => {
  const target = textOf(properties['FunctionName'] ?? properties['LayerVersionArn'] ?? id, names);
  // As Lambda writes it into the function's policy.
  const conditions = (
    [
      ['SourceArn', 'aws:SourceArn like'],
      ['SourceAccount', 'aws:SourceAccount ='],
      ['PrincipalOrgID', 'aws:PrincipalOrgID ='],
      ['OrganizationId', 'aws:PrincipalOrgID ='],
      ['EventSourceToken', 'lambda:EventSourceToken ='],
      ['FunctionUrlAuthType', 'lambda:FunctionUrlAuthType ='],
      ['InvokedViaFunctionUrl', 'lambda:InvokedViaFunctionUrl ='],
    ] as const
  ).flatMap(([property, words]) =>
    properties[property] === undefined ? [] : [`${words} ${textOf(properties[property], names)}`],
  );
  const guardedId = referred(target);
  return [
    guardedId === undefined ? `named ${target}` : `resource ${guardedId}`,
    statementAtoms(
      {
        value: {
          Effect: 'Allow',
          Principal: { Any: properties['Principal'] },
          Action: properties['Action'],
        },
        when: '',
      },
      names,
      'statement',
    ).map((atom) => ({ ...atom, condition: conditions.join(' and ') })),
  ];
};

const eventBusAtoms = (
  properties: Readonly<Record<string, unknown>>,
  names: Names,
): readonly Atom[] => {
  const statement = properties['Statement'] ?? {
    Effect: 'Allow',
    Principal: { AWS: properties['Principal'] },
    Action: properties['Action'],
  };
  return members(statement).flatMap((member) => statementAtoms(member, names, 'statement'));
};

const functionsOfRoles = (
  resources: readonly Resource[],
  names: Names,
): ReadonlyMap<string, readonly string[]> => {
  const serving = new Map<string, string[]>();
  for (const { id, type, properties } of resources) {
    if (type !== 'AWS::Lambda::Function' || properties['Role'] === undefined) continue;
    const role = referred(textOf(properties['Role'], names));
    if (role !== undefined) serving.set(role, [...(serving.get(role) ?? []), id]);
  }
  return serving;
};

const titleOf = (
  key: string,
  { types }: Names,
  serving: ReadonlyMap<string, readonly string[]>,
): Omit<Holder, 'atoms'> => {
  const at = key.indexOf(' ');
  const [space, id] = [key.slice(0, at), key.slice(at + 1)];
  switch (space) {
    case 'identity': {
      const [fn, ...others] = serving.get(id) ?? [];
      if (fn !== undefined && others.length === 0) return { name: fn, kind: 'function', role: id };
      return { name: id, kind: IDENTITIES[types[id] ?? ''] ?? 'role' };
    }
    case 'function':
      return { name: id, kind: 'function' };
    case 'policy':
      return { name: id, kind: 'policy' };
    default: {
      const type = types[id];
      return {
        name: readable(id),
        kind: type === 'AWS::Lambda::Function' ? 'function' : 'resource',
        ...(type === undefined ? {} : { type }),
      };
    }
  }
};
