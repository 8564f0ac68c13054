import type * as Lambda from '@aws-sdk/client-lambda';
import type { ResourceProvider } from '../../core/resource-provider.ts';
import { pick, unlessGone } from '../../core/provider-input.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html */
export const permission: ResourceProvider = {
  type: 'AWS::Lambda::Permission',
  create: async (properties, context) => {
    const id = context.generateName({ max: 100 });
    await context.call('lambda', 'AddPermission', {
      StatementId: id,
      ...pick(properties, [
        'FunctionName',
        'Action',
        'Principal',
        'SourceArn',
        'EventSourceToken',
        'FunctionUrlAuthType',
        'PrincipalOrgID',
        'InvokedViaFunctionUrl',
      ]),
      // A template may write an account as a number.
      ...(properties['SourceAccount'] === undefined
        ? {}
        : { SourceAccount: String(properties['SourceAccount']).padStart(12, '0') }),
    });
    return { physicalId: id, attributes: { Id: id } };
  },
  delete: (id, properties, context) =>
    unlessGone(
      context.call('lambda', 'RemovePermission', {
        FunctionName: properties['FunctionName'],
        StatementId: id,
      }),
    ),
  read: async (id, context, properties) => {
    const { FunctionName } = properties;
    const found = await unlessGone<Lambda.GetPolicyResponse>(
      context.call('lambda', 'GetPolicy', { FunctionName }),
    );
    const { Statement = [] } = JSON.parse(found?.Policy ?? '{}') as {
      readonly Statement?: readonly { readonly Sid?: string; readonly Action?: string }[];
    };
    const statement = Statement.find(({ Sid }) => Sid === id);
    return statement === undefined ? undefined : { FunctionName, Action: statement.Action };
  },
};
