import type { Problem } from '../../spec/errors.ts';
import { assertNoProblems } from '../builder.ts';
import type { Reference } from '../references.ts';
import { referencesIn } from '../references.ts';
import type { CfnValue, Template } from '../template.ts';
import { printTemplate } from '../template.ts';
import { unitsOf } from './atoms.ts';
import { crossingNames } from './cross.ts';
import { HARD, SPLIT_ABOVE } from './limits.ts';
import { pin } from './pin.ts';
import { place } from './place.ts';
import type { Placement } from './placement.ts';
import { ROOT } from './placement.ts';
import { resourceGraph } from './resource-graph.ts';
import { TEMPLATES_PARAMETER, writeStacks } from './write-stacks.ts';

/** A service as one template, and what the split wants to know of it. */
export interface WholeService {
  readonly name: string;
  readonly template: Template;
  readonly templateBody: string;
  /** The declaration that made each resource, by logical id. */
  readonly owners: ReadonlyMap<string, string>;
}

/** What {@link divide} is told beside the service. */
export interface DivideOptions {
  /** Where the deployed stack has its resources; undefined when nothing is deployed. */
  readonly deployed?: Placement;
  /** What stands as a nested stack's `TemplateURL`. */
  readonly templateUrl: (nested: { readonly name: string; readonly body: string }) => CfnValue;
  /** Whether an attribute of a resource type is a list. */
  readonly isList: (type: string, attribute: string) => boolean;
}

/** A template that is nested in another. */
export interface NestedTemplate {
  /** Logical id of the nested stack: `Part1`. */
  readonly name: string;
  readonly template: Template;
  /** The template's text. */
  readonly body: string;
}

/** A service as it is deployed: one template, or a root with templates nested in it. */
export interface Division {
  readonly template: Template;
  readonly templateBody: string;
  readonly nested: readonly NestedTemplate[];
}

/**
 * Splits a service that outgrows a template into nested stacks. What is deployed stays in the stack it is in; a service that fits, and
 * is deployed as one stack, or not at all, stays one template. Pure: the same service and placement give the same bytes.
 *
 * @throws {FrameworkError} when deployed resources need each other in a way that no placement serves, or a stack outgrows its limits
 */
export const divide = (service: WholeService, options: DivideOptions): Division => {
  const flat = service.template;
  const graph = resourceGraph(flat);
  const { placement: pinned, conflicts } = pin(graph, options.deployed ?? new Map());
  const isSplit = [...pinned.values()].some((stack) => stack !== ROOT);
  const whole = { template: flat, templateBody: service.templateBody, nested: [] };
  if (!isSplit && graph.ids.length <= SPLIT_ABOVE) return whole;
  assertNoProblems(service.name, conflicts.map(asProblem));
  const outputs = referencesIn(Object.values(flat.Outputs).map(({ Value: value }) => value));
  const known = new Set(options.deployed?.values());
  const placement = place(unitsOf(flat, service.owners, graph), {
    pinned,
    outputs,
    nextName: (taken) => {
      for (let number = 1; ; number += 1) {
        const name = `Part${number}`;
        if (!taken.includes(name) && !known.has(name) && flat.Resources[name] === undefined)
          return name;
      }
    },
  });
  if ([...placement.values()].every((stack) => stack === ROOT)) return whole;
  const texts = new Map<string, string>();
  const parameters = {
    ...flat.Parameters,
    ArtifactBucket: flat.Parameters?.['ArtifactBucket'] ?? {
      Type: 'String',
      Description: 'Bucket that holds the templates of the nested stacks',
    },
    [TEMPLATES_PARAMETER]: {
      Type: 'String',
      Default: 'Part',
      Description: 'Says that this stack has others nested in it, and how those are named',
    },
  };
  const { root, nested } = writeStacks(
    { ...flat, Parameters: parameters },
    {
      placement,
      parameters: new Set(Object.keys(parameters)),
      isList: listsIn(flat, options),
      nameOf: crossingNames(new Set([...graph.ids, ...Object.keys(parameters)])),
    },
    (name, template) => {
      const body = fitting(template);
      texts.set(name, body);
      return options.templateUrl({ name, body });
    },
  );
  const division: Division = {
    template: root,
    templateBody: fitting(root),
    nested: [...nested].map(([name, template]) => ({
      name,
      template,
      body: texts.get(name) ?? '',
    })),
  };
  assertNoProblems(service.name, [
    ...clashes(flat, nested),
    ...outgrown('the root', root),
    ...[...nested].flatMap(([name, template]) => outgrown(name, template)),
  ]);
  return division;
};

const listsIn =
  ({ Resources: resources }: Template, { isList }: DivideOptions) =>
  ({ name, attribute }: Reference): boolean => {
    if (name === 'AWS::NotificationARNs') return true;
    const type = resources[name]?.Type;
    return type !== undefined && attribute !== undefined && isList(type, attribute);
  };

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: a template in S3 */
const TEMPLATE_BYTES = 1_048_576;

/** A template's text, without its indentation where only that makes it fit. */
const fitting = (template: Template): string => {
  const text = printTemplate(template);
  return Buffer.byteLength(text) <= TEMPLATE_BYTES ? text : JSON.stringify(template);
};

const asProblem = (conflict: string): Problem => ({
  code: 'SPLIT_CONFLICT',
  message: `What is deployed in different stacks of this service now needs each other: ${conflict}. It stays where it is, since moving it would replace it. Take one of these references away, or say what it leads to by a name or ARN that is known beforehand (functionName, bucketName) in its place.`,
});

/** A nested stack and a new declaration of one name. */
const clashes = (flat: Template, nested: ReadonlyMap<string, Template>): readonly Problem[] =>
  [...nested.keys()]
    .filter((name) => flat.Resources[name] !== undefined)
    .map((name) => ({
      code: 'DUPLICATE_NAME',
      message: `${name} is the name of a declaration and of a nested stack that is deployed. Rename the declaration.`,
    }));

const outgrown = (name: string, template: Template): readonly Problem[] => {
  const counts = [
    ['resources', Object.keys(template.Resources).length, HARD.resources],
    ['parameters', Object.keys(template.Parameters ?? {}).length, HARD.parameters],
    ['outputs', Object.keys(template.Outputs).length, HARD.outputs],
    ['bytes', Buffer.byteLength(JSON.stringify(template)), TEMPLATE_BYTES],
  ] as const;
  return counts
    .filter(([, count, limit]) => count > limit)
    .map(([what, count, limit]) => ({
      code: 'TEMPLATE_OUTGROWN',
      message: `The template of ${name} has ${count.toLocaleString('en')} ${what}; CloudFormation takes ${limit.toLocaleString('en')}. What is deployed there stays there, and what many functions share stays in the root. Move some of it into a service of its own.`,
    }));
};
