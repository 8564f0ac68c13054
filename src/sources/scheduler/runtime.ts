import { checkMessage } from '../../runtime/check-message.ts';
import type { EventReader, Reading } from '../../spec/event-reader.ts';
import type { MessageSchema } from '../../spec/message-schema.ts';
import type { ScheduleEnvelope } from '../../spec/schedule-time.ts';
import { readEnvelope } from './event.ts';

/**
 * What a schedule, or one of a group, sends.
 * @param of - Logical id of the schedule or the group, by which its events are known.
 */
export const scheduleReader = (of: string, schema?: MessageSchema): EventReader => ({
  matches: (event) => (Object(event) as Partial<ScheduleEnvelope>).sparta === of,
  handle: async (event: ScheduleEnvelope, { run }: Reading) => {
    const { input, scheduleArn } = event;
    const checked =
      schema === undefined
        ? input
        : await checkMessage(schema, input, `the input of ${scheduleArn}`);
    return run(readEnvelope(event, checked));
  },
});
