import { isKeptByDefault } from '../spec/holds-data.ts';
import type { TemplateBuilder } from './builder.ts';
import type { TemplateResource } from './template.ts';
import { said } from './template.ts';

/** What a program says of a resource's end. */
export interface Retention {
  readonly deletionPolicy?: string;
  readonly updateReplacePolicy?: string;
  readonly replaceable?: boolean;
}

/**
 * How a template says that data may be lost. It is metadata, so that a change of it is a change of the resource: CloudFormation
 * does not update a policy alone. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-direct.html
 */
const REPLACEABLE = { Sparta: { Replaceable: true } } as const;

/**
 * The policies of a resource as the program says, else as its type needs. `RetainExceptOnCreate` keeps what a template cannot make
 * again, and leaves nothing behind when its creation fails.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
export const retentionOf = (
  type: string,
  { deletionPolicy, updateReplacePolicy, replaceable }: Retention,
): Pick<TemplateResource, 'DeletionPolicy' | 'UpdateReplacePolicy' | 'Metadata'> => {
  const kept = isKeptByDefault(type);
  const byDefault = (keep: string) => (replaceable === true ? 'Delete' : kept ? keep : undefined);
  return said({
    DeletionPolicy: deletionPolicy ?? byDefault('RetainExceptOnCreate'),
    UpdateReplacePolicy:
      updateReplacePolicy ??
      (kept && deletionPolicy !== undefined ? onReplacement(deletionPolicy) : byDefault('Retain')),
    Metadata: replaceable === true ? REPLACEABLE : undefined,
  });
};

/** A replacement has no creation to except. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html */
const onReplacement = (deletionPolicy: string): string =>
  deletionPolicy === 'RetainExceptOnCreate' ? 'Retain' : deletionPolicy;

/**
 * A log that Sparta makes goes with its stack: it expires by itself, it is told by nothing but its service, and a stack that
 * was deleted leaves no litter. Before an update takes it away, provisioning asks. Its name is CloudFormation's, so that a
 * function that is renamed keeps it.
 */
export const expiringLog = (replaceable: boolean | undefined) =>
  retentionOf('AWS::Logs::LogGroup', {
    deletionPolicy: 'Delete',
    ...(replaceable === undefined ? {} : { replaceable }),
  });

/** Gives every resource that holds data, and of which nothing was said, the policies of its type. */
export const keepData = (builder: TemplateBuilder): void => {
  for (const [logicalId, { Type }] of builder.resources)
    if (isKeptByDefault(Type))
      builder.amend(logicalId, ({ Type: type, ...said }) => ({
        Type: type,
        ...retentionOf(type, saidOf(said)),
        ...said,
      }));
};

const saidOf = ({
  DeletionPolicy,
  UpdateReplacePolicy,
}: Omit<TemplateResource, 'Type'>): Retention => ({
  ...(DeletionPolicy === undefined ? {} : { deletionPolicy: DeletionPolicy }),
  ...(UpdateReplacePolicy === undefined ? {} : { updateReplacePolicy: UpdateReplacePolicy }),
});
