import type { Need } from '../../core/define-service.ts';
import { groupNotFound, scheduleNotFound, validation } from './errors.ts';
import type { Group, Schedule, SchedulerState } from './state.ts';

export interface Place {
  readonly region: string;
  readonly accountId: string;
}

export const DEFAULT_GROUP = 'default';

const arnOf = ({ region, accountId }: Place, resource: string) =>
  `arn:aws:scheduler:${region}:${accountId}:${resource}`;

export const groupArn = (place: Place, name: string): string =>
  arnOf(place, `schedule-group/${name}`);
export const scheduleArn = (place: Place, group: string, name: string): string =>
  arnOf(place, `schedule/${group}/${name}`);

/** @throws {ValidationException} for what is no name of a schedule or a group */
export const checkName = (member: string, name: string): void => {
  const rules = [
    ...(name.length < 1 ? ['Member must have length greater than or equal to 1'] : []),
    ...(name.length > 64 ? ['Member must have length less than or equal to 64'] : []),
    ...(/^[0-9a-zA-Z-_.]+$/.test(name)
      ? []
      : ['Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$']),
  ];
  if (rules.length === 0) return;
  const told = rules.map(
    (rule) => `Value '${name}' at '${member}' failed to satisfy constraint: ${rule}`,
  );
  throw validation(
    `${rules.length} validation error${rules.length === 1 ? '' : 's'} detected: ${told.join('; ')}`,
  );
};

interface Here extends Place {
  readonly state: SchedulerState;
}

/** @throws {ResourceNotFoundException} */
export const requireGroup = ({ state, ...place }: Here, name: string): Group => {
  const group = state.groups.get(name);
  if (group !== undefined) return group;
  if (name !== DEFAULT_GROUP) throw groupNotFound(name);
  return { name, arn: groupArn(place, name), tags: {} };
};

interface Reference {
  readonly Name?: string | undefined;
  readonly GroupName?: string | undefined;
}

/** @throws {ResourceNotFoundException} */
export const requireSchedule = (
  state: SchedulerState,
  { Name = '', GroupName = DEFAULT_GROUP }: Reference,
): Schedule => {
  const schedule = state.schedule(GroupName, Name);
  if (schedule === undefined) throw scheduleNotFound(Name);
  return schedule;
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
export const scheduleNeed =
  (action: string) =>
  ({ Name = '', GroupName = DEFAULT_GROUP }: Reference, place: Place): Need => ({
    action: `scheduler:${action}`,
    resource: scheduleArn(place, GroupName, Name),
  });

/** Giving a role to Scheduler. */
export const passRole = (role: string): Need => ({
  action: 'iam:PassRole',
  resource: role,
  conditions: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
});
