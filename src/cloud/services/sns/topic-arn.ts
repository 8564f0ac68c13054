import { invalidParameter, topicNotFound } from './errors.ts';
import type { SnsState, Topic } from './state.ts';

interface Place {
  readonly state: Pick<SnsState, 'topics'>;
  readonly region: string;
}

/**
 * Texts are as recorded from AWS by LocalStack's snapshot tests.
 * @throws {InvalidParameterException} for what is no ARN of this region
 */
export const checkArn = (
  arn: string,
  name: 'TopicArn' | 'SubscriptionArn',
  region: string,
): void => {
  const parts = arn.split(':');
  if (parts.length < 6)
    throw invalidParameter(
      `${name} Reason: An ARN must have at least 6 elements, not ${parts.length}`,
    );
  if (parts[3] !== region) throw invalidParameter(name);
};

/** @throws {NotFoundException} when there is no such topic */
export const requireTopic = ({ state, region }: Place, arn = ''): Topic => {
  checkArn(arn, 'TopicArn', region);
  const topic = state.topics.get(arn);
  if (topic === undefined) throw topicNotFound();
  return topic;
};
