import type * as EventBridge from '@aws-sdk/client-eventbridge';
import { parsePolicy } from '../../../iam/index.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { OperationContext, OperationTable } from '../../core/define-service.ts';
import { operation } from '../../core/define-service.ts';
import { constraints } from './constraints.ts';
import { statementNotFound, validation } from './errors.ts';
import { LIMITS } from './limits.ts';
import { busNameOf, requireBus } from './names.ts';
import type { EventBridgeState, EventBus } from './state.ts';

type Context = OperationContext<EventBridgeState>;
type Statement = Readonly<Record<string, unknown>>;

const statementsOf = ({ policy }: EventBus): readonly Statement[] => {
  if (policy === undefined) return [];
  const { Statement: found } = JSON.parse(policy) as {
    readonly Statement?: Statement | readonly Statement[];
  };
  return found === undefined
    ? []
    : Array.isArray(found)
      ? (found as Statement[])
      : [found as Statement];
};

const keep = ({ state, clock }: Context, before: EventBus, policy?: string) => {
  const { policy: _, ...bus } = before;
  if (policy !== undefined && Buffer.byteLength(policy) > LIMITS.policyBytes)
    throw new AwsError(
      'PolicyLengthExceededException',
      `The event bus policy is ${Buffer.byteLength(policy)} bytes long; at most ${LIMITS.policyBytes} are allowed.`,
    );
  state.buses.set(bus.name, {
    ...bus,
    ...(policy === undefined ? {} : { policy }),
    modifiedAt: clock.now(),
  });
};

const written = (statements: readonly Statement[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** As recorded from AWS by LocalStack's snapshot tests (test_events.snapshot.json, test_put_permission). */
const statementOf = (bus: EventBus, input: EventBridge.PutPermissionRequest): Statement => {
  const { Principal = '', Action = '', StatementId = '', Condition } = input;
  // https://github.com/getmoto/moto/blob/master/tests/test_events/test_events.py (test_put_permission_errors)
  for (const [name, given] of Object.entries({ Principal, Action, StatementId }))
    if (given === '') throw validation(`Parameter ${name} must be specified.`);
  constraints()
    .text('principal', Principal, { least: 1, most: 12, pattern: '(\\d{12}|\\*)' })
    .text('action', Action, { least: 1, most: 64, pattern: 'events:[a-zA-Z]+' })
    .text('statementId', StatementId, { least: 1, most: 64, pattern: '[a-zA-Z0-9-_]+' })
    .check();
  if (Action !== 'events:PutEvents')
    throw validation("Provided value in parameter 'action' is not supported.");
  return {
    Sid: StatementId,
    Effect: 'Allow',
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    Action,
    Resource: bus.arn,
    ...(Condition === undefined
      ? {}
      : { Condition: { [Condition.Type ?? '']: { [Condition.Key ?? '']: Condition.Value } } }),
  };
};

const readPolicy = (text: string): string => {
  try {
    parsePolicy(text, 'resource');
    return text;
  } catch (error) {
    throw validation(
      `The event bus policy is not valid: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** The policy of a bus, by statements or whole. */
export const permissionOperations: OperationTable<EventBridgeState> = {
  PutPermission: operation<EventBridgeState, EventBridge.PutPermissionRequest, object>({
    needs: () => ({ action: 'events:PutPermission', resource: '*' }),
    handle: (input, context) => {
      const bus = requireBus(context, busNameOf(input.EventBusName, context));
      if (input.Policy !== undefined) {
        keep(context, bus, readPolicy(input.Policy));
        return {};
      }
      const made = statementOf(bus, input);
      const others = statementsOf(bus).filter(({ Sid }) => Sid !== made['Sid']);
      keep(context, bus, written([...others, made]));
      return {};
    },
  }),
  RemovePermission: operation<EventBridgeState, EventBridge.RemovePermissionRequest, object>({
    needs: () => ({ action: 'events:RemovePermission', resource: '*' }),
    handle: ({ StatementId, RemoveAllPermissions, EventBusName }, context) => {
      const bus = requireBus(context, busNameOf(EventBusName, context));
      if (RemoveAllPermissions === true) {
        keep(context, bus);
        return {};
      }
      const statements = statementsOf(bus);
      const left = statements.filter(({ Sid }) => Sid !== StatementId);
      if (left.length === statements.length) throw statementNotFound();
      keep(context, bus, left.length === 0 ? undefined : written(left));
      return {};
    },
  }),
};
