import type { EventSource } from '../../spec/event-source.ts';
import type { FunctionDeclaration } from '../../spec/lambda.ts';
import { aws, sub } from '../../spec/value.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import type { AnyDeclaration } from '../../synth/collect.ts';
import { retentionOf } from '../../synth/retention.ts';
import { said } from '../../synth/template.ts';
import { allowSend } from '../sqs/queue-policy.ts';
import type { ArchiveDeclaration } from './archive.ts';
import { checkPattern } from './check-rule.ts';
import { checkDeadLetter } from './delivery.ts';
import { feedBus } from './feed.ts';
import type { BusOptions } from './options.ts';
import type { BusTarget, RuleDetail } from './rule.ts';
import { addRule, ruleId } from './rule.ts';
import { markedInput } from './target-input.ts';

const SERVICE = 'events.amazonaws.com';

/** What the program says of a bus that it does not make. */
const SAID_OF_EXISTING: readonly string[] = ['existing', 'logicalId'];

/** A name that is known, for a policy inside of a resource cannot refer to it. */
const physicalName = (name: string, { eventBusName }: BusOptions): string =>
  eventBusName ?? `\${AWS::StackName}-${name}`;

/** Who may put events beside this account: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html */
const policyOf = (name: string, options: BusOptions, builder: TemplateBuilder): unknown => {
  const { allowedAccounts = [], allowedOrganization } = options;
  const statement = (Sid: string, who: Readonly<Record<string, unknown>>) => ({
    Sid,
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: {
      'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${physicalName(name, options)}`,
    },
    ...who,
  });
  const statements = [
    ...(allowedAccounts.length === 0
      ? []
      : [
          statement('Accounts', {
            Principal: {
              AWS: allowedAccounts.map((account) =>
                builder.resolve(sub`arn:${aws.partition}:iam::${account}:root`),
              ),
            },
          }),
        ]),
    ...(allowedOrganization === undefined
      ? []
      : [
          statement('Organization', {
            Principal: '*',
            Condition: { StringEquals: { 'aws:PrincipalOrgID': allowedOrganization } },
          }),
        ]),
  ];
  return statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements };
};

/** A bus must have a name, and the stack's is part of it: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbus.html */
export const synthesiseBus = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const { name, declaredAt } = declaration;
  const options = declaration['options'] as BusOptions;
  const { deadLetter } = options;
  if (options.existing !== undefined) {
    const more = Object.keys(options).filter((option) => !SAID_OF_EXISTING.includes(option));
    if (more.length > 0)
      builder.problem(
        'INVALID_OPTION',
        `The bus ${name} is one that is there (${options.existing}), so ${more.join(' and ')} cannot be said of it. Leave ${more.length === 1 ? 'it' : 'them'} out, or leave out existing.`,
        declaredAt,
      );
    return;
  }
  builder.add(
    name,
    {
      Type: 'AWS::Events::EventBus',
      Properties: builder.resolve(
        said({
          DeadLetterConfig: deadLetter === undefined ? undefined : { Arn: deadLetter.arn },
          Description: options.description,
          KmsKeyIdentifier: options.kmsKeyIdentifier,
          Name: options.eventBusName ?? { 'Fn::Sub': physicalName(name, options) },
          Policy: policyOf(name, options, builder),
          Tags: builder.tags(),
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaredAt,
  );
  builder.output(`${name}EventBusArn`, { 'Fn::GetAtt': [name, 'Arn'] }, `ARN of the bus ${name}`);
  if (deadLetter !== undefined) {
    checkDeadLetter(builder, deadLetter, name, declaredAt);
    allowSend(builder, deadLetter, {
      service: SERVICE,
      sourceArn: { 'Fn::GetAtt': [name, 'Arn'] },
      declaredAt,
    });
  }
  for (const feed of options.from ?? []) feedBus(declaration, feed, builder);
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-archive.html */
export const synthesiseArchive = (declaration: AnyDeclaration, builder: TemplateBuilder): void => {
  const options = declaration['options'] as ArchiveDeclaration['options'];
  const { name, declaredAt } = declaration;
  if (options.pattern !== undefined) checkPattern(builder, options.pattern, name, declaredAt);
  builder.add(
    name,
    {
      Type: 'AWS::Events::Archive',
      ...retentionOf('AWS::Events::Archive', options),
      Properties: builder.resolve(
        said({
          ArchiveName: options.archiveName,
          Description: options.description,
          EventPattern: options.pattern,
          KmsKeyIdentifier: options.kmsKeyIdentifier,
          RetentionDays: options.retentionDays,
          SourceArn: options.sourceArn,
          ...options.properties,
        }),
      ) as Record<string, unknown>,
    },
    declaredAt,
  );
};

/** Events of a bus start a function: a rule, and the permission for just that rule. */
export const synthesiseEventBridgeSource = (
  fn: FunctionDeclaration,
  source: EventSource,
  builder: TemplateBuilder,
): void => {
  const bus = source.target as unknown as BusTarget;
  const detail = source.detail as unknown as RuleDetail & { readonly mark: string };
  const siblings = fn.on.filter(
    (other) => other.source === source.source && other.target.name === bus.name,
  );
  const id = ruleId(
    fn.name,
    bus,
    detail,
    siblings.map((other) => other.detail as unknown as RuleDetail),
  );
  const functionArn = { 'Fn::GetAtt': [fn.name, 'Arn'] };
  addRule(builder, {
    id,
    bus,
    detail,
    target: { Id: 'Function', Arn: functionArn, ...markedInput(detail.transform, detail.mark) },
    of: `${detail.label} of ${bus.name} to ${fn.name}`,
    declaredAt: fn.declaredAt,
  });
  builder.add(
    `${id}Permission`,
    {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: functionArn,
        Principal: SERVICE,
        // The rule's ARN holds its account; EventBridge's own examples name no other key: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-lambda-permissions
        SourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
      },
    },
    fn.declaredAt,
  );
};
