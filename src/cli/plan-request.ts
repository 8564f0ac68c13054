import type { Artifact, OnProgress, PlanRequest } from '../provision/index.ts';
import type { Assembly } from './assemble.ts';
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
  }: {
    readonly assembly: Assembly;
    readonly archive: Promise<Artifact> | undefined;
    readonly onProgress: OnProgress;
  },
): PlanRequest => {
  const { service, signal } = session;
  const tags = { ...service.tags, ...flags.tag };
  return {
    stackName: service.name,
    templateBody: assembly.synthesis.templateBody,
    template: assembly.synthesis.template,
    ...(archive === undefined ? {} : { archive }),
    ...(flags.bucket === undefined ? {} : { bucket: flags.bucket }),
    ...(flags.parameter === undefined ? {} : { parameters: flags.parameter }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    onProgress,
    signal,
    command: (verb) => `${session.program} ${verb}${repeatedFlags(flags)}`,
  };
};
