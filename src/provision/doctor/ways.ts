import { holdsData } from '../../spec/holds-data.ts';
import type { StackResource } from '../stack/describe-contents.ts';
import type {
  DiagnoseOptions,
  ExportInUse,
  LeftChangeSet,
  StuckResource,
  WayName,
  WayOut,
} from './diagnosis.ts';
import { importersInWords } from './exports-in-use.ts';

/** What was found, as far as it decides what can be done. */
export interface Findings {
  readonly status: string;
  readonly resources: readonly StackResource[];
  /** Logical ids that a deletion leaves standing; undefined when it is not known. */
  readonly kept: ReadonlySet<string> | undefined;
  readonly stuckResources: readonly StuckResource[];
  readonly changeSets: readonly LeftChangeSet[];
  readonly exportsInUse: readonly ExportInUse[];
  readonly terminationProtection: boolean;
}

const NOTHING = 'nothing is lost';

/** The safe ways out of a state, the mildest first. */
export const waysOut = (found: Findings, { command }: DiagnoseOptions): readonly WayOut[] => {
  const way = (
    name: WayName,
    does: string,
    costs: string,
    subjects: readonly string[] = [],
  ): WayOut => ({ name, does, costs, subjects, command: command(`doctor --do ${name}`) });
  return [
    ...waysOfState(found, way),
    ...waysOfChangeSets(found, way),
    ...found.exportsInUse
      .filter(({ inProgram }) => inProgram === false && found.status.endsWith('_COMPLETE'))
      .map(
        (used): WayOut => ({
          ...way(
            'keep-export',
            `deploys with the export ${used.name} kept at its value, until ${importersInWords(used)} no longer ${used.importers.length === 1 ? 'imports' : 'import'} it; then "${command('provision')}" removes it`,
            'what the export names has to stay as long as it is imported',
            [used.name],
          ),
        }),
      ),
    ...(found.terminationProtection
      ? [
          way(
            'unprotect',
            'turns termination protection off, so that the stack can be deleted',
            'nothing guards the stack against a deletion any more',
          ),
        ]
      : []),
  ];
};

/** `Photos (keeper-photos-1x2y)`: what somebody looks for afterwards. */
const nameOf = ({ id, physicalId }: StuckResource): string =>
  physicalId === undefined || physicalId === id ? id : `${id} (${physicalId})`;

type MakeWay = (name: WayName, does: string, costs: string, subjects?: readonly string[]) => WayOut;

const waysOfState = (found: Findings, way: MakeWay): readonly WayOut[] => {
  const { status, stuckResources } = found;
  const stuck = stuckResources.map(({ id }) => id);
  if (status === 'UPDATE_ROLLBACK_FAILED' || status === 'IMPORT_ROLLBACK_FAILED')
    return [
      way(
        'retry-rollback',
        'tries the rollback again, after what stopped it was put right',
        status === 'UPDATE_ROLLBACK_FAILED'
          ? NOTHING
          : `${NOTHING}; AWS does not say that this call takes a failed import`,
      ),
      ...(stuck.length === 0
        ? []
        : [
            way(
              'continue-rollback',
              `finishes the rollback without ${stuck.join(', ')}`,
              `${stuck.join(', ')} ${stuck.length === 1 ? 'stays as it is' : 'stay as they are'}, not as the template says; put that right before the next deployment`,
              stuck,
            ),
          ]),
    ];
  if (status === 'UPDATE_FAILED')
    return [way('roll-back', 'puts everything back to what it was before the update', NOTHING)];
  if (status === 'DELETE_FAILED')
    return [
      way(
        'retry-delete',
        'goes on with the deletion, after what stopped it was put right',
        goesInWords(found),
      ),
      ...(stuck.length === 0
        ? []
        : [
            way(
              'delete-retaining',
              `deletes the stack and leaves ${stuckResources.map(nameOf).join(', ')} standing`,
              `${stuck.join(', ')} ${stuck.length === 1 ? 'belongs' : 'belong'} to no stack any more, and ${stuck.length === 1 ? 'goes' : 'go'} on costing until deleted by hand`,
              stuck,
            ),
          ]),
    ];
  if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED)$/.test(status))
    return dataAtStake(found).length > 0
      ? []
      : [
          way(
            'start-over',
            'deletes what is left and creates the stack anew from the program',
            goesInWords(found),
          ),
        ];
  if (status === 'REVIEW_IN_PROGRESS')
    return [way('remove-shell', 'deletes the shell and the change sets in it', NOTHING)];
  if (status === 'UPDATE_IN_PROGRESS')
    return [
      way('wait', 'watches until the operation is over', NOTHING),
      way(
        'cancel-update',
        'calls the update off; CloudFormation rolls it back',
        'what the other deployment wanted is not done',
      ),
    ];
  return status.endsWith('_IN_PROGRESS')
    ? [way('wait', 'watches until the operation is over', NOTHING)]
    : [];
};

const waysOfChangeSets = ({ changeSets, status }: Findings, way: MakeWay): readonly WayOut[] => {
  // A shell goes with its change sets; one that is executed has them taken away by CloudFormation.
  if (status.endsWith('_IN_PROGRESS')) return [];
  const ours = changeSets.filter(({ abandoned }) => abandoned);
  const foreign = changeSets.filter((one) => !one.ours);
  return [
    ...(ours.length === 0
      ? []
      : [
          way(
            'remove-change-sets',
            `deletes what runs of Sparta that were killed have left: ${ours.map(({ name }) => name).join(', ')}`,
            NOTHING,
            ours.map(({ id }) => id),
          ),
        ]),
    ...(foreign.length === 0
      ? []
      : [
          way(
            'remove-foreign-change-sets',
            `deletes the change sets of other tools: ${foreign.map(({ name }) => name).join(', ')}`,
            'somebody may be waiting to have one of them approved',
            foreign.map(({ id }) => id),
          ),
        ]),
  ];
};

const standing = ({ resources, kept }: Findings): readonly StackResource[] =>
  resources.filter(
    ({ status, physicalId, logicalId }) =>
      physicalId !== undefined &&
      !/^DELETE_(COMPLETE|SKIPPED)$/.test(status) &&
      !(kept?.has(logicalId) ?? false),
  );

/** Resources that may hold data, and that a deletion of the stack would take. */
export const dataAtStake = (found: Findings): readonly StackResource[] =>
  standing(found).filter(({ resourceType }) => holdsData(resourceType));

const goesInWords = (found: Findings): string => {
  const goes = standing(found);
  if (goes.length === 0) return `${NOTHING}: no resource is left`;
  const data = dataAtStake(found).map(({ logicalId }) => logicalId);
  const names = goes.map(({ logicalId }) => logicalId).join(', ');
  return data.length === 0
    ? `${names} ${goes.length === 1 ? 'goes' : 'go'}; none of it holds data`
    : `${names} ${goes.length === 1 ? 'goes' : 'go'}, and what ${data.join(', ')} ${data.length === 1 ? 'holds' : 'hold'} with ${data.length === 1 ? 'it' : 'them'}`;
};
