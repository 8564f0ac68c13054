import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCloud } from '../../src/cloud/index.ts';
import { startCloud } from '../../src/cloud/index.ts';

/** One case: what was sent to AWS, and what it answered, step by step. */
interface Recording {
  readonly template_1: unknown;
  readonly template_2: unknown;
  readonly parameters_1: Readonly<Record<string, string>> | null;
  readonly parameters_2: Readonly<Record<string, string>> | null;
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly recorded_date: string;
}

const FOLDER = new URL('./change-sets/', import.meta.url);
const CASES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) =>
    Object.entries(
      JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Record<string, Recording>,
    ).map(([name, recording]) => ({ name: `${file.replace('.json', '')}: ${name}`, recording })),
  );

// How CloudFormation answers has changed between the recordings; ours is as in the newest, but for the first of these.
/** `Replacement: True` of a resource that is added: there in 2025, not in 2026. */
const isOfNewerAdd = (recording: Recording) => recording.recorded_date.includes('-2026');
/** `LastOperations` of a stack: not there in 2025, there in 2026. */
const hasLastOperations = (recording: Recording) => recording.recorded_date.includes('-2026');

let cloud: RunningCloud;
let client: CloudFormationClient;

beforeAll(async () => {
  cloud = await startCloud({ port: 0 });
  client = new CloudFormationClient({
    endpoint: cloud.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

afterAll(() => cloud.stop());

describe('change sets as recorded on AWS', () => {
  it.each(CASES)('$name', async ({ recording }) => {
    const answers = await replay(recording);
    for (const [step, recorded] of Object.entries(recording.recorded)) {
      const answer = answers[step];
      expect(answer, step).toBeDefined();
      expect(comparable(answer, recording), step).toEqual(comparable(recorded, recording));
    }
  });

  it('has every case', () => {
    expect(CASES.length).toBe(18);
  });
});

const replay = async (recording: Recording): Promise<Record<string, unknown>> => {
  const answers: Record<string, unknown> = {};
  const StackName = `stack-${cloud.cloud.random.hex(8)}`;
  let stackId = '';
  for (const [step, type] of [
    [1, 'CREATE'],
    [2, 'UPDATE'],
  ] as const) {
    // The capabilities are in the answers: the older recordings were made without any.
    const recorded = recording.recorded[`describe-change-set-${step}`] as {
      readonly Capabilities: [];
    };
    const parameters = recording[`parameters_${step}`] ?? {};
    const created = await client.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: `change-set-${step}`,
        ChangeSetType: type,
        TemplateBody: JSON.stringify(recording[`template_${step}`]),
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        Capabilities: recorded.Capabilities,
      }),
    );
    stackId = created.StackId ?? '';
    answers[`create-change-set-${step}`] = created;
    const describing = { ChangeSetName: created.Id };
    answers[`describe-change-set-${step}-prop-values`] = await client.send(
      new DescribeChangeSetCommand({ ...describing, IncludePropertyValues: true }),
    );
    answers[`describe-change-set-${step}`] = await client.send(
      new DescribeChangeSetCommand(describing),
    );
    answers[`execute-change-set-${step}`] = await client.send(
      new ExecuteChangeSetCommand(describing),
    );
    await cloud.cloud.settle();
    answers[`post-create-${step}-describe`] = await describeStack(stackId);
  }
  const beforeDeletion = await eventsOf(stackId);
  await client.send(new DeleteStackCommand({ StackName }));
  await cloud.cloud.settle();
  answers['delete-describe'] = await describeStack(stackId);
  const isNewer = recording.recorded_date.includes('-2026');
  answers['per-resource-events'] = isNewer
    ? newerEvents(await eventsOf(stackId))
    : olderEvents(beforeDeletion, StackName);
  return answers;
};

const describeStack = async (StackName: string): Promise<unknown> =>
  (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];

type Event = NonNullable<Awaited<ReturnType<typeof eventsOf>>>[number];

const eventsOf = async (StackName: string) =>
  (await client.send(new DescribeStackEventsCommand({ StackName }))).StackEvents ?? [];

/** Newest first, all fields, before the stack was deleted; this is how the older cases keep them. */
const olderEvents = (events: readonly Event[], stackName: string): Record<string, unknown[]> =>
  Object.groupBy(
    // Said of every event today; the older recordings have none.
    events.map(({ OperationId: _id, ...event }) => event),
    ({ LogicalResourceId = '' }) =>
      LogicalResourceId === stackName ? '<stack>' : LogicalResourceId,
  ) as Record<string, unknown[]>;

/** Oldest first, five fields, one event of each status and physical resource. */
const newerEvents = (events: readonly Event[]): Record<string, unknown[]> => {
  const groups: Record<string, unknown[]> = {};
  const last: Record<string, string> = {};
  for (const event of events) {
    // The SDK's type lists the statuses of resources alone; a stack's own event has a stack's.
    if (String(event.ResourceStatus) === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') continue;
    const name =
      event.ResourceType === 'AWS::CloudFormation::Stack'
        ? 'Stack'
        : (event.LogicalResourceId ?? '');
    // Newest first, so that of a creation the event with a physical id stays.
    if (last[name] === event.ResourceStatus) continue;
    last[name] = event.ResourceStatus ?? '';
    (groups[name] ??= []).unshift({
      PhysicalResourceId: event.PhysicalResourceId,
      LogicalResourceId: event.LogicalResourceId,
      ResourceType: event.ResourceType,
      ResourceStatus: event.ResourceStatus,
      Timestamp: 'timestamp',
    });
  }
  return groups;
};

/** Values in a form in which an answer and a recording can be compared: placeholders, and JSON texts as JSON. */
const comparable = (value: unknown, recording: Recording): unknown => {
  if (value instanceof Date) return '<date>';
  if (typeof value === 'string') return placeholder(value);
  if (Array.isArray(value)) return value.map((member) => comparable(member, recording));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name, member]) => isCompared(name, member, value, recording))
    .map(([name, member]) => [
      groupName(name),
      JSON_TEXTS.has(name) && typeof member === 'string'
        ? (JSON.parse(member) as unknown)
        : comparable(member, recording),
    ]);
  return Object.fromEntries(entries);
};

const JSON_TEXTS = new Set(['BeforeContext', 'AfterContext', 'ResourceProperties']);

/** Fields that are left out, each with why. */
const isCompared = (
  name: string,
  member: unknown,
  parent: object,
  recording: Recording,
): boolean => {
  // Of the HTTP answer, not of the API.
  if (name === 'ResponseMetadata' || name === '$metadata') return false;
  // An object without members stands for a member that is not there.
  if (member === undefined) return false;
  if (name === 'LastOperations') return hasLastOperations(recording);
  if (name === 'Replacement' && 'Action' in parent && parent.Action === 'Add')
    return !isOfNewerAdd(recording);
  return true;
};

const groupName = (name: string): string => (/^<stack(-name:\d+)?>$/.test(name) ? '<stack>' : name);

/** Ids, names and times are placeholders in the recordings. */
const placeholder = (value: string): string =>
  value
    .replace(/^(datetime|timestamp|date)$/, '<date>')
    .replaceAll('<partition>', 'aws')
    .replaceAll('<region>', 'us-east-1')
    .replaceAll('111111111111', '000000000000')
    .replaceAll(/<uuid:\d+>/g, '<uuid>')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replaceAll(/<resource:\d+>|change-set-\d\/<uuid>/g, '<id>')
    .replaceAll(/<change-set-id:\d+>|^change-set-\d$/g, '<change-set>')
    .replaceAll(/<stack-name:\d+>|stack-[0-9a-f]{8}/g, '<stack>')
    .replaceAll(/(stack\/<stack>)\/(<uuid>|<id>)/g, '$1/<id>')
    .replace(/-(\d{4}-\d\d-\d\dT[\d:.]+Z|date)$/, '-<date>');
