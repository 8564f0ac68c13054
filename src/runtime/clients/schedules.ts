import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { GetScheduleCommandOutput } from '@aws-sdk/client-scheduler';
import type { ClientBinding } from '../../spec/grant.ts';
import type { NewSchedule } from '../../spec/schedule-client.ts';
import { scheduleInput, scheduleProperties, TARGET_SCHEDULE } from '../../spec/schedule-time.ts';
import { checkMessage } from '../check-message.ts';
import { sharedClient } from './shared-client.ts';
import type { ClientSettings } from './shared-client.ts';

const scheduler = sharedClient((settings) => new SchedulerClient(settings));

/** The client of one group of schedules. */
export const make = (
  GroupName: string,
  { resource, schema }: ClientBinding,
  settings: ClientSettings,
) => {
  const client = () => scheduler(settings);
  let known: Promise<GetScheduleCommandOutput> | undefined;
  /** Which function is started, under which role, and how: the stack says so in a schedule of the group that is never due. */
  const pattern = (): Promise<GetScheduleCommandOutput> => {
    const asked = (known ??= client().send(
      new GetScheduleCommand({ GroupName, Name: TARGET_SCHEDULE }),
    ));
    asked.catch(() => {
      known = undefined;
    });
    return asked;
  };
  return {
    create: async (
      Name: string,
      {
        input,
        flexibleWindow,
        description,
        deleteAfterCompletion = true,
        ...time
      }: NewSchedule<unknown>,
    ): Promise<void> => {
      if (schema !== undefined)
        await checkMessage(schema, input, `the input of ${Name} in ${resource}`);
      const { Target, FlexibleTimeWindow } = await pattern();
      await client().send(
        new CreateScheduleCommand({
          Name,
          GroupName,
          Description: description,
          ...scheduleProperties(time),
          FlexibleTimeWindow:
            flexibleWindow === undefined
              ? FlexibleTimeWindow
              : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: flexibleWindow },
          ActionAfterCompletion: deleteAfterCompletion ? 'DELETE' : 'NONE',
          Target: {
            Arn: Target?.Arn,
            RoleArn: Target?.RoleArn,
            RetryPolicy: Target?.RetryPolicy,
            DeadLetterConfig: Target?.DeadLetterConfig,
            Input: scheduleInput(resource, input),
          },
        }),
      );
    },
    delete: async (Name: string): Promise<void> => {
      try {
        await client().send(new DeleteScheduleCommand({ GroupName, Name }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
};
