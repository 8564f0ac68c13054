import type {
  CancelUpdateStackCommandInput,
  ContinueUpdateRollbackCommandInput,
  CreateChangeSetCommandInput,
  CreateChangeSetCommandOutput,
  CreateStackCommandInput,
  CreateStackCommandOutput,
  CreateStackRefactorCommandInput,
  CreateStackRefactorCommandOutput,
  DeleteChangeSetCommandInput,
  DeleteStackCommandInput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
  DescribeEventsCommandInput,
  DescribeEventsCommandOutput,
  DescribeStackDriftDetectionStatusCommandInput,
  DescribeStackDriftDetectionStatusCommandOutput,
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStackResourceDriftsCommandInput,
  DescribeStackResourceDriftsCommandOutput,
  DescribeStackRefactorCommandInput,
  DescribeStackRefactorCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  DetectStackDriftCommandInput,
  DetectStackDriftCommandOutput,
  ExecuteChangeSetCommandInput,
  ExecuteStackRefactorCommandInput,
  GetTemplateCommandInput,
  GetTemplateCommandOutput,
  ListChangeSetsCommandInput,
  ListChangeSetsCommandOutput,
  ListImportsCommandInput,
  ListImportsCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  RollbackStackCommandInput,
  UpdateTerminationProtectionCommandInput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';
import {
  CancelUpdateStackCommand,
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  CreateStackCommand,
  CreateStackRefactorCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackRefactorCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  ExecuteStackRefactorCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
  UpdateTerminationProtectionCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { ClientSettings } from './client-settings.ts';
import type { Machine } from './machine.ts';
import { THIS_MACHINE } from './machine.ts';

type Call<Input, Output> = (input: Input, signal?: AbortSignal) => Promise<Output>;

/** The operations of CloudFormation that the deployer uses, and no other. */
export interface CloudFormationApi {
  readonly describeStacks: Call<DescribeStacksCommandInput, DescribeStacksCommandOutput>;
  readonly describeStackEvents: Call<
    DescribeStackEventsCommandInput,
    DescribeStackEventsCommandOutput
  >;
  readonly describeEvents: Call<DescribeEventsCommandInput, DescribeEventsCommandOutput>;
  readonly listStackResources: Call<
    ListStackResourcesCommandInput,
    ListStackResourcesCommandOutput
  >;
  readonly getTemplate: Call<GetTemplateCommandInput, GetTemplateCommandOutput>;
  readonly createStack: Call<CreateStackCommandInput, CreateStackCommandOutput>;
  readonly createChangeSet: Call<CreateChangeSetCommandInput, CreateChangeSetCommandOutput>;
  readonly describeChangeSet: Call<DescribeChangeSetCommandInput, DescribeChangeSetCommandOutput>;
  readonly listChangeSets: Call<ListChangeSetsCommandInput, ListChangeSetsCommandOutput>;
  readonly executeChangeSet: Call<ExecuteChangeSetCommandInput, unknown>;
  readonly deleteChangeSet: Call<DeleteChangeSetCommandInput, unknown>;
  readonly continueUpdateRollback: Call<ContinueUpdateRollbackCommandInput, unknown>;
  readonly rollbackStack: Call<RollbackStackCommandInput, unknown>;
  readonly cancelUpdateStack: Call<CancelUpdateStackCommandInput, unknown>;
  readonly deleteStack: Call<DeleteStackCommandInput, unknown>;
  readonly updateTerminationProtection: Call<UpdateTerminationProtectionCommandInput, unknown>;
  readonly listImports: Call<ListImportsCommandInput, ListImportsCommandOutput>;
  readonly detectStackDrift: Call<DetectStackDriftCommandInput, DetectStackDriftCommandOutput>;
  readonly describeStackDriftDetectionStatus: Call<
    DescribeStackDriftDetectionStatusCommandInput,
    DescribeStackDriftDetectionStatusCommandOutput
  >;
  readonly describeStackResourceDrifts: Call<
    DescribeStackResourceDriftsCommandInput,
    DescribeStackResourceDriftsCommandOutput
  >;
  readonly listStacks: Call<ListStacksCommandInput, ListStacksCommandOutput>;
  readonly createStackRefactor: Call<
    CreateStackRefactorCommandInput,
    CreateStackRefactorCommandOutput
  >;
  readonly describeStackRefactor: Call<
    DescribeStackRefactorCommandInput,
    DescribeStackRefactorCommandOutput
  >;
  readonly executeStackRefactor: Call<ExecuteStackRefactorCommandInput, unknown>;
  /** The region that the SDK settled on. */
  readonly region: () => Promise<string>;
  /** Where whoever waits for CloudFormation waits. */
  readonly machine: Machine;
}

/** Loads the client: this module is imported only when it is about to be used. */
export const openCloudFormation = (
  settings: ClientSettings,
  machine: Machine = THIS_MACHINE,
): CloudFormationApi => {
  const client = new CloudFormationClient(settings);
  const aborting = (signal: AbortSignal | undefined) =>
    signal === undefined ? {} : { abortSignal: signal };
  return {
    machine,
    describeStacks: (input, signal) =>
      client.send(new DescribeStacksCommand(input), aborting(signal)),
    describeStackEvents: (input, signal) =>
      client.send(new DescribeStackEventsCommand(input), aborting(signal)),
    describeEvents: (input, signal) =>
      client.send(new DescribeEventsCommand(input), aborting(signal)),
    listStackResources: (input, signal) =>
      client.send(new ListStackResourcesCommand(input), aborting(signal)),
    getTemplate: (input, signal) => client.send(new GetTemplateCommand(input), aborting(signal)),
    createStack: (input, signal) => client.send(new CreateStackCommand(input), aborting(signal)),
    createChangeSet: (input, signal) =>
      client.send(new CreateChangeSetCommand(input), aborting(signal)),
    describeChangeSet: (input, signal) =>
      client.send(new DescribeChangeSetCommand(input), aborting(signal)),
    listChangeSets: (input, signal) =>
      client.send(new ListChangeSetsCommand(input), aborting(signal)),
    executeChangeSet: (input, signal) =>
      client.send(new ExecuteChangeSetCommand(input), aborting(signal)),
    deleteChangeSet: (input, signal) =>
      client.send(new DeleteChangeSetCommand(input), aborting(signal)),
    continueUpdateRollback: (input, signal) =>
      client.send(new ContinueUpdateRollbackCommand(input), aborting(signal)),
    rollbackStack: (input, signal) =>
      client.send(new RollbackStackCommand(input), aborting(signal)),
    cancelUpdateStack: (input, signal) =>
      client.send(new CancelUpdateStackCommand(input), aborting(signal)),
    deleteStack: (input, signal) => client.send(new DeleteStackCommand(input), aborting(signal)),
    updateTerminationProtection: (input, signal) =>
      client.send(new UpdateTerminationProtectionCommand(input), aborting(signal)),
    listImports: (input, signal) => client.send(new ListImportsCommand(input), aborting(signal)),
    detectStackDrift: (input, signal) =>
      client.send(new DetectStackDriftCommand(input), aborting(signal)),
    describeStackDriftDetectionStatus: (input, signal) =>
      client.send(new DescribeStackDriftDetectionStatusCommand(input), aborting(signal)),
    describeStackResourceDrifts: (input, signal) =>
      client.send(new DescribeStackResourceDriftsCommand(input), aborting(signal)),
    listStacks: (input, signal) => client.send(new ListStacksCommand(input), aborting(signal)),
    createStackRefactor: (input, signal) =>
      client.send(new CreateStackRefactorCommand(input), aborting(signal)),
    describeStackRefactor: (input, signal) =>
      client.send(new DescribeStackRefactorCommand(input), aborting(signal)),
    executeStackRefactor: (input, signal) =>
      client.send(new ExecuteStackRefactorCommand(input), aborting(signal)),
    region: () => client.config.region(),
  };
};
