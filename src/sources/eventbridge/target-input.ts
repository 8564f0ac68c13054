import { said } from '../../synth/template.ts';
import type { ConstantTransform, Json, PathTransform, TransformDetail } from './transform.ts';

/** What a target says of its input, in CloudFormation's words: nothing, `Input`, `InputPath` or `InputTransformer`. */
export type TargetInput = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
export const PREDEFINED: readonly string[] = [
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
];

const PLACEHOLDER = /<([\w.$-]+)>/g;
const WHOLE_PLACEHOLDER = /"(<[\w.$-]+>)"/g;

/** Names of the placeholders of a template, each once. */
export const placeholdersIn = (template: unknown): readonly string[] => [
  ...new Set(Array.from(JSON.stringify(template).matchAll(PLACEHOLDER), ([, name = '']) => name)),
];

const isConstant = (transform: TransformDetail): transform is Omit<ConstantTransform, 'schema'> =>
  'input' in transform;
const isPath = (transform: TransformDetail): transform is Omit<PathTransform, 'schema'> =>
  'inputPath' in transform;

/** JSON whose members that are but a placeholder are not in quotation marks, so that a number stays one. */
const printTemplate = (template: Json): string =>
  JSON.stringify(template).replaceAll(WHOLE_PLACEHOLDER, '$1');

const transformer = (paths: Readonly<Record<string, string>>, InputTemplate: string) => ({
  InputTransformer: said({
    InputPathsMap: Object.keys(paths).length === 0 ? undefined : paths,
    InputTemplate,
  }),
});

/** What a queue is given. */
export const plainInput = (transform: TransformDetail | undefined): TargetInput => {
  if (transform === undefined) return {};
  if (isConstant(transform)) return { Input: JSON.stringify(transform.input) };
  if (isPath(transform)) return { InputPath: transform.inputPath };
  const { paths = {}, template } = transform;
  return transformer(
    paths,
    typeof template === 'string' ? JSON.stringify(template) : printTemplate(template),
  );
};

/**
 * What a function is given: the same in an envelope that says by which of its sources it comes, for a template leaves nothing by which the
 * run time could tell.
 */
export const markedInput = (
  transform: TransformDetail | undefined,
  sparta: string,
): TargetInput => {
  if (transform === undefined) return {};
  if (isConstant(transform)) return { Input: JSON.stringify({ sparta, input: transform.input }) };
  if (isPath(transform))
    return transformer({ input: transform.inputPath }, printTemplate({ sparta, input: '<input>' }));
  const { paths = {}, template } = transform;
  return transformer(paths, printTemplate({ sparta, input: template }));
};
