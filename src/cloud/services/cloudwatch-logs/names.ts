import type { Need } from '../../core/define-service.ts';
import { invalidParameter } from './errors.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

export const groupArn = (region: string, accountId: string, name: string): string =>
  `arn:aws:logs:${region}:${accountId}:log-group:${name}`;

interface GroupReference {
  readonly logGroupName?: string | undefined;
  readonly logGroupIdentifier?: string | undefined;
}

/** The group's name, given by name, by ARN, or by ARN with `:*`. */
export const groupName = ({ logGroupName, logGroupIdentifier }: GroupReference): string => {
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalidParameter('Only one of logGroupName or logGroupIdentifier is allowed.');
  const given = logGroupName ?? logGroupIdentifier;
  if (given === undefined)
    throw invalidParameter('Either logGroupName or logGroupIdentifier is required.');
  return given.startsWith('arn:') ? (given.split(':')[6] ?? '') : given;
};

/**
 * Group actions are decided on the ARN with an empty stream, which `log-group:NAME:*` covers.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
export const groupNeed =
  (action: string) =>
  (input: GroupReference, { region, accountId }: Place): Need => ({
    action,
    resource: `${groupArn(region, accountId, groupName(input))}:log-stream:`,
  });

export const streamNeed =
  (action: string) =>
  (
    input: GroupReference & { readonly logStreamName?: string | undefined },
    { region, accountId }: Place,
  ): Need => ({
    action,
    resource: `${groupArn(region, accountId, groupName(input))}:log-stream:${input.logStreamName ?? ''}`,
  });

export const anyGroup = ({ region, accountId }: Place): string =>
  `${groupArn(region, accountId, '')}:log-stream:`;
