import type { Division } from '../../synth/index.ts';
import { SPLIT_ABOVE } from '../../synth/index.ts';
import type { ArtifactBucket } from '../artifacts/artifact-bucket.ts';
import { uploadTemplate } from '../artifacts/template-upload.ts';
import type { CloudFormationApi } from '../aws/cloudformation-api.ts';
import type { Target } from '../aws/target.ts';
import type { TemplateFacts } from '../change-set/parameters.ts';
import type { OnProgress } from '../progress.ts';
import type { StackState } from '../stack/stack-state.ts';
import { situationOf } from '../stack/stack-state.ts';
import { wasSplit } from './deployed-template.ts';

/** A template that is nested in another: its text is all that the deployer needs. */
export type NestedBody = Pick<Division['nested'][number], 'name' | 'body'>;

/** What is sent: one template, or a root and those that are nested in it. */
export interface Deployable {
  readonly template: TemplateFacts;
  readonly templateBody: string;
  readonly nested: readonly NestedBody[];
  /** Whether nested stacks are in this deployment, or in the stack that it changes. */
  readonly isNested: boolean;
}

/** A service, and how it is split where it outgrows a template. */
export interface Divisible {
  readonly template: TemplateFacts;
  readonly templateBody: string;
  /**
   * Splits the service, given the template of the stack that is deployed, whose resources stay where they are.
   * @defaultValue one template, whatever its size
   */
  readonly divide?: (
    deployedBody: string | undefined,
  ) => Pick<Division, 'template' | 'templateBody' | 'nested'>;
}

/** Whether a service may come to have nested stacks, as far as its size says. */
export const isLarge = ({ template }: Pick<Divisible, 'template'>): boolean =>
  Object.keys(template.Resources ?? {}).length > SPLIT_ABOVE;

/** What to deploy onto a stack as it is. The deployed template is asked for only where it decides. */
export const deployableOn = async (
  api: CloudFormationApi,
  service: Divisible,
  current: StackState | undefined,
  signal: AbortSignal,
): Promise<Deployable> => {
  const { template, templateBody, divide } = service;
  const isSplit = wasSplit(current);
  if (divide === undefined || !(isSplit || isLarge(service)))
    return { template, templateBody, nested: [], isNested: false };
  const deployed =
    current !== undefined && situationOf(current) === 'updatable'
      ? (await api.getTemplate({ StackName: current.stackId, TemplateStage: 'Original' }, signal))
          .TemplateBody
      : undefined;
  const division = divide(deployed);
  return { ...division, isNested: isSplit || division.nested.length > 0 };
};

/** Puts the templates of the nested stacks where the root looks for them. */
export const uploadNested = async (
  target: Target,
  api: CloudFormationApi,
  what: {
    readonly stackName: string;
    readonly nested: readonly NestedBody[];
    readonly bucket: ArtifactBucket;
    readonly signal: AbortSignal;
    readonly onProgress: OnProgress;
  },
): Promise<void> => {
  const { nested, ...where } = what;
  await Promise.all(nested.map(({ body }) => uploadTemplate(target, api, { ...where, body })));
};
