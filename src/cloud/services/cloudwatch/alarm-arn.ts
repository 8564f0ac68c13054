import type { Need } from '../../core/define-service.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

export const alarmArn = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

/** The action on each alarm that the input names, or on all. */
export const onAlarms =
  (action: string) =>
  (
    input: {
      readonly AlarmNames?: readonly string[] | undefined;
      readonly AlarmName?: string | undefined;
    },
    place: Place,
  ): readonly Need[] => {
    const names = input.AlarmNames ?? (input.AlarmName === undefined ? [] : [input.AlarmName]);
    return names.length === 0
      ? [{ action, resource: alarmArn(place, '*') }]
      : names.map((name) => ({ action, resource: alarmArn(place, name) }));
  };
