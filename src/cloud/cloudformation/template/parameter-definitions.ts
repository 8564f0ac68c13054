import { formatError, validationError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isList, isObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import type { ParameterDefinition } from './model.ts';

const MEMBERS = [
  'Type',
  'Default',
  'NoEcho',
  'Description',
  'AllowedValues',
  'AllowedPattern',
  'MinLength',
  'MaxLength',
  'MinValue',
  'MaxValue',
  'ConstraintDescription',
];

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
const AWS_TYPE =
  /^(AWS::(EC2::(AvailabilityZone::Name|Image::Id|Instance::Id|KeyPair::KeyName|SecurityGroup::(GroupName|Id)|Subnet::Id|Volume::Id|VPC::Id)|Route53::HostedZone::Id)|AWS::SSM::Parameter::Name)$/;

const isParameterType = (type: string): boolean => {
  if (['String', 'Number', 'CommaDelimitedList', 'List<Number>', 'List<String>'].includes(type))
    return true;
  const element = /^List<(.+)>$/.exec(type)?.[1];
  if (AWS_TYPE.test(element ?? type)) return true;
  const inSsm = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
  return inSsm !== undefined && (inSsm === 'String' || isParameterType(inSsm));
};

/** @throws {AwsError} in CloudFormation's words */
export const readParameterDefinitions = (
  raw: JsonObject,
): ReadonlyMap<string, ParameterDefinition> => {
  const count = Object.keys(raw).length;
  if (count > LIMITS.parameters)
    throw formatError(
      `Number of parameters, ${count}, is greater than maximum allowed, ${LIMITS.parameters}`,
    );
  return new Map(Object.entries(raw).map(([name, value]) => [name, readDefinition(name, value)]));
};

const readDefinition = (name: string, raw: Json): ParameterDefinition => {
  if (!/^[A-Za-z0-9]+$/.test(name))
    throw formatError(`Parameter name ${name} is non alphanumeric.`);
  if (!isObject(raw)) throw formatError('Every Parameters object must be an object.');
  const unknown = Object.keys(raw).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined)
    throw validationError(`Invalid template parameter property '${unknown}'`);
  const { Type: type } = raw;
  if (type === undefined) throw formatError('Every Parameters object must contain a Type member.');
  if (typeof type !== 'string' || !isParameterType(type))
    throw formatError(`Unrecognized parameter type: ${String(type)}`);
  const text = (member: string) => scalarMember(raw, member);
  const number = (member: string) => numberMember(raw, name, member);
  const allowed = raw['AllowedValues'];
  if (allowed !== undefined && !isList(allowed))
    throw formatError('Every AllowedValues member must be a list.');
  return compact({
    type,
    noEcho: /^true$/i.test(text('NoEcho') ?? ''),
    default: text('Default'),
    description: text('Description'),
    allowedPattern: text('AllowedPattern'),
    constraintDescription: text('ConstraintDescription'),
    allowedValues: allowed?.map((value) => {
      if (isObject(value) || isList(value) || value === null)
        throw formatError('Every AllowedValues value must be a string.');
      return String(value);
    }),
    minLength: number('MinLength'),
    maxLength: number('MaxLength'),
    minValue: number('MinValue'),
    maxValue: number('MaxValue'),
  });
};

/** Leaves out what is undefined. */
const compact = (
  definition: {
    readonly [K in keyof ParameterDefinition]-?: ParameterDefinition[K] | undefined;
  } & {
    readonly type: string;
    readonly noEcho: boolean;
  },
): ParameterDefinition =>
  Object.fromEntries(
    Object.entries(definition).filter(([, value]) => value !== undefined),
  ) as unknown as ParameterDefinition;

const scalarMember = (raw: JsonObject, member: string): string | undefined => {
  const value = raw[member];
  if (value === undefined || value === null) return undefined;
  if (isObject(value) || isList(value))
    throw formatError(`Every ${member} member must be a string.`);
  return String(value);
};

const numberMember = (raw: JsonObject, name: string, member: string): number | undefined => {
  const text = scalarMember(raw, member);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw formatError(`${member} of parameter ${name} must be a number, not '${text}'.`);
  return value;
};
