import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import { isAbandoned, isOurs, listChangeSets } from '../change-set/abandoned.ts';
import { isDenied, readFailure } from '../failure/explain-failure.ts';
import type { StackResource } from '../stack/describe-contents.ts';
import { listResources, retainedByPolicy } from '../stack/describe-contents.ts';
import { lastOperation } from '../stack/last-operation.ts';
import type { StackState } from '../stack/stack-state.ts';
import { describeStack } from '../stack/stack-state.ts';
import type {
  Cause,
  DiagnoseOptions,
  Diagnosis,
  ExportInUse,
  LeftChangeSet,
  StuckResource,
} from './diagnosis.ts';
import { exportsInUse, importersInWords } from './exports-in-use.ts';
import { firstCause, readRunning } from './read-cause.ts';
import { computeSkipList, notDeleted } from './skip-list.ts';
import { stateWords } from './state-words.ts';
import { dataAtStake, waysOut } from './ways.ts';

/** Looks at a stack from all sides: its state, the first cause, and the safe ways out. */
export const diagnose = async (
  api: CloudFormationApi,
  stackName: string,
  options: DiagnoseOptions,
): Promise<Diagnosis> => {
  const stack = await describeStack(api, stackName, options.signal);
  return stack === undefined ? notThere(stackName) : await diagnoseStack(api, stack, options);
};

const notThere = (stackName: string): Diagnosis => ({
  stackName,
  status: 'NOT_THERE',
  health: 'absent',
  summary: `${stackName} is not there: it was never provisioned here, or was deleted.`,
  stuckResources: [],
  changeSets: [],
  exportsInUse: [],
  notes: [],
  ways: [],
});

/** The same, of a stack that was read already. */
export const diagnoseStack = async (
  api: CloudFormationApi,
  stack: StackState,
  options: DiagnoseOptions,
): Promise<Diagnosis> => {
  const { signal, placeOf = () => undefined } = options;
  const { status, stackId, stackName } = stack;
  const isShell = status === 'REVIEW_IN_PROGRESS';
  const { health, words } = stateWords(status);
  const notes: string[] = [];
  /** What may not be looked at is said, and leaves the rest as it is. */
  const ifAllowed = async <T>(reading: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await reading;
    } catch (error) {
      if (!isDenied(error)) throw error;
      notes.push(`Not looked at: ${readFailure(error).message}`);
      return otherwise;
    }
  };
  const [events, resources, kept, changeSets, used] = await Promise.all([
    lastOperation(api, stackId, signal),
    listResources(api, stackId, signal),
    isShell ? undefined : ifAllowed(retainedByPolicy(api, stackId, signal), undefined),
    ifAllowed(leftChangeSets(api, stackId, signal), []),
    ifAllowed(exportsInUse(api, stack, signal), []),
  ]);
  const reading = { api, signal, placeOf };
  const stuckResources =
    status === 'DELETE_FAILED'
      ? notDeleted(resources, placeOf)
      : status.endsWith('ROLLBACK_FAILED')
        ? status === 'ROLLBACK_FAILED'
          ? notDeleted(resources, placeOf)
          : await computeSkipList(reading, resources, events)
        : [];
  const beneath = health === 'healthy' ? await stuckBeneath(api, resources, signal) : [];
  const inUse = used.map((one) => withProgram(one, options.programExports));
  const found = {
    status,
    resources,
    kept,
    stuckResources,
    changeSets,
    exportsInUse: inUse,
    terminationProtection: stack.terminationProtection,
  };
  const cause = health === 'stuck' && !isShell ? await causeOf(api, events, options) : undefined;
  notes.push(...beneath, ...notesOn(found, options, stack));
  return {
    stackName,
    stack,
    status,
    health: beneath.length > 0 ? 'stuck' : health,
    summary: `${stackName} ${words}.`,
    ...(cause === undefined ? {} : { cause }),
    ...(health === 'busy' ? { running: readRunning(events, stack.roleArn) } : {}),
    stuckResources,
    changeSets,
    exportsInUse: inUse,
    notes,
    ways: waysOut(found, options),
  };
};

const withProgram = (used: ExportInUse, names: readonly string[] | undefined): ExportInUse =>
  names === undefined ? used : { ...used, inProgram: names.includes(used.name) };

/** A nested stack that failed says only that it did; the cause is in its own events. */
const causeOf = async (
  api: CloudFormationApi,
  events: Awaited<ReturnType<typeof lastOperation>>,
  { signal, placeOf = () => undefined }: DiagnoseOptions,
): Promise<Cause | undefined> => {
  const cause = firstCause(events, placeOf);
  const beneath = /Embedded stack (?<id>arn:\S+) was not successfully/.exec(cause?.reason ?? '');
  const nestedId = beneath?.groups?.['id'];
  if (nestedId === undefined) return cause;
  const own = firstCause(await lastOperation(api, nestedId, signal), () => undefined);
  return own === undefined ? cause : { ...own, nestedStack: nestedId.split('/')[1] ?? nestedId };
};

/** Nested stacks that are stuck though their parent is not: one was skipped, or changed by itself. */
const stuckBeneath = async (
  api: CloudFormationApi,
  resources: readonly StackResource[],
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const { logicalId, resourceType, physicalId } of resources) {
    if (resourceType !== 'AWS::CloudFormation::Stack' || physicalId === undefined) continue;
    const nested = await describeStack(api, physicalId, signal);
    if (nested === undefined) found.push(`Its nested stack ${logicalId} was deleted by hand.`);
    else if (stateWords(nested.status).health === 'stuck')
      found.push(
        `Its nested stack ${logicalId}, ${nested.stackName}, is ${nested.status}: it ${stateWords(nested.status).words}.`,
      );
  }
  return found;
};

const leftChangeSets = async (
  api: CloudFormationApi,
  stackId: string,
  signal: AbortSignal,
): Promise<readonly LeftChangeSet[]> =>
  (await listChangeSets(api, stackId, signal)).map((summary) => ({
    id: summary.ChangeSetId ?? '',
    name: summary.ChangeSetName ?? '',
    createdAt: summary.CreationTime,
    ours: isOurs(summary),
    abandoned: isAbandoned(summary),
  }));

const notesOn = (
  found: Parameters<typeof dataAtStake>[0] & { readonly stuckResources: readonly StuckResource[] },
  { command }: DiagnoseOptions,
  stack: StackState,
): readonly string[] => {
  const { status, changeSets } = found;
  const held = dataAtStake(found).map(
    ({ logicalId, resourceType }) => `${logicalId} (${resourceType})`,
  );
  const failedCreation = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED)$/.test(status);
  return [
    ...(failedCreation && held.length > 0
      ? [
          `It is not deleted and created anew from here, because ${held.join(', ')} may hold data that would go with it. Save that first; "${command('delete')}" deletes the stack.`,
        ]
      : []),
    ...(changeSets.length === 0 || status.endsWith('_IN_PROGRESS')
      ? []
      : [
          `Not executed: ${changeSets.map(({ name, ours, abandoned }) => `change set ${name} (${abandoned ? 'of a run of Sparta that was killed' : ours ? 'of a run of Sparta that may still plan' : 'of another tool'})`).join(', ')}.`,
        ]),
    ...found.exportsInUse.map(
      (used) =>
        `The export ${used.name} is imported by ${importersInWords(used)}. It cannot be changed or removed, nor the stack deleted, before ${used.importers.length === 1 ? 'that stack' : 'those stacks'} stopped to import it.${
          used.inProgram === false
            ? ' The program no longer has it: the next deployment would fail.'
            : ''
        }`,
    ),
    ...(stack.terminationProtection ? ['Termination protection is on: it is not deleted.'] : []),
    ...(stack.parentId === undefined
      ? []
      : [
          `It is nested in ${stack.parentId.split('/')[1] ?? stack.parentId}: what has to be done is done there.`,
        ]),
  ];
};
