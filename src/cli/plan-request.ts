import type { Artifact, OnProgress, PlanRequest } from '../provision/index.ts';
import { nestedTemplateUrl, templateKey } from '../provision/index.ts';
import type { Template } from '../synth/index.ts';
import { printTemplate } from '../synth/index.ts';
import type { Assembly } from '../assembly/index.ts';
import { divideService } from '../assembly/index.ts';
import { placesOf } from './declared-place.ts';
import type { PlanFlags, Session } from './session.ts';
import { repeatedFlags } from './target-choice.ts';

/** What the program and the command line ask of the deployer, for a plan and for its execution alike. */
export const planRequest = (
  session: Session,
  flags: PlanFlags,
  {
    assembly,
    archive,
    onProgress,
    template = assembly.synthesis.template,
  }: {
    readonly assembly: Assembly;
    /** In place of the program's own. */
    readonly template?: Template;
    readonly archive: Promise<Artifact> | undefined;
    readonly onProgress: OnProgress;
  },
): PlanRequest => {
  const { service, signal } = session;
  const synthesis =
    template === assembly.synthesis.template
      ? assembly.synthesis
      : { ...assembly.synthesis, template, templateBody: printTemplate(template) };
  const tags = { ...service.tags, ...flags.tag };
  return {
    stackName: service.name,
    templateBody: synthesis.templateBody,
    template,
    divide: (deployed) =>
      divideService(service, synthesis, deployed, ({ body }) =>
        nestedTemplateUrl(templateKey(service.name, body)),
      ),
    placeOf: placesOf(synthesis),
    ...(archive === undefined ? {} : { archive }),
    ...(flags.bucket === undefined ? {} : { bucket: flags.bucket }),
    ...(flags.parameter === undefined ? {} : { parameters: flags.parameter }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    onProgress,
    signal,
    command: (verb) => `${session.program} ${verb}${repeatedFlags(flags)}`,
  };
};
