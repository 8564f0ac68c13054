import type { Progress, ResourceProgress } from '../provision/index.ts';
import { driftLines } from './render-drift.ts';
import { goingLossLines, planLines } from './render-plan.ts';
import type { Terminal } from './terminal.ts';
import { duration, short, size } from './wording.ts';

type Named = Pick<ResourceProgress, 'logicalId' | 'resourceType'>;

/** Shows progress as it comes. */
export interface ProgressView {
  readonly show: (progress: Progress) => void;
  /** Says which names will come, so that columns stand from the first line on. */
  readonly expect: (resources: readonly Named[]) => void;
  /** Takes away what is rewritten, and stops its clock. */
  readonly end: () => void;
}

const LIVE_EVERY_MS = 100;
/** Where nobody watches, silence of this length is broken: a log that stands still looks dead. */
const HEARTBEAT_MS = 30_000;

const DONE: Readonly<Record<ResourceProgress['verb'], string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  import: 'imported',
};

/** Lines for resources that are through, and in a terminal one live line for those that are not. */
export const openProgress = (terminal: Terminal): ProgressView => {
  const { style, out } = terminal;
  const running = new Map<
    string,
    { readonly progress: ResourceProgress; readonly since: number }
  >();
  const start = performance.now();
  let width = 0;
  let typeWidth = 0;
  const expect = (resources: readonly Named[]) => {
    for (const { logicalId, resourceType } of resources) {
      width = Math.max(width, logicalId.length);
      typeWidth = Math.max(typeWidth, resourceType.length);
    }
  };

  const liveLine = (): string | undefined => {
    if (running.size === 0) return undefined;
    const names = [...running.values()].map(
      ({ progress, since }) =>
        `${progress.logicalId} ${Math.round((performance.now() - since) / 1000)} s`,
    );
    return style.dim(short(`  … ${names.join(', ')}`, terminal.columns - 1));
  };
  const timer = setInterval(
    () => {
      if (terminal.interactive) return terminal.live(liveLine());
      for (const { progress, since } of running.values())
        out(
          `  … ${progress.logicalId} (${progress.verb}) for ${duration(performance.now() - since)}`,
        );
    },
    terminal.interactive ? LIVE_EVERY_MS : HEARTBEAT_MS,
  );
  timer.unref();

  const showResource = (progress: ResourceProgress) => {
    if (progress.phase === 'started') {
      running.set(progress.logicalId, { progress, since: performance.now() });
      return;
    }
    running.delete(progress.logicalId);
    if (progress.phase === 'cancelled') return;
    expect([progress]);
    const name = progress.logicalId.padEnd(width);
    const time = duration(progress.elapsedMs);
    const type = style.dim(progress.resourceType.padEnd(typeWidth));
    if (progress.phase === 'failed')
      return out(
        `  ${style.bad('✗')} ${name}  ${type}  ${progress.verb} failed  ${time}`.trimEnd(),
      );
    if (progress.phase === 'retained')
      return out(
        `  ${style.good('=')} ${name}  ${type}  kept as ${progress.physicalId ?? 'it is'}`,
      );
    out(
      `  ${progress.rollback ? style.warn('↺') : style.good('✓')} ${name}  ${type}  ${DONE[progress.verb]}  ${style.dim(time)}`.trimEnd(),
    );
  };

  const show = (progress: Progress): void => {
    switch (progress.kind) {
      case 'resource':
        return showResource(progress);
      case 'bucket-creating':
        return out(
          `Creating the bucket for archives (stack ${progress.stackName}, once per account and region)`,
        );
      case 'bucket-created':
        return out(
          `Bucket ${progress.bucket} is ready  ${style.dim(duration(progress.durationMs))}`,
        );
      case 'uploaded':
        return out(
          `Uploaded ${size(progress.sizeBytes)} to s3://${progress.bucket}/${short(progress.key, 60)}  ${style.dim(duration(progress.durationMs))}`,
        );
      case 'upload-skipped':
        // Of templates only those that changed are worth a line.
        return progress.key.endsWith('.template.json')
          ? undefined
          : out(style.dim('The archive lies in the bucket already'));
      case 'planned':
        expect(progress.plan.changes);
        for (const line of planLines(progress.plan, style, terminal.columns)) out(line);
        return undefined;
      case 'drift':
        for (const line of driftLines(progress.resources, style, terminal.columns)) out(line);
        return undefined;
      case 'drift-unknown':
        return out(style.dim(`Whether it was changed by hand is not known: ${progress.why}`));
      case 'renaming':
        out(`${style.strong('Renaming')}: the resources stay as they are`);
        for (const { from, to, resourceType } of progress.moves)
          out(`  ${style.good('→')} ${from} is ${to}  ${style.dim(resourceType)}`);
        return undefined;
      case 'data-loss':
        for (const line of goingLossLines(progress.losses, style)) out(line);
        return undefined;
      case 'recovering':
        return out(
          style.warn(`${progress.stackName} is ${progress.from}: this is put right first`),
        );
      case 'executing':
        return undefined;
      case 'rolling-back': {
        const { failure } = progress;
        terminal.live(undefined);
        if (failure !== undefined)
          out(style.bad(`${failure.logicalId} (${failure.resourceType}): ${failure.reason}`));
        return out(
          style.warn(`Rolling ${progress.stackName} back  ${duration(performance.now() - start)}`),
        );
      }
      case 'emptied':
        return out(
          `Deleted ${progress.objects} objects and versions of ${progress.logicalId} (${progress.bucket})`,
        );
      case 'purged':
        return out(`  ${style.good('✓')} ${progress.logicalId} purged (${progress.physicalId})`);
      case 'in-place': {
        const { logicalId, phase, properties, elapsedMs, reason } = progress;
        if (phase === 'started') return undefined;
        const what = style.dim(properties.join(', '));
        return out(
          phase === 'done'
            ? `  ${style.good('✓')} ${logicalId.padEnd(width)}  ${what}  in place  ${style.dim(duration(elapsedMs))}`
            : `  ${style.bad('✗')} ${logicalId.padEnd(width)}  ${what}  ${reason ?? 'failed'}`,
        );
      }
      case 'reconciled':
        return out(
          progress.restored.length === 0
            ? `What was changed in place is in the template now: ${progress.agreed.join(', ') || 'nothing of it is left'}`
            : `${style.warn('↺')} Had been changed in place, and runs what the template says again: ${progress.restored.join(', ')}`,
        );
      case 'left-behind':
        return out(style.warn(`Could not clean up ${progress.what}: ${progress.why}`));
      default:
        return progress satisfies never;
    }
  };

  return {
    show,
    expect,
    end: () => {
      clearInterval(timer);
      terminal.live(undefined);
    },
  };
};
