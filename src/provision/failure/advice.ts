import type { ResourceFailure } from '../errors.ts';

/** What is known to help against a failure of a resource; undefined when only its own text helps. */
export const adviceFor = (failure: ResourceFailure): string | undefined => {
  const { reason, handlerErrorCode: code, resourceType, logicalId, status } = failure;
  if (status.startsWith('DELETE_') && /not empty/i.test(reason)) return undefined; // delete has its own way out
  if (code === 'AlreadyExists' || /already (?:exists|owned)/i.test(reason))
    return resourceType === 'AWS::S3::Bucket'
      ? `Bucket names are shared by all AWS accounts. Give ${logicalId} another name, or none: CloudFormation then makes a unique one.`
      : `The name of ${logicalId} is in use outside of this stack. Give it another name, or none, or delete the other one.`;
  if (code === 'AccessDenied' || /not authorized to perform|access denied/i.test(reason))
    return 'Add the action that the message names to the policy of the identity that deploys.';
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: 2,500 resources an operation
  if (/number of resources in a single stack operation/i.test(reason))
    return 'CloudFormation works on 2,500 resources of nested stacks at a time. Provision with a part of the functions first, then with more: what is deployed stays where it is.';
  if (code === 'ServiceLimitExceeded' || /limit exceeded|quota/i.test(reason))
    return 'Delete what is no longer needed, or ask for more in the Service Quotas console.';
  if (code === 'Throttling' || code === 'NetworkFailure' || code === 'ServiceInternalError')
    return 'The service failed, not the program: run the same command again.';
  return undefined;
};
