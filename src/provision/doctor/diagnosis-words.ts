import { DeployError } from '../errors.ts';
import type { Cause, Diagnosis, WayOut } from './diagnosis.ts';

/** What the matter is, as sentences: the same for every command that meets it. */
export const diagnosisLines = (diagnosis: Diagnosis): readonly string[] => {
  const { summary, cause, running, stuckResources, notes } = diagnosis;
  return [
    summary,
    ...(running === undefined
      ? []
      : [
          `It began ${running.since === undefined ? 'at a time that no event tells' : running.since.toISOString()}, by ${running.startedBy}${
            running.workingOn.length === 0 ? '' : `; it works on ${running.workingOn.join(', ')}`
          }.`,
        ]),
    ...(cause === undefined ? [] : [`First cause, ${causeInWords(cause)}`]),
    ...stuckResources
      .filter(({ id }) => id !== cause?.logicalId || cause.status !== diagnosis.status)
      .map(
        ({ id, resourceType, reason, place }) =>
          `Stopped at ${id} (${resourceType}${place === undefined ? '' : `, ${place}`}): ${reason}`,
      ),
    ...notes,
  ];
};

const causeInWords = ({ at, logicalId, resourceType, status, reason, ...more }: Cause): string => {
  const where = [resourceType, more.place, more.nestedStack && `in ${more.nestedStack}`];
  const what =
    logicalId === undefined
      ? status
      : `${logicalId} (${where.filter((part) => part !== undefined).join(', ')}) ${status}`;
  return `${at.toISOString()}: ${what}: ${reason}`;
};

/** The ways out, numbered, each with what it does, what it costs and the command that does it. */
export const wayLines = (ways: readonly WayOut[]): readonly string[] =>
  ways.flatMap(({ name, does, costs, command }, index) => [
    `${index + 1}. ${name}: ${does}`,
    `   costs: ${costs}`,
    `   ${command}`,
  ]);

/**
 * A diagnosis as the error of a command that met it.
 *
 * @param more - What the command itself can do about it, before the other ways
 */
export const diagnosisError = (
  diagnosis: Diagnosis,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): DeployError => {
  const { health, status, stackName, ways } = diagnosis;
  const lines = diagnosisLines(diagnosis);
  const hint = [...(more.hint === undefined ? [] : [more.hint]), ...wayLines(ways)].join('\n');
  return new DeployError(
    health === 'busy' ? 'STACK_BUSY' : 'STACK_STUCK',
    [
      health === 'busy'
        ? `Another operation runs on stack ${stackName} (${status}), so nothing was changed.`
        : `Stack ${stackName} is ${status}, so nothing was changed.`,
      ...lines,
    ].join('\n'),
    {
      stackStatus: status,
      ...(hint === '' ? {} : { hint }),
      ...(more.cause === undefined ? {} : { cause: more.cause }),
    },
  );
};
