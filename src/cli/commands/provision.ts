import type { Archive } from '../../bundle/index.ts';
import type {
  DriftPolicy,
  InPlaceResult,
  Progress,
  ProvisionResult,
  Target,
} from '../../provision/index.ts';
import { DRIFT_POLICIES, keepExports, provision, provisionInPlace } from '../../provision/index.ts';
import type { Template } from '../../synth/index.ts';
import { artifactOf } from '../artifact.ts';
import type { Assembly } from '../../assembly/index.ts';
import { assemble } from '../../assembly/index.ts';
import { CliError } from '../cli-error.ts';
import { askYes, assertAskable } from '../confirm.ts';
import { planRequest } from '../plan-request.ts';
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
  assertOneLane(flags);
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
    const bring = flags.inplace === true ? provisionInPlace : provision;
    const result = await bring(chosen.target, {
      ...planRequest(session, flags, { assembly, archive, onProgress: view.show, template }),
      drift,
      recover: flags.recover ?? false,
      ...(flags.allowLoss === undefined ? {} : { allowLoss: flags.allowLoss }),
      ...(flags.rename === undefined ? {} : { renames: flags.rename }),
      ...(flags.confirm === true
        ? {
            confirm: () => askYes(terminal, 'Go on?', signal),
            confirmRename: () => askYes(terminal, 'Rename?', signal),
          }
        : {}),
      express: flags.express ?? false,
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

/** What belongs to CloudFormation says nothing to a change that goes past it. */
const assertOneLane = ({ inplace, express, recover }: ProvisionFlags): void => {
  const other = express === true ? '--express' : recover === true ? '--recover' : undefined;
  if (inplace !== true || other === undefined) return;
  throw new CliError(
    'USAGE',
    `--inplace goes past CloudFormation, and ${other} is about what CloudFormation does.`,
    { hint: `Leave one of the two out.` },
  );
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

const showResult = (
  session: Session,
  flags: ProvisionFlags,
  result: ProvisionResult | InPlaceResult,
  durationMs: number,
) => {
  const { terminal, service } = session;
  const { outcome, stack } = result;
  if (flags.json === true)
    return jsonLine(terminal, {
      kind: 'result',
      outcome,
      durationMs,
      stack,
      ...('functions' in result ? { functions: result.functions } : {}),
    });
  const { style, out } = terminal;
  if ('functions' in result && outcome === 'changed-in-place')
    return showInPlace(session, flags, result, durationMs);
  out(
    outcome === 'unchanged'
      ? `${style.good('✓')} ${service.name} is as the program says: no change  ${style.dim(duration(durationMs))}`
      : `${style.good('✓')} ${service.name} ${outcome} in ${duration(durationMs)}`,
  );
  for (const line of outputLines(stack.outputs, style)) out(line);
  return undefined;
};

/** Slowest first, and what is to be known of it later. */
const showInPlace = (
  { terminal: { out, style }, service, program }: Session,
  flags: ProvisionFlags,
  { functions }: InPlaceResult,
  durationMs: number,
) => {
  const width = Math.max(...functions.map(({ logicalId }) => logicalId.length));
  out(
    `${style.good('✓')} ${service.name} changed in place in ${duration(durationMs)}, slowest first`,
  );
  for (const { logicalId, properties, durationMs: own } of functions)
    out(
      `  ${logicalId.padEnd(width)}  ${duration(own).padStart(7)}  ${style.dim(properties.join(', '))}`,
    );
  out(
    `The stack's template is behind now: ${program} provision${repeatedFlags(flags)} brings it up.`,
  );
};
