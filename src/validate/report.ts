import type { ErrorCode } from '../spec/errors.ts';
import type { Origins } from '../synth/index.ts';
import type { Finding } from './finding.ts';
import type { PropertyPath } from './property-path.ts';
import { printPath } from './property-path.ts';

/** What a finding is about. */
export interface Where {
  /** A resource, an output, a parameter. */
  readonly id?: string;
  readonly path?: PropertyPath | undefined;
}

/** Takes what the checks find. */
export interface Report {
  problem(code: ErrorCode, where: Where, message: string): void;
  warning(code: ErrorCode, where: Where, message: string): void;
}

/** Findings in the order of the checks, each with the line that declared its resource. */
export interface CollectingReport extends Report {
  readonly findings: readonly Finding[];
}

export const collectFindings = (origins: Origins): CollectingReport => {
  const findings: Finding[] = [];
  const add = (
    severity: Finding['severity'],
    code: ErrorCode,
    { id, path }: Where,
    message: string,
  ) => {
    const printed = printPath(path);
    const origin = id === undefined ? undefined : origins.resources.get(id);
    const [property = ''] = printed.split(/[.[]/, 1);
    const at = origin?.adjusted?.get(property) ?? origin?.at ?? origins.service;
    findings.push({
      severity,
      code,
      message,
      ...(at === undefined ? {} : { at }),
      ...(id === undefined ? {} : { logicalId: id }),
      ...(printed === '' ? {} : { path: printed }),
    });
  };
  return {
    findings,
    problem: (code, where, message) => add('problem', code, where, message),
    warning: (code, where, message) => add('warning', code, where, message),
  };
};

/** The same without what the program says is not to be checked: `['Code.S3Key']` and all below. */
export const withoutUnchecked = (report: Report, unchecked: readonly string[]): Report => {
  const left = ({ path }: Where): boolean => {
    const printed = printPath(path);
    return !unchecked.some(
      (one) => printed === one || printed.startsWith(`${one}.`) || printed.startsWith(`${one}[`),
    );
  };
  return {
    problem: (code, where, message) => {
      if (left(where)) report.problem(code, where, message);
    },
    warning: (code, where, message) => {
      if (left(where)) report.warning(code, where, message);
    },
  };
};

/** Tells nobody, or hands on what it is told, and counts that: what stops and what is hardly meant. */
export const countingReport = (to?: Report): Report & { problems(): number; count(): number } => {
  let problems = 0;
  let warnings = 0;
  return {
    problem: (code, where, message) => {
      problems += 1;
      to?.problem(code, where, message);
    },
    warning: (code, where, message) => {
      warnings += 1;
      to?.warning(code, where, message);
    },
    problems: () => problems,
    count: () => problems + warnings,
  };
};
