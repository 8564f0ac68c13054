import type { ResourceProvider } from '../../core/resource-provider.ts';
import { pick, unlessGone } from './provider-input.ts';

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
};
