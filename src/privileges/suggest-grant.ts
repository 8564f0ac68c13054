import type { ClientBinding } from '../spec/grant.ts';
import type { FunctionDeclaration } from '../spec/lambda.ts';
import { actionsCode, arnCode, quoted, variableOf } from './grant-code.ts';
import type { DeclaredKind, NamedResource, StackNames } from './stack-names.ts';

/** Curated grants: what to write for an action on what was declared by a word of Sparta's own. */
const CURATED: Readonly<
  Record<string, { readonly on: DeclaredKind; readonly method: string; readonly rest: RegExp }>
> = {
  's3:GetObject': { on: 'bucket', method: 'read', rest: /^\// },
  's3:PutObject': { on: 'bucket', method: 'write', rest: /^\// },
  's3:DeleteObject': { on: 'bucket', method: 'delete', rest: /^\// },
  's3:ListBucket': { on: 'bucket', method: 'list', rest: /^$/ },
  'sns:Publish': { on: 'topic', method: 'publish', rest: /^$/ },
  'sqs:SendMessage': { on: 'queue', method: 'send', rest: /^$/ },
  'sqs:ReceiveMessage': { on: 'queue', method: 'receive', rest: /^$/ },
  'sqs:DeleteMessage': { on: 'queue', method: 'receive', rest: /^$/ },
  'sqs:ChangeMessageVisibility': { on: 'queue', method: 'receive', rest: /^$/ },
  'sqs:StartMessageMoveTask': { on: 'queue', method: 'redrive', rest: /^$/ },
  'sqs:ListMessageMoveTasks': { on: 'queue', method: 'redrive', rest: /^$/ },
  'sqs:CancelMessageMoveTask': { on: 'queue', method: 'redrive', rest: /^$/ },
  'sqs:PurgeQueue': { on: 'queue', method: 'purge', rest: /^$/ },
  'sqs:GetQueueAttributes': { on: 'queue', method: 'inspect', rest: /^$/ },
  'kinesis:PutRecord': { on: 'stream', method: 'put', rest: /^$/ },
  'kinesis:PutRecords': { on: 'stream', method: 'put', rest: /^$/ },
  'kinesis:GetRecords': { on: 'stream', method: 'read', rest: /^$/ },
  'kinesis:GetShardIterator': { on: 'stream', method: 'read', rest: /^$/ },
  'kinesis:ListShards': { on: 'stream', method: 'read', rest: /^$/ },
  'events:PutEvents': { on: 'bus', method: 'put', rest: /^$/ },
  'events:StartReplay': { on: 'archive', method: 'replay', rest: /^$/ },
  'events:DescribeArchive': { on: 'archive', method: 'replay', rest: /^$/ },
  'scheduler:CreateSchedule': { on: 'scheduleGroup', method: 'create', rest: /^\// },
  'scheduler:GetSchedule': { on: 'scheduleGroup', method: 'create', rest: /^\// },
  'scheduler:DeleteSchedule': { on: 'scheduleGroup', method: 'delete', rest: /^\// },
  'dynamodb:GetItem': { on: 'table', method: 'read', rest: /^$/ },
  'dynamodb:BatchGetItem': { on: 'table', method: 'read', rest: /^$/ },
  'dynamodb:Query': { on: 'table', method: 'read', rest: /^$/ },
  'dynamodb:Scan': { on: 'table', method: 'scan', rest: /^$/ },
  'dynamodb:PutItem': { on: 'table', method: 'write', rest: /^$/ },
  'dynamodb:UpdateItem': { on: 'table', method: 'write', rest: /^$/ },
  'dynamodb:ConditionCheckItem': { on: 'table', method: 'write', rest: /^$/ },
  'dynamodb:DeleteItem': { on: 'table', method: 'delete', rest: /^$/ },
  'lambda:InvokeFunction': { on: 'function', method: 'invoke', rest: /^$/ },
  'ssm:GetParameter': { on: 'parameter', method: 'read', rest: /^$/ },
  'secretsmanager:GetSecretValue': { on: 'secret', method: 'read', rest: /^$/ },
};

/** The word that declares a kind. */
const WORD: Readonly<Record<Exclude<DeclaredKind, 'resource'>, string>> = {
  bucket: 'bucket',
  topic: 'topic',
  queue: 'queue',
  stream: 'stream',
  table: 'table',
  function: 'lambda',
  parameter: 'parameter',
  secret: 'secret',
  bus: 'bus',
  archive: 'bus(…).archive',
  scheduleGroup: 'scheduleGroup',
  logGroup: 'logGroup',
};

type Granted = Pick<FunctionDeclaration, 'grants'>;

/**
 * The grant that would allow an action on a resource, as a line for `grants`.
 * @param fn - Who lacks it: what it is granted already is widened, and its names are not given twice.
 */
export const suggestGrant = (
  action: string,
  arn: string,
  names: StackNames,
  fn: Granted = { grants: {} },
): string => {
  const found = names.resourceOf(arn);
  const curated = CURATED[action];
  // Of a group's schedules nothing is said by the group's own ARN.
  const unnamed = found?.declared === 'scheduleGroup' && curated === undefined;
  if (found === undefined || unnamed) {
    const key = freeName(action.split(':')[1] ?? action, action, fn);
    return `${key}: allow(${quoted(action)}).on(${quoted(arn)}),`;
  }
  const { logicalId, type, rest, declared } = found;
  const name = variableOf(logicalId);
  const remark =
    declared === 'resource'
      ? `  // ${name} = resource('${type}', '${logicalId}', …)`
      : `  // ${name} = ${WORD[declared]}('${logicalId}'…)`;
  const index = indexModes(action, found);
  if (index !== undefined) {
    const access = `${name}.access(${index.map(quoted).join(', ')})`;
    return `${widenedClient(found, index, fn) ?? `${freeName(name, action, fn)}: ${access}`},${remark}`;
  }
  if (curated?.on !== declared || !curated.rest.test(rest))
    return `${freeName(name, action, fn)}: allow(${actionsCode([action])}).on(${arnCode(found, widened(rest))}),${remark}`;
  const wider = widenedClient(found, [curated.method], fn);
  return wider === undefined
    ? `${freeName(name, action, fn)}: ${name}.${curated.method}(),${remark}`
    : `${wider},${remark}`;
};

/** What to grant on an index of a table: it is queried, or read whole. */
const indexModes = (
  action: string,
  { declared, rest }: Pick<NamedResource, 'declared' | 'rest'>,
): readonly string[] | undefined => {
  const index = /^\/index\/([^/]+)$/.exec(rest)?.[1];
  if (declared !== 'table' || index === undefined) return undefined;
  if (action === 'dynamodb:Query') return [`index:${index}`];
  return action === 'dynamodb:Scan' ? ['scan', `index:${index}`] : undefined;
};

/** Kinds that give one client for several modes, by what their clients are called. */
const JOINED: Readonly<Partial<Record<ClientBinding['kind'], DeclaredKind>>> = {
  bucket: 'bucket',
  table: 'table',
  queue: 'queue',
  stream: 'stream',
  schedules: 'scheduleGroup',
};

/** What the function has a client of already gets one client for both. */
const widenedClient = (
  { logicalId, declared }: Pick<NamedResource, 'logicalId' | 'declared'>,
  wanted: readonly string[],
  { grants }: Granted,
) => {
  for (const [key, { binding }] of Object.entries(grants)) {
    if (binding === undefined || JOINED[binding.kind] !== declared) continue;
    if (binding.resource !== logicalId) continue;
    const modes = [...new Set([...binding.modes, ...wanted])];
    // Where the messages go back to is said to `redrive` alone.
    if (modes.includes('redrive')) continue;
    return `${key}: ${variableOf(logicalId)}.access(${modes.map(quoted).join(', ')})`;
  }
  return undefined;
};

/** One object stands for all of them: a grant on a single key is rarely meant. */
const widened = (rest: string) => (rest.startsWith('/') ? '/*' : rest);

/** `photos`, or `photosGetObjectTagging` where the function has grants of that name already. */
const freeName = (wanted: string, action: string, { grants }: Granted): string => {
  const name = variableOf(wanted);
  return name in grants ? `${name}${action.split(':')[1] ?? ''}` : name;
};
