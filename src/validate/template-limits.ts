import type { Report } from './report.ts';
import type { TemplateFacts } from './template-facts.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LIMITS = {
  resources: 500,
  parameters: 200,
  outputs: 200,
  mappings: 200,
  /** "Maximum size of a template body that you can pass in an Amazon S3 object": 1 MB. */
  bodyBytes: 1_048_576,
  descriptionBytes: 1_024,
  /** Characters of a parameter's, an output's and a mapping's name. */
  nameLength: 255,
} as const;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html: "must be alphanumeric" */
const LOGICAL_ID = /^[A-Za-z0-9]+$/;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html: StackName */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

const inEnglish = (count: number): string => count.toLocaleString('en');

/** What a template may be as a whole: counts, names, sizes. */
export const checkTemplateLimits = (
  facts: TemplateFacts,
  {
    body,
    stackName,
    isSplit,
  }: {
    readonly body: string | undefined;
    readonly stackName: string | undefined;
    readonly isSplit: boolean;
  },
  report: Report,
): void => {
  const over = (message: string) => report.problem('OVER_LIMIT', {}, message);
  const sections: readonly (readonly [number, keyof typeof LIMITS, string])[] = [
    [facts.resources.size, 'resources', 'Move some into a service of their own.'],
    [Object.keys(facts.parameters).length, 'parameters', 'Join some into one.'],
    [Object.keys(facts.outputs).length, 'outputs', 'Leave out what nothing reads.'],
    [Object.keys(facts.mappings).length, 'mappings', 'Join some into one.'],
  ];
  for (const [count, name, remedy] of sections)
    if (!isSplit && count > LIMITS[name])
      over(`The template has ${count} ${name}; CloudFormation takes ${LIMITS[name]}. ${remedy}`);
  const bytes = body === undefined || isSplit ? 0 : Buffer.byteLength(body);
  if (bytes > LIMITS.bodyBytes)
    over(
      `The template is ${inEnglish(bytes)} bytes; CloudFormation takes ${inEnglish(LIMITS.bodyBytes)}. Move inline code and long texts into objects, or some resources into a service of their own.`,
    );
  const description = facts.template['Description'];
  if (typeof description === 'string' && Buffer.byteLength(description) > LIMITS.descriptionBytes)
    over(
      `The description is ${inEnglish(Buffer.byteLength(description))} bytes; CloudFormation takes ${inEnglish(LIMITS.descriptionBytes)}. Shorten it.`,
    );
  if (stackName !== undefined && !STACK_NAME.test(stackName))
    report.problem(
      'INVALID_SERVICE_NAME',
      {},
      `The stack's name is '${stackName}'; CloudFormation takes a letter and then up to 127 letters, digits and hyphens.`,
    );
  checkNames(facts, report);
};

const checkNames = (
  { resources, parameters, outputs, mappings }: TemplateFacts,
  report: Report,
) => {
  for (const id of [...resources.keys(), ...Object.keys(parameters), ...Object.keys(outputs)])
    if ((id.length > LIMITS.nameLength || !LOGICAL_ID.test(id)) && !id.startsWith('Fn::'))
      report.problem(
        'INVALID_NAME',
        { id },
        `The name '${id.length > 60 ? `${id.slice(0, 57)}…` : id}' is no logical id: those are up to ${LIMITS.nameLength} letters and digits.`,
      );
  for (const name of Object.keys(mappings))
    if (name.length > LIMITS.nameLength)
      report.problem(
        'INVALID_NAME',
        { id: name },
        `The name of the mapping ${name.slice(0, 57)}… is ${name.length} characters long; CloudFormation takes ${LIMITS.nameLength}.`,
      );
};
