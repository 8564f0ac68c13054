import type { Plan } from '../../provision/index.ts';

/** What `plan --json` prints: one object, described in `docs/plan.md`. Members are added, and never renamed. */
interface PlanReport extends Omit<Plan, 'kind'> {
  readonly kind: 'plan';
  /** Of this description. */
  readonly format: 1;
  readonly service: string;
  /** Whether `provision` would change anything. */
  readonly changed: boolean;
  /** What `provision` would do to the stack. */
  readonly operation: Plan['kind'];
  /** What is allowed in the program and hardly meant. */
  readonly warnings: readonly string[];
}

/** The report of a plan. */
export const planReport = (
  { kind: operation, ...plan }: Plan,
  { service, warnings }: { readonly service: string; readonly warnings: readonly string[] },
): PlanReport => ({
  kind: 'plan',
  format: 1,
  service,
  changed: operation !== 'unchanged',
  operation,
  warnings,
  ...plan,
});
