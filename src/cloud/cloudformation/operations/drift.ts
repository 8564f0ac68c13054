import type * as Cfn from '@aws-sdk/client-cloudformation';
import type { OperationContext } from '../../core/define-service.ts';
import type { Providers } from '../engine/context.ts';
import { forwardedBy } from '../../core/principals.ts';
import { CLOUDFORMATION } from '../engine/acting-principal.ts';
import { detectDrift } from '../engine/detect-drift.ts';
import { stackDoesNotExist, validationError } from '../errors.ts';
import type { CloudFormationState, DriftDetection, ResourceDrift, Stack } from '../state.ts';
import { requireLiving } from './find-stack.ts';
import { handler } from './handler.ts';
import { pageOf } from './pages.ts';

type State = CloudFormationState;
type Context = OperationContext<State>;

/** Operations on drift: what resources have become beside what their template says. */
export const drift = (providers: Providers) => ({
  DetectStackDrift: handler<State, Cfn.DetectStackDriftInput, Cfn.DetectStackDriftOutput>(
    ({ StackName = '', LogicalResourceIds = [] }, context) => {
      const stack = stackAtRest(context, StackName);
      for (const id of LogicalResourceIds) requireResource(context, stack, id);
      const detection: DriftDetection = {
        id: context.random.uuid(),
        stackId: stack.id,
        status: 'DETECTION_IN_PROGRESS',
        startedAt: context.clock.now(),
      };
      const { state } = context;
      const principal = forwardedBy(context.principal, CLOUDFORMATION);
      state.driftDetections.set(detection.id, detection);
      context.background(`drift of ${stack.name}`, async () => {
        try {
          const count = await detectDrift(
            { context, providers, stack, principal },
            LogicalResourceIds,
          );
          const driftStatus = count === 0 ? 'IN_SYNC' : 'DRIFTED';
          state.driftDetections.set(detection.id, {
            ...detection,
            status: 'DETECTION_COMPLETE',
            driftStatus,
            count,
          });
          const now = state.stacks.get(stack.id);
          if (now !== undefined)
            state.putStack({
              ...now,
              drift: { status: driftStatus, checkedAt: context.clock.now() },
            });
        } catch (error) {
          state.driftDetections.set(detection.id, {
            ...detection,
            status: 'DETECTION_FAILED',
            reason: error instanceof Error ? error.message : String(error),
          });
        }
      });
      return { StackDriftDetectionId: detection.id };
    },
  ),

  DescribeStackDriftDetectionStatus: handler<
    State,
    Cfn.DescribeStackDriftDetectionStatusInput,
    Cfn.DescribeStackDriftDetectionStatusOutput
  >(({ StackDriftDetectionId = '' }, { state }) => {
    const found = state.driftDetections.get(StackDriftDetectionId);
    if (found === undefined)
      throw validationError(`Drift detection operation ${StackDriftDetectionId} does not exist`);
    return {
      StackId: found.stackId,
      StackDriftDetectionId: found.id,
      DetectionStatus: found.status,
      Timestamp: new Date(found.startedAt),
      ...(found.driftStatus === undefined ? {} : { StackDriftStatus: found.driftStatus }),
      ...(found.count === undefined ? {} : { DriftedStackResourceCount: found.count }),
      ...(found.reason === undefined ? {} : { DetectionStatusReason: found.reason }),
    };
  }),

  DescribeStackResourceDrifts: handler<
    State,
    Cfn.DescribeStackResourceDriftsInput,
    Cfn.DescribeStackResourceDriftsOutput
  >(({ StackName = '', StackResourceDriftStatusFilters = [], NextToken }, context) => {
    const stack = requireLiving(context, StackName, stackDoesNotExist);
    const wanted = new Set<string>(StackResourceDriftStatusFilters);
    const all = context.state
      .drifts(stack.id)
      .filter(({ status }) => wanted.size === 0 || wanted.has(status));
    const page = pageOf(all, NextToken);
    return { StackResourceDrifts: page.items.map(describeDrift), ...page.next };
  }),

  DetectStackResourceDrift: handler<
    State,
    Cfn.DetectStackResourceDriftInput,
    Cfn.DetectStackResourceDriftOutput
  >(async ({ StackName = '', LogicalResourceId = '' }, context) => {
    const stack = stackAtRest(context, StackName);
    requireResource(context, stack, LogicalResourceId);
    const principal = forwardedBy(context.principal, CLOUDFORMATION);
    await detectDrift({ context, providers, stack, principal }, [LogicalResourceId]);
    const found = context.state
      .drifts(stack.id)
      .find(({ logicalId }) => logicalId === LogicalResourceId);
    return { StackResourceDrift: found === undefined ? undefined : describeDrift(found) };
  }),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html, stack status */
const AT_REST =
  /^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT|IMPORT_ROLLBACK)_COMPLETE$|^UPDATE_ROLLBACK_FAILED$/;

const stackAtRest = (context: Context, name: string): Stack => {
  const stack = requireLiving(context, name, stackDoesNotExist);
  if (!AT_REST.test(stack.status))
    throw validationError(
      `Drift detection cannot be performed on stack [${stack.id}] while it is in ${stack.status} state`,
    );
  return stack;
};

const requireResource = ({ state }: Context, stack: Stack, id: string): void => {
  if (state.resource(stack.id, id) === undefined)
    throw validationError(`Resource ${id} does not exist for stack ${stack.name}`);
};

const describeDrift = (drift: ResourceDrift): Cfn.StackResourceDrift => ({
  StackId: drift.stackId,
  LogicalResourceId: drift.logicalId,
  PhysicalResourceId: drift.physicalId,
  ResourceType: drift.type,
  ExpectedProperties: JSON.stringify(drift.expected),
  StackResourceDriftStatus: drift.status,
  Timestamp: new Date(drift.checkedAt),
  PropertyDifferences: drift.differences.map(({ path, type, expected, actual }) => ({
    PropertyPath: path,
    DifferenceType: type,
    ExpectedValue: expected,
    ActualValue: actual,
  })),
  ...(drift.actual === undefined ? {} : { ActualProperties: JSON.stringify(drift.actual) }),
});
