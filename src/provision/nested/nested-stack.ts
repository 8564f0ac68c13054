/** Whether a resource is a stack that exists, and can be looked into. */
export const isNestedStack = ({
  resourceType,
  physicalId,
}: {
  readonly resourceType: string;
  readonly physicalId?: string | undefined;
}): boolean =>
  resourceType === 'AWS::CloudFormation::Stack' && (physicalId ?? '').startsWith('arn:');
