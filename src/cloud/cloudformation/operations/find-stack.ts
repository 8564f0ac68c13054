import type { Need } from '../../core/define-service.ts';
import type { Context } from '../engine/context.ts';
import { stackWithIdDoesNotExist, validationError } from '../errors.ts';
import { partitionOf } from '../evaluate/scope.ts';
import type { ChangeSet, Stack } from '../state.ts';

/** A stack by its name, when it is alive, or by its id, for some time after its deletion too. */
export const findStack = ({ state }: Context, nameOrId: string): Stack | undefined =>
  nameOrId.startsWith('arn:') ? state.stacks.get(nameOrId) : state.stackNamed(nameOrId);

/** @throws {AwsError} `Stack with id X does not exist` */
export const requireStack = (
  context: Context,
  nameOrId: string,
  otherwise: (name: string) => Error = stackWithIdDoesNotExist,
): Stack => {
  const stack = findStack(context, nameOrId);
  if (stack === undefined) throw otherwise(nameOrId);
  return stack;
};

/** @throws {AwsError} unless there is a living stack: one that was deleted cannot be worked on, by its id either */
export const requireLiving = (
  context: Context,
  nameOrId: string,
  otherwise: (name: string) => Error,
): Stack => {
  const stack = findStack(context, nameOrId);
  if (stack === undefined || stack.status === 'DELETE_COMPLETE') throw otherwise(nameOrId);
  return stack;
};

const NAME = /^[a-zA-Z][-a-zA-Z0-9]*$/;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
export const checkStackName = (name: string): void => {
  if (!NAME.test(name))
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  if (name.length > 128)
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must have length less than or equal to 128`,
    );
};

const arn = ({ region, accountId }: Context, what: string): string =>
  `arn:${partitionOf(region).name}:cloudformation:${region}:${accountId}:${what}`;

export const newStackId = (context: Context, name: string): string =>
  arn(context, `stack/${name}/${context.random.uuid()}`);

/** A stack that nothing has been made of yet. */
export const newStack = (context: Context, name: string): Stack => ({
  id: newStackId(context, name),
  name,
  status: '',
  createdAt: context.clock.now(),
  outputs: [],
  imports: [],
  disableRollback: false,
  terminationProtection: false,
  lastOperations: [],
});

export const newChangeSetId = (context: Context, name: string): string =>
  arn(context, `changeSet/${name}/${context.random.uuid()}`);

/**
 * What an operation on a stack needs; a stack that is not there yet is any of its name.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
 */
export const needOnStack = (
  action: string,
  context: Context,
  nameOrId: string | undefined,
  conditions: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): Need => {
  const given = Object.entries(conditions).filter(
    (entry): entry is [string, string | readonly string[]] => entry[1] !== undefined,
  );
  return {
    action: `cloudformation:${action}`,
    resource: resourceOf(context, nameOrId),
    ...(given.length === 0 ? {} : { conditions: Object.fromEntries(given) }),
  };
};

const resourceOf = (context: Context, nameOrId: string | undefined): string => {
  if (nameOrId === undefined || nameOrId === '') return '*';
  if (nameOrId.startsWith('arn:')) return nameOrId;
  return findStack(context, nameOrId)?.id ?? arn(context, `stack/${nameOrId}/*`);
};

/** Condition keys that come with tags. */
export const tagConditions = (
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] = [],
): Readonly<Record<string, string | readonly string[]>> =>
  tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value ?? ''])),
        'aws:TagKeys': tags.map(({ Key }) => Key ?? ''),
      };

/** A change set by its ARN, or by its name and its stack's. */
export const findChangeSet = (
  context: Context,
  nameOrId: string,
  stackName: string | undefined,
): ChangeSet | undefined => {
  if (nameOrId.startsWith('arn:')) return context.state.changeSets.get(nameOrId);
  const stack = findStack(context, stackName ?? '');
  if (stack === undefined) return undefined;
  for (const changeSet of context.state.changeSets.values())
    if (changeSet.stackId === stack.id && changeSet.name === nameOrId) return changeSet;
  return undefined;
};
