import type { Tags } from './provider-input.ts';
import { tagsOf } from './provider-input.ts';
import type { ProviderContext, ResourceProperties } from './resource-provider.ts';

/** What is tagged by AWS's usual three operations: ListTagsForResource, TagResource, UntagResource. */
export interface Tagged {
  readonly service: string;
  /** What the service's inputs call the ARN. */
  readonly member: 'ResourceArn' | 'ResourceARN';
  readonly arn: string;
}

/** The tags that a resource has. */
export const tagsNow = async (
  { service, member, arn }: Tagged,
  context: ProviderContext,
): Promise<Tags> => {
  const { Tags: tags = [] } = (await context.call(service, 'ListTagsForResource', {
    [member]: arn,
  })) as { readonly Tags?: Tags };
  return tags;
};

/** Brings the tags of a resource to those of its template: what the template no longer has goes, what is as it was stays untouched. */
export const retag = async (
  tagged: Tagged,
  properties: ResourceProperties,
  context: ProviderContext,
): Promise<void> => {
  const { service, member, arn } = tagged;
  const old = await tagsNow(tagged, context);
  const wanted = tagsOf(properties, context);
  const gone = old.filter((tag) => !wanted.some(({ Key }) => Key === tag.Key));
  const changed = wanted.filter(
    (tag) => !old.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value),
  );
  if (gone.length > 0)
    await context.call(service, 'UntagResource', {
      [member]: arn,
      TagKeys: gone.map(({ Key }) => Key),
    });
  if (changed.length > 0)
    await context.call(service, 'TagResource', { [member]: arn, Tags: changed });
};
