import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { Target } from '../aws/target.ts';
import { readContents } from '../contents/index.ts';
import { isAbort } from '../failure/explain-failure.ts';
import { listResources } from '../stack/describe-contents.ts';
import type { NamedResource } from './purge-resource.ts';

/** Pages of deleted stacks that are looked through, of a hundred each. */
const PAGES = 20;
/** Earlier lives of a stack that are looked into. */
const LIVES = 10;

/**
 * What earlier stacks of this name left standing, and still stands. CloudFormation remembers a deleted stack for 90 days; what was
 * retained before is known to no one. An identity that may not look finds nothing.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStacks.html
 */
export const findLeftovers = async (
  target: Target,
  stackName: string,
  signal: AbortSignal,
): Promise<readonly NamedResource[]> => {
  try {
    const api = await target.cloudFormation();
    const retained: NamedResource[] = [];
    for (const stackId of await earlierLives(api, stackName, signal))
      for (const resource of await listResources(api, stackId, signal))
        if (resource.status === 'DELETE_SKIPPED' && isNamed(resource)) retained.push(resource);
    const looks = await Promise.all(
      retained.map((resource) => readContents(target, resource, signal)),
    );
    return retained.filter((_, at) => looks[at]?.kind !== 'gone');
  } catch (error) {
    if (isAbort(error) || signal.aborted) throw error;
    return [];
  }
};

const isNamed = (resource: { readonly physicalId?: string }): resource is NamedResource =>
  resource.physicalId !== undefined;

const earlierLives = async (
  api: CloudFormationApi,
  stackName: string,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const found: string[] = [];
  let next: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const { StackSummaries = [], NextToken } = await api.listStacks(
      {
        StackStatusFilter: ['DELETE_COMPLETE'],
        ...(next === undefined ? {} : { NextToken: next }),
      },
      signal,
    );
    for (const { StackName, StackId } of StackSummaries)
      if (StackName === stackName && StackId !== undefined) found.push(StackId);
    next = NextToken;
    if (next === undefined) break;
  }
  return found.slice(0, LIVES);
};
