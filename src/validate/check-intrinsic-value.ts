import type { PropertyType } from '../schema/index.ts';
import { resourceType } from '../schema/index.ts';
import type { Expected } from './expected.ts';
import { wanted } from './expected.ts';
import type { IntrinsicCall } from './json.ts';
import { intrinsicOf, isList, isNoValue, isObject } from './json.ts';
import type { PropertyPath } from './property-path.ts';
import type { Subject } from './subject.ts';
import { nameOf } from './subject.ts';
import type { TemplateFacts } from './template-facts.ts';

/** What a call answers, as far as it is known before anything runs. */
type Answer = 'scalar' | 'list' | 'object' | 'unknown';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
const ANSWERS: Readonly<Record<string, Answer>> = {
  'Fn::Base64': 'scalar',
  'Fn::Cidr': 'list',
  'Fn::GetAZs': 'list',
  'Fn::Join': 'scalar',
  'Fn::Length': 'scalar',
  'Fn::Split': 'list',
  'Fn::Sub': 'scalar',
  'Fn::ToJsonString': 'scalar',
};

/** A value that CloudFormation fills in is judged by what is known of it: its form, and the default of a parameter. */
export const checkIntrinsic = (
  call: IntrinsicCall,
  expected: Expected,
  path: PropertyPath,
  subject: Subject,
): void => {
  if (call.name === 'Fn::If') {
    if (!isList(call.argument)) return;
    for (const branch of call.argument.slice(1))
      if (!isNoValue(branch)) subject.check(branch, expected, path, subject);
    return;
  }
  const answer = answerOf(call, subject.facts);
  if (!takes(expected.type, answer)) {
    const what = { scalar: 'a text', list: 'a list', object: 'an object', unknown: '' }[answer];
    subject.report.problem(
      'WRONG_TYPE',
      { id: subject.id, path },
      `${nameOf(subject, path)} is ${printCall(call)}, which is ${what}; ${subject.type.name} takes ${wanted(expected.type)} there.${remedy(expected.type, answer)}`,
    );
    return;
  }
  const known = defaultOf(call, subject.facts);
  if (known !== undefined) subject.check(known, expected, path, subject);
};

const remedy = (type: PropertyType, answer: Answer): string => {
  if (type.kind === 'list' && answer === 'scalar') return ' Put it into a list.';
  if (answer === 'list')
    return ' Take one of its items with Fn::Select, or join them with Fn::Join.';
  return '';
};

/** `Ref Jobs`, `Fn::GetAtt Jobs.Arn`, `Fn::Split`. */
const printCall = ({ name, argument }: IntrinsicCall): string => {
  if (name !== 'Ref' && name !== 'Fn::GetAtt') return name;
  return `${name} ${isList(argument) ? argument.map(String).join('.') : String(argument)}`;
};

const answerOf = ({ name, argument }: IntrinsicCall, facts: TemplateFacts): Answer => {
  if (name === 'Ref') return answerOfRef(String(argument), facts);
  if (name === 'Fn::GetAtt') {
    const [id = '', ...attribute] = isList(argument) ? argument : String(argument).split('.');
    const type = resourceType(facts.resources.get(String(id))?.type ?? '');
    const schema = attribute.every((part) => typeof part === 'string')
      ? type?.attributes.get(attribute.join('.'))
      : undefined;
    return schema === undefined ? 'unknown' : formOf(schema.type);
  }
  return ANSWERS[name] ?? 'unknown';
};

const answerOfRef = (name: string, { resources, parameters }: TemplateFacts): Answer => {
  const parameter = parameters[name];
  if (isObject(parameter))
    return /^(CommaDelimitedList|.*\bList<.*)$/.test(String(parameter['Type'])) ? 'list' : 'scalar';
  if (name === 'AWS::NotificationARNs') return 'list';
  return resources.has(name) || (name.startsWith('AWS::') && name !== 'AWS::NoValue')
    ? 'scalar'
    : 'unknown';
};

/** The default of a parameter that says what the value is, not where it lies or that there is none. */
const defaultOf = ({ name, argument }: IntrinsicCall, facts: TemplateFacts): unknown => {
  const parameter = name === 'Ref' ? facts.parameters[String(argument)] : undefined;
  if (!isObject(parameter) || !['String', 'Number'].includes(String(parameter['Type'])))
    return undefined;
  const value = parameter['Default'];
  // An empty default stands for a value that conditions look for.
  return value === '' || intrinsicOf(value) !== undefined ? undefined : value;
};

const formOf = (type: PropertyType): Answer => {
  switch (type.kind) {
    case 'json':
    case 'union':
      return 'unknown';
    case 'list':
      return 'list';
    case 'object':
    case 'map':
    case 'tag':
      return 'object';
    default:
      return 'scalar';
  }
};

const takes = (type: PropertyType, answer: Answer): boolean => {
  if (answer === 'unknown' || type.kind === 'json') return true;
  if (type.kind === 'union') return type.members.some((member) => takes(member, answer));
  return formOf(type) === answer;
};
