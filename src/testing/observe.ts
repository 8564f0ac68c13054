import type { Cloud } from '../cloud/index.ts';
import { lookUp } from '../cloud/index.ts';
import type { Referable } from '../spec/value.ts';
import type { CloudNames } from './cloud-names.ts';
import { deliveriesOf } from './deliveries.ts';
import { denialsOf } from './denials.ts';
import type { Path } from './expect-path.ts';
import { expectPath } from './expect-path.ts';
import { historyOf } from './history.ts';
import type { InvocationLog } from './invocations.ts';
import { describeInvocation } from './invocations.ts';
import type { Ask } from './logs.ts';
import { readLog } from './logs.ts';
import { readMetric } from './metrics.ts';
import { originOf } from './tell.ts';
import type { TestCloud } from './test-cloud.ts';

/** What a test can see of what happened in its cloud. */
export const observe = (
  cloud: Cloud,
  names: CloudNames,
  invocations: InvocationLog,
): Pick<
  TestCloud,
  'journal' | 'expectPath' | 'deliveries' | 'denials' | 'invocations' | 'logs' | 'metrics'
> => {
  const history = () => historyOf(cloud.journal.entries());
  const ask: Ask = (service, operation, input) => lookUp(cloud, { service, operation, input });
  const begin = (first: Referable): Path =>
    expectPath(first, { history: history(), names, invocations }, begin);
  return {
    journal: () => cloud.journal.entries(),
    expectPath: begin,
    deliveries: (wanted = {}) => deliveriesOf(wanted, { history: history(), names, invocations }),
    denials: () => denialsOf(history(), names),
    invocations: (fn) => {
      const functionName = names.required(fn.name);
      const past = history();
      return invocations
        .all()
        .filter((one) => one.functionName === functionName)
        .map((one) => {
          const entry = past.entry(one.entry);
          return describeInvocation(
            one,
            entry === undefined ? 'unknown' : originOf(entry, past, names),
          );
        });
    },
    logs: async (fn) => {
      const functionName = names.required(fn.name);
      await cloud.settle();
      return readLog(functionName, ask);
    },
    metrics: async (metric) => {
      await cloud.settle();
      const { accountId, region, clock } = cloud;
      return readMetric(metric, { ask, names, accountId, region, now: clock.now() });
    },
  };
};
