import type * as Iam from '@aws-sdk/client-iam';
import type { ProviderContext, ResourceProvider } from '../../../core/resource-provider.ts';
import { asListed, tagsOf, text, texts, unlessGone, without } from './properties.ts';

const providerCaller =
  (context: ProviderContext, OpenIDConnectProviderArn: string) =>
  (operation: string, input: object = {}) =>
    context.call('iam', operation, { OpenIDConnectProviderArn, ...input });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html */
export const oidcProvider: ResourceProvider = {
  type: 'AWS::IAM::OIDCProvider',
  create: async (properties, context) => {
    const { OpenIDConnectProviderArn = '' } = (await context.call(
      'iam',
      'CreateOpenIDConnectProvider',
      {
        Url: text(properties, 'Url'),
        ClientIDList: texts(properties, 'ClientIdList'),
        ThumbprintList: texts(properties, 'ThumbprintList'),
        Tags: tagsOf(properties, context),
      },
    )) as Iam.CreateOpenIDConnectProviderResponse;
    return {
      physicalId: OpenIDConnectProviderArn,
      attributes: { Arn: OpenIDConnectProviderArn },
    };
  },
  update: async (arn, properties, previous, context) => {
    const call = providerCaller(context, arn);
    const [ids, were] = [texts(properties, 'ClientIdList'), texts(previous, 'ClientIdList')];
    for (const ClientID of without(were, ids))
      await call('RemoveClientIDFromOpenIDConnectProvider', { ClientID });
    for (const ClientID of without(ids, were))
      await call('AddClientIDToOpenIDConnectProvider', { ClientID });
    await call('UpdateOpenIDConnectProviderThumbprint', {
      ThumbprintList: texts(properties, 'ThumbprintList'),
    });
    const tags = tagsOf(properties, context);
    const kept = new Set(tags.map(({ Key }) => Key));
    const TagKeys = tagsOf(previous, context).flatMap(({ Key }) => (kept.has(Key) ? [] : [Key]));
    if (TagKeys.length > 0) await call('UntagOpenIDConnectProvider', { TagKeys });
    if (tags.length > 0) await call('TagOpenIDConnectProvider', { Tags: tags });
    return { physicalId: arn, attributes: { Arn: arn } };
  },
  delete: (arn, _properties, context) =>
    unlessGone(providerCaller(context, arn)('DeleteOpenIDConnectProvider')),
  read: async (arn, context, properties) => {
    const found = await unlessGone<Iam.GetOpenIDConnectProviderResponse>(
      providerCaller(context, arn)('GetOpenIDConnectProvider'),
    );
    if (found === undefined) return undefined;
    return {
      Url: `https://${found.Url ?? ''}`,
      ClientIdList: asListed(found.ClientIDList ?? [], properties, 'ClientIdList'),
      ThumbprintList: asListed(found.ThumbprintList ?? [], properties, 'ThumbprintList'),
      Tags: found.Tags,
    };
  },
};
