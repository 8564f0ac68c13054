import type { Check } from '../checks.ts';
import { cliAt } from './cli.ts';
import { mappingFlows } from './mappings.ts';
import { messageFlows } from './messages.ts';
import { streamFlows } from './streams.ts';
import { tableFlows } from './tables.ts';
import { timeFlows } from './times.ts';

/** The AWS CLI, a flow for each service: made, used, paged, refused, deleted. */
export const awsCliFlows = (endpoint: string): readonly Check[] => {
  const aws = cliAt(endpoint);
  return [...messageFlows, ...tableFlows, ...streamFlows, ...timeFlows, ...mappingFlows].map(
    ([name, flow]) => ({ name, run: () => flow(aws) }),
  );
};
