import {
  CancelReplayCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import type { ReplayOptions, ReplayStatus } from '../../spec/bus-client.ts';
import type { ClientBinding } from '../../spec/grant.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const eventBridge = sharedClient((settings) => new EventBridgeClient(settings));

/** A replay's name has 64 characters, an archive's up to 48; a hyphen stands between. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html */
const SUFFIX_LENGTH = 15;

const atRandom = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, SUFFIX_LENGTH);

/** The client of one archive. */
export const make = (ArchiveName: string, _binding: ClientBinding, settings: ClientSettings) => {
  const client = () => eventBridge(settings);
  return {
    replay: async ({
      from,
      to,
      name = atRandom(),
      rules,
      description,
    }: ReplayOptions): Promise<string> => {
      const ReplayName = `${ArchiveName}-${name}`;
      const { ArchiveArn, EventSourceArn } = await client().send(
        new DescribeArchiveCommand({ ArchiveName }),
      );
      await client().send(
        new StartReplayCommand({
          ReplayName,
          Description: description,
          EventSourceArn: ArchiveArn,
          EventStartTime: from,
          EventEndTime: to,
          // Events go back to the bus that they came by, and to no other: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
          Destination: {
            Arn: EventSourceArn,
            ...(rules === undefined ? {} : { FilterArns: [...rules] }),
          },
        }),
      );
      return ReplayName;
    },
    status: async (ReplayName: string): Promise<ReplayStatus> => {
      const found = await client().send(new DescribeReplayCommand({ ReplayName }));
      return {
        name: ReplayName,
        state: found.State as ReplayStatus['state'],
        reason: found.StateReason,
        replayedUntil: found.EventLastReplayedTime,
      };
    },
    cancel: async (ReplayName: string): Promise<void> => {
      await client().send(new CancelReplayCommand({ ReplayName }));
    },
  };
};
