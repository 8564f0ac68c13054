import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import type { ParameterOptions } from './spec.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
export const synthesiseParameter = (
  declaration: AnyDeclaration,
  builder: TemplateBuilder,
): void => {
  const options = declaration['options'] as ParameterOptions;
  const { replaceable } = options;
  // One that is there belongs to somebody else.
  if (options.existing !== undefined) return;
  if (options.value === undefined)
    builder.problem(
      'INVALID_OPTION',
      `The parameter ${declaration.name} has neither a value nor the name of an existing one. Give it value or existing.`,
      declaration.declaredAt,
    );
  builder.add(
    declaration.name,
    {
      Type: 'AWS::SSM::Parameter',
      ...retentionOf('AWS::SSM::Parameter', replaceable === true ? { replaceable } : {}),
      Properties: said({
        Description: options.description,
        Name: options.parameterName,
        Tags: tagMap(builder),
        Type: 'String',
        Value: builder.resolve(options.value),
      }),
    },
    declaration.declaredAt,
  );
};

/** Tags of a parameter are a map, not a list. */
const tagMap = (builder: TemplateBuilder) => {
  const tags = builder.tags();
  return tags === undefined
    ? undefined
    : Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
};
