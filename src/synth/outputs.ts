import type { TemplateBuilder } from './builder.ts';
import type { Warning } from './secrets.ts';
import { HARD } from './split/limits.ts';
import type { Template } from './template.ts';

type Outputs = ReadonlyMap<string, Template['Outputs'][string]>;

/**
 * The outputs of a stack. Names that nobody asked for (of queues, topics, tables, buses, streams and APIs) go, all of them, where they and
 * those that the program states are more than one template takes: to tell some of them would change with every declaration.
 */
export const chooseOutputs = ({
  outputs,
  service,
}: TemplateBuilder): { readonly outputs: Outputs; readonly warnings: readonly Warning[] } => {
  if (outputs.size <= HARD.outputs) return { outputs, warnings: [] };
  const stated = new Map([...outputs].filter(([name]) => Object.hasOwn(service.outputs, name)));
  return {
    outputs: stated,
    warnings: [
      {
        message: `The service would have ${outputs.size} outputs, and CloudFormation takes ${HARD.outputs}: those that Sparta adds by itself (names of queues, topics, tables and the like) are left out. State those that you want in the service: outputs: { … }.`,
      },
    ],
  };
};
