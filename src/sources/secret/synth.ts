import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import type { SecretOptions } from './spec.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html */
export const synthesiseSecret = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as SecretOptions;
  // One that is there belongs to somebody else.
  if (options.existing !== undefined) return;
  const { length, exclude, excludePunctuation, template, key } = options.generate ?? {};
  if ((template === undefined) !== (key === undefined))
    builder.problem(
      'INVALID_OPTION',
      `The secret ${declaration.name} has a template or a key to put it under, and not both. Give generate both, or neither.`,
      declaration.declaredAt,
    );
  builder.add(
    declaration.name,
    {
      Type: 'AWS::SecretsManager::Secret',
      ...retentionOf('AWS::SecretsManager::Secret', options),
      Properties: said({
        Description: options.description,
        GenerateSecretString: said({
          ExcludeCharacters: exclude,
          ExcludePunctuation: excludePunctuation,
          GenerateStringKey: key,
          PasswordLength: length ?? 32,
          SecretStringTemplate: template,
        }),
        KmsKeyId: options.keyArn === undefined ? undefined : builder.resolve(options.keyArn),
        Name: options.secretName,
        Tags: builder.tags(),
      }),
    },
    declaration.declaredAt,
  );
};
