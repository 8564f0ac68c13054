import { resourceType } from '../schema/index.ts';
import type { ServiceDeclaration } from '../spec/service.ts';
import type { Division, Synthesis } from '../synth/index.ts';
import { divide, readPlacement } from '../synth/index.ts';
import { AssemblyError } from './assembly-error.ts';

/** Whether CloudFormation's schema says that an attribute is a list. */
const isList = (type: string, attribute: string): boolean =>
  resourceType(type)?.attributes.get(attribute)?.type.kind === 'list';

/**
 * Splits a service that outgrows a template.
 * @param deployedBody - Template of the stack that is deployed: what is in it stays where it is
 * @throws {DEPLOYED_UNREADABLE} when that is not JSON
 */
export const divideService = (
  { name }: ServiceDeclaration,
  synthesis: Synthesis,
  deployedBody: string | undefined,
  templateUrl: (nested: { readonly name: string; readonly body: string }) => unknown,
): Division => {
  const deployed = deployedBody === undefined ? undefined : readPlacement(deployedBody);
  if (deployedBody !== undefined && deployed === undefined)
    throw new AssemblyError(
      'DEPLOYED_UNREADABLE',
      `The deployed template of ${name} is no JSON, so it cannot be told which stack its resources are in.`,
      'A service with nested stacks must be split as it is deployed, or its resources would be made anew. Deploy its template as JSON (aws cloudformation package --use-json).',
    );
  return divide(
    { ...synthesis, name },
    { templateUrl, isList, ...(deployed === undefined ? {} : { deployed }) },
  );
};
