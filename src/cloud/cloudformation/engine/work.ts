import type { Principal } from '../../core/principals.ts';
import type { ResourceProvider } from '../../core/resource-provider.ts';
import type { Stack, StackOperation, StackSpec, Tag } from '../state.ts';
import type { Context, Providers } from './context.ts';
import { resourceFailure } from './failure-reason.ts';
import type { ProviderRun } from './provider-context.ts';
import { stackOf } from './record-event.ts';

/** What every step of an operation needs. */
export interface Work {
  readonly context: Context;
  readonly providers: Providers;
  readonly stackId: string;
  /** Under whom the services are called. */
  readonly principal: Principal;
  readonly cause?: number;
}

export const operationOf = ({ context, stackId }: Work): StackOperation => {
  const operation = context.state.operations.get(stackId);
  if (operation === undefined) throw new TypeError(`no operation of the stack ${stackId}`);
  return operation;
};

export const changeOperation = (work: Work, changes: Partial<StackOperation>): void =>
  work.context.state.operations.set(work.stackId, { ...operationOf(work), ...changes });

export const stackOfWork = (work: Work): Stack => stackOf(work.context, work.stackId);

export const specOf = (work: Work): StackSpec => {
  const { spec } = stackOfWork(work);
  if (spec === undefined) throw new TypeError(`the stack ${work.stackId} has no template`);
  return spec;
};

/** @throws {AwsError} for a type that has no behaviour here */
export const providerOf = (work: Work, type: string): ResourceProvider => {
  const operation = work.context.state.operations.get(work.stackId);
  const provider = work.providers.get(type, [
    ...(stackOfWork(work).spec?.inertTypes ?? []),
    ...(operation?.previous?.inertTypes ?? []),
  ]);
  if (provider === undefined)
    throw resourceFailure(
      `The embedded cloud has no behaviour for the resource type ${type}. Deploy to AWS to use it, or leave it out locally.`,
    );
  return provider;
};

export const providerRun = (
  work: Work,
  logicalId: string,
  purpose: string,
  tags: readonly Tag[],
): ProviderRun => ({
  stack: stackOfWork(work),
  logicalId,
  purpose,
  principal: work.principal,
  tags,
  ...(work.cause === undefined ? {} : { cause: work.cause }),
});
