import { formatError, validationError } from '../errors.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Scope } from '../evaluate/scope.ts';
import type { Value } from '../evaluate/values.ts';
import { hasUnknown, KNOWN_AFTER_APPLY } from '../evaluate/values.ts';
import type { Output, Stack } from '../state.ts';
import type { Context } from './context.ts';
import { stackOf } from './record-event.ts';

/**
 * A stack's outputs as its template says.
 * @throws {AwsError} when an export's name is taken, or one that is in use would change or go
 */
export const evaluateOutputs = (
  context: Context,
  stackId: string,
  scope: Scope,
): readonly Output[] => {
  const outputs = outputsOf(scope);
  const before = stackOf(context, stackId).outputs;
  refuseTaken(context, stackId, outputs);
  refuseInUse(context, stackId, before, outputs);
  return outputs;
};

/** What is not known yet reads as AWS writes it. */
export const outputsOf = (scope: Scope): readonly Output[] =>
  [...scope.template.outputs]
    .filter(
      ([, { condition }]) => condition === undefined || scope.conditions.get(condition) === true,
    )
    .map(([name, { value, description, exportName }]) => ({
      OutputKey: name,
      OutputValue: textOf(evaluate(value, scope)),
      ...(description === undefined ? {} : { Description: description }),
      ...(exportName === undefined ? {} : { ExportName: textOf(evaluate(exportName, scope)) }),
    }));

const textOf = (value: Value): string => {
  if (hasUnknown(value)) return KNOWN_AFTER_APPLY;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw formatError('The Value field of every Outputs member must evaluate to a String.');
};

/** An export of the account and region. */
export interface Export {
  readonly name: string;
  readonly value: string;
  readonly stack: Stack;
}

const livingStacks = (context: Context): readonly Stack[] =>
  [...context.state.stacks.values()].filter(({ status }) => status !== 'DELETE_COMPLETE');

export const allExports = (context: Context): readonly Export[] =>
  livingStacks(context).flatMap((stack) =>
    stack.outputs.flatMap(({ ExportName, OutputValue }) =>
      ExportName === undefined ? [] : [{ name: ExportName, value: OutputValue, stack }],
    ),
  );

export const exportNamed = (context: Context, name: string): Export | undefined =>
  allExports(context).find((found) => found.name === name);

/** Names of the stacks that import an export. */
export const importersOf = (context: Context, name: string): readonly string[] =>
  livingStacks(context)
    .filter(({ imports }) => imports.includes(name))
    .map((stack) => stack.name);

const refuseTaken = (context: Context, stackId: string, outputs: readonly Output[]): void => {
  for (const { ExportName } of outputs) {
    if (ExportName === undefined) continue;
    const taken = allExports(context).find(
      ({ name, stack }) => name === ExportName && stack.id !== stackId,
    );
    if (taken !== undefined)
      throw validationError(
        `Export with name ${ExportName} is already exported by stack ${taken.stack.name}`,
      );
  }
};

const refuseInUse = (
  context: Context,
  stackId: string,
  before: readonly Output[],
  after: readonly Output[],
): void => {
  for (const { ExportName, OutputValue } of before) {
    if (ExportName === undefined) continue;
    const now = after.find((output) => output.ExportName === ExportName);
    if (now?.OutputValue === OutputValue) continue;
    const users = importersOf(context, ExportName).filter(
      (name) => name !== stackOf(context, stackId).name,
    );
    if (users.length > 0)
      throw validationError(
        `Export ${ExportName} cannot be ${now === undefined ? 'deleted' : 'updated'} as it is in use by ${users.join(', ')}`,
      );
  }
};
