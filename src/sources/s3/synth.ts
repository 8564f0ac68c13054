import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';

interface Rule {
  readonly Name: 'prefix' | 'suffix';
  readonly Value: string;
}

/**
 * Objects of a bucket start a function, by the bucket's own `NotificationConfiguration`. S3 asks at once whether it may invoke
 * the function, so the permission comes first; it names the bucket by the name that is known beforehand.
 */
export const synthesiseS3Source = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const bucketId = source.target.name;
  const permissionId = `${fn.name}${bucketId}Permission`;
  const { events, prefix, suffix } = source.detail as {
    readonly events: string;
    readonly prefix?: string;
    readonly suffix?: string;
  };
  if (!builder.resources.has(permissionId))
    builder.add(
      permissionId,
      {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': [fn.name, 'Arn'] },
          Principal: 's3.amazonaws.com',
          SourceAccount: { Ref: 'AWS::AccountId' },
          SourceArn: builder.resolve({
            kind: 'expression',
            form: { is: 'getAtt', target: source.target, attribute: 'Arn' },
          }),
        },
      },
      fn.declaredAt,
    );
  const rules: Rule[] = [
    ...(prefix === undefined ? [] : [{ Name: 'prefix' as const, Value: prefix }]),
    ...(suffix === undefined ? [] : [{ Name: 'suffix' as const, Value: suffix }]),
  ];
  const entry = {
    Event: events,
    ...(rules.length === 0 ? {} : { Filter: { S3Key: { Rules: rules } } }),
    Function: { 'Fn::GetAtt': [fn.name, 'Arn'] },
  };
  builder.amend(bucketId, (bucket) => {
    const before = bucket.Properties?.['NotificationConfiguration'] as
      | { readonly LambdaConfigurations?: readonly unknown[] }
      | undefined;
    const configurations = [...(before?.LambdaConfigurations ?? []), entry];
    return {
      ...bucket,
      DependsOn: [...new Set([...(bucket.DependsOn ?? []), permissionId])].sort(),
      Properties: {
        ...bucket.Properties,
        NotificationConfiguration: {
          ...before,
          LambdaConfigurations: configurations.sort((a, b) =>
            JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
          ),
        },
      },
    };
  });
};
