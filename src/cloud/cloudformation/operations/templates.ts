import { handler } from './handler.ts';
import type * as Cfn from '@aws-sdk/client-cloudformation';
import { stackDoesNotExist, validationError } from '../errors.ts';
import type { CloudFormationState } from '../state.ts';
import { neededCapabilities } from '../template/capabilities.ts';
import type { ParameterDefinition, Template } from '../template/model.ts';
import { checkForm } from '../template/check-form.ts';
import { parseText } from '../template/parse-text.ts';
import { readTemplate } from '../template/read-template.ts';
import { hasTransforms } from '../template/transforms.ts';
import { isObject } from '../json.ts';
import { resourceType } from '../../../schema/index.ts';
import { requireLiving, requireStack } from './find-stack.ts';
import { policyText, templateText } from './template-source.ts';

type State = CloudFormationState;

/** Operations on templates, and on what a stack is beside its resources. */
export const templateOperations = {
  ValidateTemplate: handler<State, Cfn.ValidateTemplateInput, Cfn.ValidateTemplateOutput>(
    async (input, context) => {
      const template = await readShape(await templateText(input, context));
      return {
        Parameters: [...template.parameters].map(([name, definition]) => ({
          ParameterKey: name,
          NoEcho: definition.noEcho,
          ...(definition.default === undefined ? {} : { DefaultValue: definition.default }),
          ...(definition.description === undefined ? {} : { Description: definition.description }),
        })),
        ...describeTemplate(template),
      };
    },
  ),

  GetTemplateSummary: handler<State, Cfn.GetTemplateSummaryInput, Cfn.GetTemplateSummaryOutput>(
    async (input, context) => {
      const text =
        input.StackName === undefined
          ? await templateText(input, context)
          : context.state.templates.get(
              requireStack(context, input.StackName).spec?.templateKey ?? '',
            );
      const template = await readShape(text ?? '');
      return {
        Parameters: [...template.parameters].map(declaration),
        ResourceTypes: [...template.resources.values()].map(({ type }) => type),
        ResourceIdentifierSummaries: identifiers(template),
        ...(template.version === undefined ? {} : { Version: template.version }),
        ...(template.metadata === undefined ? {} : { Metadata: JSON.stringify(template.metadata) }),
        ...describeTemplate(template),
      };
    },
  ),

  SetStackPolicy: handler<State, Cfn.SetStackPolicyInput, void>(async (input, context) => {
    const { StackName = '' } = input;
    requireLiving(context, StackName, stackDoesNotExist);
    const stackPolicy = await policyText(input.StackPolicyBody, input.StackPolicyURL, context);
    if (stackPolicy === undefined)
      throw validationError('Either StackPolicyBody or StackPolicyURL must be specified.');
    const stack = requireLiving(context, StackName, stackDoesNotExist);
    context.state.putStack({ ...stack, stackPolicy });
  }),

  UpdateTerminationProtection: handler<
    State,
    Cfn.UpdateTerminationProtectionInput,
    Cfn.UpdateTerminationProtectionOutput
  >(({ StackName = '', EnableTerminationProtection }, context) => {
    const stack = requireLiving(context, StackName, stackDoesNotExist);
    context.state.putStack({
      ...stack,
      terminationProtection: EnableTerminationProtection ?? false,
    });
    return { StackId: stack.id };
  }),
};

/** A template that is looked at, not deployed: what its transforms would make is not known. */
const readShape = async (text: string): Promise<Template> => {
  const raw = await parseText(text);
  if (!hasTransforms(raw)) return readTemplate(text);
  const { Resources: resources, Outputs: _outputs, Conditions: _conditions, ...rest } = raw;
  const typed = Object.entries(isObject(resources) ? resources : {}).filter(
    ([, resource]) => isObject(resource) && typeof resource['Type'] === 'string',
  );
  // A template has at least one resource; a loop may make all of them.
  const none = { None: { Type: 'AWS::CDK::Metadata' } };
  const template = checkForm({
    ...rest,
    Resources: typed.length === 0 ? none : Object.fromEntries(typed),
  });
  return typed.length === 0 ? { ...template, resources: new Map() } : template;
};

const describeTemplate = (template: Template) => {
  const needed = neededCapabilities(template);
  const { types } = needed;
  const capabilities =
    template.transforms.length === 0
      ? needed.capabilities
      : [...needed.capabilities, 'CAPABILITY_AUTO_EXPAND'];
  return {
    ...(template.description === undefined ? {} : { Description: template.description }),
    ...(capabilities.length === 0
      ? {}
      : {
          Capabilities: [...capabilities] as Cfn.Capability[],
          CapabilitiesReason: `The following resource(s) require capabilities: [${[...types, ...template.transforms].join(', ')}]`,
        }),
    ...(template.transforms.length === 0 ? {} : { DeclaredTransforms: [...template.transforms] }),
  };
};

const declaration = ([name, definition]: [
  string,
  ParameterDefinition,
]): Cfn.ParameterDeclaration => ({
  ParameterKey: name,
  ParameterType: definition.type,
  NoEcho: definition.noEcho,
  ParameterConstraints:
    definition.allowedValues === undefined ? {} : { AllowedValues: [...definition.allowedValues] },
  ...(definition.default === undefined ? {} : { DefaultValue: definition.default }),
  ...(definition.description === undefined ? {} : { Description: definition.description }),
});

const identifiers = (template: Template): Cfn.ResourceIdentifierSummary[] => {
  const byType = new Map<string, string[]>();
  for (const [id, { type }] of template.resources)
    byType.set(type, [...(byType.get(type) ?? []), id]);
  return [...byType].map(([type, ids]) => ({
    ResourceType: type,
    LogicalResourceIds: ids,
    ResourceIdentifiers: [...(resourceType(type)?.primaryIdentifier ?? [])],
  }));
};
