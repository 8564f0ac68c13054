import { notSupported } from '../../core/aws-error.ts';
import { isJson, readTargetArn } from '../../targets/index.ts';
import { constraints, NAME } from './constraints.ts';
import { validation } from './errors.ts';
import { fillTemplate, isObjectTemplate, placeholdersOf, PREDEFINED } from './input-template.ts';
import { parseJsonPath } from './json-path.ts';
import { LIMITS } from './limits.ts';
import type { Place } from './names.ts';
import type { Target } from './state.ts';

/** What AWS delivers to and the embedded cloud does not. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html */
const NOT_HERE: ReadonlySet<string> = new Set([
  'appsync',
  'batch',
  'codebuild',
  'codepipeline',
  'ecs',
  'events',
  'execute-api',
  'firehose',
  'glue',
  'inspector',
  'redshift',
  'redshift-serverless',
  'sagemaker',
  'ssm',
  'ssm-incidents',
  'states',
]);

const FOREIGN_PARAMETERS = [
  'RunCommandParameters',
  'EcsParameters',
  'BatchParameters',
  'HttpParameters',
  'RedshiftDataParameters',
  'SageMakerPipelineParameters',
  'AppSyncParameters',
] as const;

/** Checks what the request's own form says of its targets. */
export const checkTargetForms = (targets: readonly Target[]): void => {
  const gathered = constraints();
  for (const [index, { Id, RetryPolicy, InputTransformer }] of targets.entries()) {
    const member = `targets.${index + 1}.member`;
    const names = Object.keys(InputTransformer?.InputPathsMap ?? {});
    gathered
      .text(`${member}.id`, Id, NAME(64))
      .number(`${member}.retryPolicy.maximumRetryAttempts`, RetryPolicy?.MaximumRetryAttempts, {
        least: 0,
        most: 185,
      })
      .number(
        `${member}.retryPolicy.maximumEventAgeInSeconds`,
        RetryPolicy?.MaximumEventAgeInSeconds,
        { least: 60, most: 86_400 },
      );
    const reserved = names.find((name) => PREDEFINED.some((one) => one === name));
    if (names.length > LIMITS.variables || reserved !== undefined)
      throw validation(
        `1 validation error detected: Value at '${member}.inputTransformer.inputPathsMap' failed to satisfy constraint: Map must have at most ${LIMITS.variables} keys, none of them reserved (${PREDEFINED.join(', ')})`,
      );
  }
  gathered.check();
};

/**
 * Checks what the service itself says of a target. The texts are as recorded from AWS by LocalStack's snapshot tests
 * (test_events_inputs.snapshot.json), or as measured against AWS on 2026-09-07 by the rules of cdk_preflight.
 *
 * @throws {ValidationException}
 * @throws {NotImplemented} for a target that AWS has and the cloud has not
 */
export const checkTarget = (target: Target, place: Place): void => {
  const { Id = '', Arn = '' } = target;
  checkArn(target, place);
  for (const name of FOREIGN_PARAMETERS)
    if (target[name] !== undefined)
      throw validation(`Parameter(s) ${name} not supported for target: ${Id}.`);
  const kind = readTargetArn(Arn)?.kind;
  if (target.KinesisParameters !== undefined && kind !== 'kinesis')
    throw validation(`Parameter(s) KinesisParameters not supported for target: ${Id}.`);
  if (Arn.endsWith('.fifo') && kind === 'sqs' && target.SqsParameters?.MessageGroupId === undefined)
    throw validation(`Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  checkInput(target);
  checkDeadLetter(target, place);
};

const checkArn = ({ Arn = '', RoleArn }: Target, { accountId }: Place): void => {
  const [, , service = ''] = /^(arn):(aws[\w-]*):([\w-]+):/.exec(Arn)?.slice(1) ?? [];
  if (service === '')
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  const read = readTargetArn(Arn);
  if (read === undefined) {
    if (NOT_HERE.has(service)) throw notSupported(`The target ${Arn}`);
    if (!['lambda', 'sqs', 'sns', 'kinesis', 'logs'].includes(service))
      throw validation(`${service} is not a supported service for a target.`);
    throw validation(
      `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`,
    );
  }
  if (read.accountId !== accountId) throw notSupported(`A target of another account (${Arn})`);
  if ((read.kind === 'kinesis' || read.kind === 'events') && RoleArn === undefined)
    throw validation(`RoleArn is required for target ${Arn}.`);
};

const checkInput = ({ Id = '', Input, InputPath, InputTransformer }: Target): void => {
  const given = [Input, InputPath, InputTransformer].filter((one) => one !== undefined);
  if (given.length > 1)
    throw validation(
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`,
    );
  if (Input !== undefined && !isJson(Input))
    throw validation(`JSON syntax error in input for target ${Id}.`);
  const paths = Object.values(InputTransformer?.InputPathsMap ?? {});
  for (const path of [...(InputPath === undefined ? [] : [InputPath]), ...paths])
    if (parseJsonPath(path) === undefined)
      throw validation(`InputPath for target ${Id} is invalid.`);
  if (InputTransformer === undefined) return;
  const { InputPathsMap = {}, InputTemplate = '' } = InputTransformer;
  for (const name of placeholdersOf(InputTemplate)) {
    const known = Object.hasOwn(InputPathsMap, name) || PREDEFINED.some((one) => one === name);
    if (!known)
      throw validation(`InputTemplate for target ${Id} contains invalid placeholder ${name}.`);
    if (name === 'aws.events.event.json' && !isObjectTemplate(InputTemplate))
      throw validation(
        `InputTemplate for target ${Id} contains placeholder aws.events.event.json valid only for JSON template.`,
      );
  }
  const sample = new Map(placeholdersOf(InputTemplate).map((name) => [name, 'x']));
  if (fillTemplate(InputTemplate, sample) === undefined)
    throw validation(
      `Invalid InputTemplate for target ${Id} : it is neither a JSON object nor text in quotation marks.`,
    );
};

const checkDeadLetter = ({ DeadLetterConfig }: Target, { region, accountId }: Place): void => {
  const arn = DeadLetterConfig?.Arn;
  if (arn === undefined) return;
  const queue = readTargetArn(arn);
  if (queue?.kind !== 'sqs')
    throw validation(`${arn.split(':')[2] ?? arn} is not supported as a dead letter resource.`);
  if (arn.endsWith('.fifo')) throw validation('SQS FIFO is not supported by Dead Letter Queues.');
  if (queue.region !== region || queue.accountId !== accountId)
    throw validation(
      `The dead-letter queue ${arn} is not in the region and account of its rule, ${region} and ${accountId}.`,
    );
};
