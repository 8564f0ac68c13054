import type { Archive } from '../../bundle/index.ts';
import type {
  Artifact,
  DriftPolicy,
  Progress,
  ProvisionResult,
  Target,
} from '../../provision/index.ts';
import {
  DRIFT_POLICIES,
  keepExports,
  nestedTemplateUrl,
  provision,
  templateKey,
} from '../../provision/index.ts';
import type { Template } from '../../synth/index.ts';
import { printTemplate } from '../../synth/index.ts';
import type { Assembly } from '../assemble.ts';
import { archiveKey, assemble, divideService } from '../assemble.ts';
import { CliError } from '../cli-error.ts';
import { askYes, assertAskable } from '../confirm.ts';
import { placesOf } from '../declared-place.ts';
import type { ProgressView } from '../render-progress.ts';
import { openProgress } from '../render-progress.ts';
import type { ProvisionFlags, Session } from '../session.ts';
import { jsonLine, sayStarting } from '../session.ts';
import { showArchive } from '../show-archive.ts';
import { outputLines } from '../show-outputs.ts';
import { showWarnings } from '../show-warnings.ts';
import { chooseTarget, repeatedFlags, runsHere } from '../target-choice.ts';
import { duration } from '../wording.ts';

/** `provision`: brings the stack to what the program says. */
export const runProvision = async (session: Session, flags: ProvisionFlags): Promise<void> => {
  const { service, terminal, signal } = session;
  const start = performance.now();
  if (flags.confirm === true) assertAskable();
  const drift = driftPolicy(flags.drift);
  // Mistakes in the program come before anything is looked for or started; packing goes on beside all that follows.
  const assembly = assemble(service, { onThisMachine: runsHere(flags, session.env) });
  showWarnings(session, flags, assembly.synthesis.warnings);
  const chosen = await chooseTarget(flags, {
    env: session.env,
    signal,
    onStarting: () => sayStarting(session, flags),
  });
  if (flags.json !== true) terminal.out(`${terminal.style.strong(service.name)} → ${chosen.name}`);
  const view = openView(session, flags);
  try {
    const archive = assembly.archive?.then((made) => {
      const durationMs = performance.now() - start;
      if (flags.json === true) jsonLine(terminal, packed(made, durationMs));
      else announce(session, assembly, made, durationMs);
      return artifactOf(service.name, made);
    });
    const template = await withKeptExports(session, flags, {
      target: chosen.target,
      template: assembly.synthesis.template,
    });
    const templateBody = printTemplate(template);
    const result = await provision(chosen.target, {
      stackName: service.name,
      templateBody,
      template,
      divide: (deployed) =>
        divideService(
          service,
          { ...assembly.synthesis, template, templateBody },
          deployed,
          ({ body }) => nestedTemplateUrl(templateKey(service.name, body)),
        ),
      drift,
      placeOf: placesOf(assembly.synthesis),
      ...(archive === undefined ? {} : { archive }),
      ...(flags.bucket === undefined ? {} : { bucket: flags.bucket }),
      ...(flags.parameter === undefined ? {} : { parameters: flags.parameter }),
      ...tagsOf(session, flags),
      recover: flags.recover ?? false,
      ...(flags.confirm === true ? { confirm: () => askYes(terminal, 'Go on?', signal) } : {}),
      onProgress: view.show,
      signal,
      command: (verb) => `${session.program} ${verb}${repeatedFlags(flags)}`,
    });
    view.end();
    showResult(session, flags, result, performance.now() - start);
  } finally {
    view.end();
  }
};

/** `--keep-export`: the first of the two deployments that removing an export takes. */
const withKeptExports = async (
  { service, signal, terminal }: Session,
  { keepExport, json }: ProvisionFlags,
  { target, template }: { readonly target: Target; readonly template: Template },
): Promise<Template> => {
  if (keepExport === undefined) return template;
  const kept = await keepExports(target, service.name, keepExport, { template, signal });
  for (const { exportName, logicalId } of kept.dangling) {
    if (json === true) jsonLine(terminal, { kind: 'export-dangles', exportName, logicalId });
    else
      terminal.out(
        terminal.style.warn(
          `The export ${exportName} is kept, but the program no longer has ${logicalId}, which it names: whoever imports it loses that now`,
        ),
      );
  }
  return kept.template;
};

/** @throws {USAGE} when it is none of the three */
const driftPolicy = (text: string = 'warn'): DriftPolicy => {
  const policy = DRIFT_POLICIES.find((one) => one === text);
  if (policy !== undefined) return policy;
  throw new CliError('USAGE', `--drift is ${JSON.stringify(text)}.`, {
    hint: `It takes ${DRIFT_POLICIES.join(', ')}.`,
  });
};

const packed = ({ sha256, sizeBytes, machine, cached }: Archive, durationMs: number) => ({
  kind: 'packed',
  sha256,
  sizeBytes,
  machine,
  cached,
  durationMs,
});

const openView = (session: Session, flags: ProvisionFlags): ProgressView =>
  flags.json === true
    ? {
        show: (progress: Progress) => jsonLine(session.terminal, progress),
        expect: () => undefined,
        end: () => undefined,
      }
    : openProgress(session.terminal);

const announce = (
  session: Session,
  { synthesis, runsOn }: Assembly,
  archive: Archive,
  durationMs: number,
) =>
  showArchive(session.terminal, archive, {
    functions: synthesis.functions.length,
    architectures: [...new Set(synthesis.functions.map((fn) => fn.architecture))].sort(),
    runsOn,
    durationMs,
  });

const artifactOf = (serviceName: string, archive: Archive): Artifact => ({
  key: archiveKey(serviceName, archive),
  bytes: () => process.getBuiltinModule('node:fs/promises').readFile(archive.path),
  sizeBytes: archive.sizeBytes,
  contentType: 'application/zip',
});

const tagsOf = ({ service }: Session, { tag }: ProvisionFlags) => {
  const tags = { ...service.tags, ...tag };
  return Object.keys(tags).length === 0 ? {} : { tags };
};

const showResult = (
  { terminal, service }: Session,
  flags: ProvisionFlags,
  { outcome, stack }: ProvisionResult,
  durationMs: number,
) => {
  if (flags.json === true)
    return jsonLine(terminal, { kind: 'result', outcome, durationMs, stack });
  const { style, out } = terminal;
  out(
    outcome === 'unchanged'
      ? `${style.good('✓')} ${service.name} is as the program says: no change  ${style.dim(duration(durationMs))}`
      : `${style.good('✓')} ${service.name} ${outcome} in ${duration(durationMs)}`,
  );
  for (const line of outputLines(stack.outputs, style)) out(line);
  return undefined;
};
