import { expect, it } from 'vitest';
import { bus, defaultBus, lambda, schedule, service } from '../index.ts';
import type { EventSource } from '../index.ts';
import { everything } from '../sources/eventbridge/fixtures/everything.ts';
import { concrete, deploy, subjectOf } from './fixtures/deployment.ts';

it('buses, rules, archives and schedules are created, updated, rolled back and deleted under the policy', async () => {
  const subject = subjectOf(everything(1), everything(2));
  const { broken } = await deploy(subject, concrete(subject.policy.policies));
  expect(broken).toBeUndefined();
}, 60_000);

/** What an action is allowed on, without the account. */
const allowed = (action: string, on: readonly EventSource[]): readonly string[] => {
  const program = (timeout: number) =>
    service('Store', { functions: [lambda('Fn', { on, timeout }, async () => undefined)] });
  return subjectOf(program(3), program(4))
    .policy.policies.flatMap(({ Statement }) => Statement)
    .filter(({ Action }) => Action.includes(action))
    .flatMap(({ Resource }) => Resource)
    .map((arn) => arn.slice(arn.lastIndexOf(':') + 1))
    .sort((a, b) => a.localeCompare(b));
};

it('rules and schedules are told by the bus and the group that they are in', () => {
  const pattern = { source: ['shop'] };
  const own = bus('Shop', { eventBusName: 'shop' }).events({ pattern });
  const old = bus('Old', { existing: 'old' }).events({ pattern });
  expect(allowed('events:PutRule', [own])).toEqual(['rule/*/Store-*']);
  expect(allowed('events:CreateEventBus', [own])).toEqual(['event-bus/shop']);
  expect(allowed('events:PutRule', [old])).toEqual(['rule/old/Store-*']);
  expect(allowed('events:PutRule', [defaultBus.events({ pattern })])).toEqual(['rule/Store-*']);
  expect(
    allowed('scheduler:CreateSchedule', [
      schedule('Nightly', { rate: '1 day', group: 'night' }).due(),
      schedule('Daily', { rate: '1 day' }).due(),
    ]),
  ).toEqual(['schedule/default/Store-*', 'schedule/night/Store-*']);
});
