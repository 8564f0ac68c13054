import { checkCondition, checkDependsOn, checkFunctions } from './check-functions.ts';
import type { FunctionsPlace } from './check-functions.ts';
import { findCycles } from './find-cycles.ts';
import { isObject } from './json.ts';
import type { Report } from './report.ts';
import type { TemplateFacts } from './template-facts.ts';

const nobody = (): void => undefined;

/** Checks everything that a template calls and refers to, and that no resource waits for itself. */
export const checkReferences = (facts: TemplateFacts, report: Report): void => {
  const needs = new Map<string, ReadonlySet<string>>();
  for (const { id, definition } of facts.resources.values()) {
    const needed = new Set<string>();
    const place: FunctionsPlace = { id, facts, report, refers: (name) => needed.add(name) };
    checkFunctions(definition['Properties'], place);
    checkDependsOn(definition['DependsOn'], place);
    checkConditionOf(definition, place);
    needs.set(id, needed);
  }
  for (const [id, output] of Object.entries(facts.outputs)) {
    if (!isObject(output)) continue;
    const place: FunctionsPlace = { id, facts, report, refers: nobody };
    checkFunctions(output['Value'], place);
    checkFunctions(output['Export'], place);
    checkConditionOf(output, place);
  }
  for (const [id, condition] of Object.entries(facts.conditions)) {
    if (id.startsWith('Fn::')) continue;
    checkFunctions(condition, { id, facts, report, refers: nobody, inCondition: true });
  }
  // A macro may part what looks like a circle here.
  if (!facts.transformed) findCycles(needs, report);
};

const checkConditionOf = (
  owner: Readonly<Record<string, unknown>>,
  place: FunctionsPlace,
): void => {
  const condition = owner['Condition'];
  if (typeof condition === 'string')
    checkCondition(condition, 'Condition', { place, path: undefined });
};
