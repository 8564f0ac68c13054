import type { DeclaredAt } from '../../spec/declared-at.ts';
import type { TemplateBuilder } from '../../synth/builder.ts';
import { said } from '../../synth/template.ts';
import { allowSend } from '../sqs/queue-policy.ts';
import { checkPattern, checkTransform } from './check-rule.ts';
import { checkDeadLetter, deliveryProperties } from './delivery.ts';
import type { EventPattern } from './event.ts';
import { markOf } from './mark.ts';
import type { BusOptions, FeedTarget, RuleOptions } from './options.ts';
import type { TransformDetail } from './transform.ts';

/** What a declaration keeps of a rule. */
export interface RuleDetail extends RuleOptions, FeedTarget {
  readonly label: string;
  readonly pattern: EventPattern;
  readonly transform?: TransformDetail;
}

/** A bus as what refers to it has it. */
export interface BusTarget {
  readonly name: string;
  readonly options: BusOptions;
}

/** `EC2 Instance State-change Notification` → `EC2InstanceStateChangeNotification`, short enough for a logical id with other names around it. */
const LABEL_LENGTH = 48;
const asId = (label: string): string =>
  label
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
    .slice(0, LABEL_LENGTH);

/**
 * Logical id of a rule: by who is called and what is heard. Where a function or queue has several rules of one kind of event, each is named by
 * its pattern too, so that none takes the place of another, whatever their order.
 */
export const ruleId = (
  owner: string,
  bus: BusTarget,
  detail: RuleDetail,
  siblings: readonly RuleDetail[],
): string => {
  const id = `${owner}${bus.name}${asId(detail.label)}`;
  const alike = siblings.filter(({ label }) => asId(label) === asId(detail.label));
  return alike.length > 1 ? `${id}${markOf([detail.pattern, detail.transform])}Rule` : `${id}Rule`;
};

/** A rule with its one target. */
export interface Rule {
  readonly id: string;
  readonly bus: BusTarget;
  readonly detail: RuleDetail;
  /** The target without what every target has; `Id` and `Arn` at least. */
  readonly target: Readonly<Record<string, unknown>>;
  /** For errors: `OrderPlaced of Shop to Thank`. */
  readonly of: string;
  readonly declaredAt: DeclaredAt | undefined;
}

/** `Ref` of a bus is its name; the account's own one needs none. */
const busNameOf = ({ name, options: { existing } }: BusTarget): unknown =>
  existing === undefined ? { Ref: name } : existing === 'default' ? undefined : existing;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html */
export const addRule = (builder: TemplateBuilder, rule: Rule): void => {
  const { id, bus, detail, target, of, declaredAt } = rule;
  const { deadLetter } = detail;
  checkPattern(builder, detail.pattern, of, declaredAt);
  checkTransform(builder, detail.transform, of, declaredAt);
  builder.add(
    id,
    {
      Type: 'AWS::Events::Rule',
      Properties: said({
        Description: detail.description,
        EventBusName: busNameOf(bus),
        EventPattern: builder.resolve(detail.pattern),
        State: detail.enabled === false ? 'DISABLED' : undefined,
        Tags: builder.tags(),
        Targets: [{ ...target, ...deliveryProperties(detail) }],
      }),
    },
    declaredAt,
  );
  if (deadLetter === undefined) return;
  checkDeadLetter(builder, deadLetter, of, declaredAt);
  allowSend(builder, deadLetter, {
    service: 'events.amazonaws.com',
    sourceArn: { 'Fn::GetAtt': [id, 'Arn'] },
    declaredAt,
  });
};
