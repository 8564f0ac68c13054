import type { Scope } from './evaluate.ts';
import { createConditions, evaluate, UNKNOWN } from './evaluate.ts';
import { validationError } from './errors.ts';
import { parameterValues } from './parameters.ts';
import type { ParsedTemplate, TemplateResource } from './parse-template.ts';
import { resourceType } from './resource-types.ts';
import type { CloudFormationState, Stack, StackResource, Target } from './state.ts';

interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** A template with all that its functions are evaluated with. */
export interface StackScope {
  readonly template: ParsedTemplate;
  /** Resources whose conditions hold. */
  readonly active: ReadonlySet<string>;
  evaluate(value: unknown): unknown;
  holds(condition: string | undefined): boolean;
  properties(logicalId: string): Record<string, unknown>;
}

/** @param resource - What stands for a resource: its record, or undefined when it is not made yet. */
export const createStackScope = (
  template: ParsedTemplate,
  target: Pick<Target, 'parameters' | 'notificationArns'>,
  stack: Pick<Stack, 'stackId' | 'stackName'>,
  place: Place,
  state: CloudFormationState,
  resource: (
    logicalId: string,
  ) => Pick<StackResource, 'physicalId' | 'attributes' | 'type'> | undefined,
): StackScope => {
  const scope: Scope = {
    template,
    parameters: parameterValues(template, target.parameters),
    pseudo: {
      'AWS::AccountId': place.accountId,
      'AWS::NotificationARNs': target.notificationArns,
      'AWS::Partition': 'aws',
      'AWS::Region': place.region,
      'AWS::StackId': stack.stackId,
      'AWS::StackName': stack.stackName,
      'AWS::URLSuffix': 'amazonaws.com',
    },
    ref: (id) => {
      if (!(id in template.Resources))
        throw validationError(
          `Template format error: Unresolved resource dependencies [${id}] in the Resources block of the template`,
        );
      return resource(id)?.physicalId ?? UNKNOWN;
    },
    getAtt: (id, attribute) => {
      const stated = template.Resources[id];
      if (stated === undefined)
        throw validationError(
          `Template error: instance of Fn::GetAtt references undefined resource ${id}`,
        );
      const known = resourceType(stated.Type);
      if (
        known !== undefined &&
        !known.attributes.some((name) => name === attribute || attribute.startsWith(`${name}.`))
      )
        throw validationError(
          `Template error: resource ${id} does not support attribute type ${attribute} in Fn::GetAtt`,
        );
      const made = resource(id);
      if (made === undefined) return UNKNOWN;
      const value = made.attributes[attribute];
      if (value === undefined)
        throw validationError(
          `The attribute ${attribute} of ${stated.Type} is not supported by the embedded cloud (resource ${id}).`,
        );
      return value;
    },
    importValue: (name) => {
      for (const other of state.stacks.values())
        if (other.status !== 'DELETE_COMPLETE')
          for (const { ExportName, OutputValue } of other.outputs)
            if (ExportName === name) return OutputValue;
      throw validationError(`No export named ${name} found. Rollback requested by user.`);
    },
  };
  const condition = createConditions(scope);
  const holds = (name: string | undefined) => name === undefined || condition(name);
  const active = new Set(
    Object.entries(template.Resources)
      .filter(([, stated]) => holds(stated.Condition))
      .map(([id]) => id),
  );
  const resolve = (value: unknown) => evaluate(value, scope, condition);
  return {
    template,
    active,
    evaluate: resolve,
    holds,
    properties: (id) =>
      resolve((template.Resources[id] as TemplateResource).Properties ?? {}) as Record<
        string,
        unknown
      >,
  };
};
